using System.Globalization;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Disks.Metadata;
using CoreNode.Platform.Blocks;

namespace CoreNode.Images;

/// <summary>
/// What is installed: an image, or the system that runs. Made only of what was found to be whole and signed; it reads
/// and writes nothing.
/// </summary>
public sealed record InstallSource
{
    private const int BootCodeBytes = 440;

    /// <summary>For messages.</summary>
    public required string Name { get; init; }

    /// <summary>Its table; sectors are those of the disk that it was made for.</summary>
    public required GptTable Table { get; init; }

    /// <summary>Bytes of a sector.</summary>
    public required int SectorSizeBytes { get; init; }

    /// <summary>What sector 0 begins with: where a BIOS starts.</summary>
    public required ReadOnlyMemory<byte> BootCode { get; init; }

    /// <summary>What the slot that is started first says of itself.</summary>
    public required SlotMetadata Slot { get; init; }

    /// <summary>Its partitions, by place; what a machine keeps comes last.</summary>
    public required IReadOnlyList<InstallPart> Parts { get; init; }

    /// <summary>The partition of what a machine keeps; the disk's size decides its own.</summary>
    public required GptPartition State { get; init; }

    /// <summary>What a machine is told; null if the image has no such partition.</summary>
    public GptPartition? Oem => ImageLayout.Of(Table).Oem;

    /// <summary>An image of a whole disk, looked through to its end.</summary>
    /// <param name="image">The image.</param>
    /// <param name="verify">Judges signatures.</param>
    /// <param name="progress">Told what is done and how far it is.</param>
    /// <exception cref="IOException">It is none, is cut off, damaged, or nobody who is trusted signed it.</exception>
    public static InstallSource OfImage(IBlockDevice image, SlotVerifier verify, InstallProgress progress)
    {
        SlotDisk disk = Open(image);
        ImageLayout layout = ImageLayout.Of(disk.Table);
        GptPartition state = CheckLayout(image.Path, disk, layout);
        SlotMetadata? first = null;
        GptPartition? next = SlotOrder.Next(layout.Slots)?.Slot;
        List<InstallPart> parts = [];
        foreach (GptPartition one in ByPlace(disk.Table))
        {
            bool isSlot = layout.Slots.Contains(one);
            DeviceWindow content = disk.Open(one);
            if (isSlot && !one.Attributes.MayStart)
            {
                parts.Add(new InstallPart(one, null));
                continue;
            }

            if (isSlot)
            {
                SlotMetadata metadata = SlotCheck.Run(content, verify, progress);
                first = one.Number == next?.Number ? metadata : first;
            }

            parts.Add(new InstallPart(one, content));
        }

        return new InstallSource
        {
            Name = image.Path,
            Table = disk.Table,
            SectorSizeBytes = disk.State.Shape.SectorSizeBytes,
            BootCode = BootCodeOf(image),
            Slot = first ?? throw new IOException(
                $"{image.Path} has no slot that could be started: nothing was written"),
            Parts = parts,
            State = state,
        };
    }

    /// <summary>The system that runs: its slot becomes the only one, and nothing that the machine keeps goes along.
    /// </summary>
    /// <param name="running">The disk that it runs from.</param>
    /// <param name="slot">The number of the slot that runs.</param>
    /// <param name="verify">Judges signatures.</param>
    /// <param name="progress">Told what is done and how far it is.</param>
    /// <exception cref="IOException">It is no such system, or its slot is damaged or not signed.</exception>
    public static InstallSource OfMachine(
        IBlockDevice running, int slot, SlotVerifier verify, InstallProgress progress)
    {
        SlotDisk disk = Open(running);
        ImageLayout layout = ImageLayout.Of(disk.Table);
        GptPartition state = CheckLayout(running.Path, disk, layout);
        GptPartition own = disk.Table.Find(slot)
            ?? throw new IOException($"{running.Path} has no partition {slot}, from which this machine would run");
        SlotMetadata metadata = SlotCheck.Run(disk.Open(own), verify, progress);
        // It goes to the first slot that has its size: what it says of itself lies at its end.
        GptPartition target = own;
        foreach (GptPartition one in layout.Slots)
            target = one.Number < target.Number && one.Sectors == own.Sectors ? one : target;
        GptTable table = disk.Table;
        List<InstallPart> parts = [];
        foreach (GptPartition one in ByPlace(table))
        {
            bool isLoader = one.Type == PartitionTypes.EfiSystem || one.Type == PartitionTypes.BiosBoot;
            if (layout.Slots.Contains(one))
            {
                SlotAttributes attributes = new(one.Attributes.Bits);
                bool isTarget = one.Number == target.Number;
                attributes = attributes.WithPriority(isTarget ? 1 : 0).WithTries(0).WithSuccessful(isTarget);
                table = table.With(one.Number, attributes);
                parts.Add(new InstallPart(one, isTarget ? disk.Open(own) : null));
            }
            else if (isLoader)
            {
                parts.Add(new InstallPart(one, disk.Open(one)));
            }
            else if (one.Number == layout.Oem?.Number || one.Number == state.Number)
            {
                parts.Add(new InstallPart(one, null));
            }
            else
            {
                table = table.Without(one.Number);
            }
        }

        return new InstallSource
        {
            Name = $"the system that runs from {running.Path}",
            Table = table,
            SectorSizeBytes = disk.State.Shape.SectorSizeBytes,
            BootCode = BootCodeOf(running),
            Slot = metadata,
            Parts = parts,
            State = state,
        };
    }

    /// <summary>The same with other bytes for one partition.</summary>
    public InstallSource With(GptPartition partition, IBlockDevice content) => this with
    {
        Parts = [.. Parts.Select(one => one.Partition.Number == partition.Number
            ? one with { Content = content } : one)],
    };

    private static SlotDisk Open(IBlockDevice device)
    {
        byte[] head = new byte[4];
        device.Read(0, head);
        if (head is [(byte)'Q', (byte)'F', (byte)'I', 0xfb])
        {
            throw new IOException(
                $"{device.Path} is a qcow2 image: take the raw one, or make one with qemu-img convert -O raw");
        }

        SlotDisk disk = new(device);
        if (disk.State.Table is not null)
            return disk;
        foreach (GptFault fault in disk.State.Primary.Faults)
        {
            if (fault.Kind == GptFaultKind.DiskTooSmall)
                throw new IOException($"{device.Path} was cut off: {fault.Text}; nothing was written; fetch it again");
        }

        throw new IOException($"{device.Path} is no image of a disk: {string.Join("; ", disk.State.Problems())}; "
            + "nothing was written; take the raw disk image, not an update or a file system");
    }

    private static GptPartition CheckLayout(string path, SlotDisk disk, ImageLayout layout)
    {
        string? missing = layout.Slots.Count == 0 ? "slot (a partition of the type coreos-usr)"
            : layout.Esp is null ? "EFI system partition, from which it would be started"
            : layout.State is null ? $"partition labelled {ImageLayout.StateLabel} for what a machine keeps"
            : null;
        if (missing is not null)
        {
            throw new IOException(
                $"{path} has no {missing}, so it holds no system that could be installed: nothing was written");
        }

        if (!disk.State.IsBackupCurrent)
        {
            throw new IOException($"{path} is damaged: {string.Join("; ", disk.State.Problems())}; nothing was "
                + "written; fetch it again");
        }

        foreach (GptPartition one in disk.Table.Partitions)
        {
            if (one.FirstSector > layout.State!.FirstSector)
            {
                throw new IOException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path}: partition {one.Number} ({one.Label}) lies behind {layout.State.Label}, which is to grow: "
                    + $"nothing was written"));
            }
        }

        return layout.State!;
    }

    private static List<GptPartition> ByPlace(GptTable table)
    {
        List<GptPartition> all = [.. table.Partitions];
        all.Sort(static (one, other) => one.FirstSector.CompareTo(other.FirstSector));
        return all;
    }

    private static byte[] BootCodeOf(IBlockDevice device)
    {
        byte[] code = new byte[BootCodeBytes];
        device.Read(0, code);
        return code;
    }
}
