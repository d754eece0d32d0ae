using CoreNode.Cli.Images;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Disks.Metadata;
using CoreNode.Hosting.Updates;
using CoreNode.Images;
using CoreNode.Platform.Blocks;
using CoreNode.Platform.Codecs;

namespace CoreNode.Hosting;

/// <summary>The commands that install and reset machines, over Images.</summary>
/// <param name="machine">This machine's disks.</param>
/// <param name="use">Who uses them.</param>
internal sealed class ImageOffice(MachineDisks machine, DiskUse use) : IImageOffice
{
    /// <inheritdoc/>
    public InstallReport Install(
        InstallOrder order, Action<string, long, long> progress, CancellationToken cancellation)
    {
        DiskPlace place = use.Find(order.Disk);
        if (order.Image is { } image && machine.Resolve(image).Disk == place.Disk)
            throw new IOException($"{order.Disk} is what --image names, too: nothing was written; name another disk");
        // What only reads can be stopped at every step, too.
        InstallProgress told = (doing, done, total) =>
        {
            cancellation.ThrowIfCancellationRequested();
            progress(doing, done, total);
        };
        SlotVerifier verify = new SlotTrust(order.Keys).Judge;
        DirectoryInfo scratch = Directory.CreateTempSubdirectory("corenode-install-");
        try
        {
            using RealBlockDevice target = RealBlockDevice.Open(
                place.Disk, order.Asks ? BlockAccess.Read : BlockAccess.WriteAlone);
            using IBlockDevice from = Open(order, progress, cancellation);
            int? own = order.Image is null ? Running()!.Partition : null;
            InstallSource source = own is { } slot
                ? InstallSource.OfMachine(from, slot, verify, told)
                : InstallSource.OfImage(from, verify, told);
            CheckBoard(order, source);
            IReadOnlyList<string> found = TargetLook.At(target);
            Guid id = Guid.NewGuid();
            if (found.Count > 0 && !order.Wipes)
            {
                throw new IOException($"{order.Disk} is not empty: it holds {string.Join("; ", found)}; nothing was "
                    + "written; name another disk, or say --wipe if all of that may go");
            }

            // Refused before anything else is made of it.
            _ = Installation.Plan(source, target, id);
            using IBlockDevice? oem = MakeOem(order, source, scratch.FullName);
            if (oem is not null)
                source = source.With(source.Oem!, oem);
            Installation installation = Installation.Plan(source, target, id);
            InstallReport report = Report(order, source, installation, target, id) with { Found = found };
            if (order.Asks)
                return report;
            installation.Run(told, cancellation);
            if (place.IsMachine)
                DiskGrowth.Reread(place.Disk);
            return report;
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> OrderReset(IReadOnlyList<string> keep, bool asks)
    {
        List<string> paths = [];
        foreach (string word in keep)
        {
            paths.AddRange(StateReset.PathsOf(word) ?? throw new FormatException(
                $"--keep: '{word}' is neither a path such as /srv/photos nor one of "
                + string.Join(", ", StateReset.Words.Select(static one => one.Word))));
        }

        if (StateReset.Missing("/", keep) is { } missing)
        {
            throw new IOException($"--keep {missing}: there is no such path on this machine; nothing was ordered; name "
                + "what is there, or leave it out");
        }

        CheckState();
        if (!asks)
            StateReset.Order("/", paths);
        return paths;
    }

    /// <inheritdoc/>
    public bool TakeResetBack() => StateReset.TakeBack("/");

    // Only what is mounted from STATE of its own disk is what the boot stage empties.
    private void CheckState()
    {
        const string Why = "this machine keeps its own distribution, and only one that runs from an image of CoreNode "
            + "can be reset: ";
        if (machine.FindMounted("/") is not { } place)
            throw new IOException(Why + "/ is mounted from no partition");
        if (!Environment.IsPrivilegedProcess)
            throw new UnauthorizedAccessException("only root may reset this machine");
        using RealBlockDevice disk = RealBlockDevice.Open(place.Disk, BlockAccess.Read);
        GptTable? table = new SlotDisk(disk).State.Table;
        ImageLayout? layout = table is null ? null : ImageLayout.Of(table);
        if (layout is null || layout.Slots.Count == 0 || layout.State?.Number != place.Partition)
        {
            throw new IOException(Why + $"/ is partition {place.Partition} of {place.Disk}, and no partition "
                + $"{ImageLayout.StateLabel} beside slots; install it anew with what that distribution has");
        }
    }

    private DiskPlace? Running() => machine.FindRunning()?.Place;

    private IBlockDevice Open(
        InstallOrder order, Action<string, long, long> progress, CancellationToken cancellation)
    {
        if (order.Image is not { } image)
        {
            DiskPlace? running = Running();
            return running is { Partition: not null }
                ? RealBlockDevice.Open(running.Disk, BlockAccess.Read)
                : throw new IOException("this machine runs from no slot that could be written to another disk: name "
                    + "an image with --image");
        }

        RealBlockDevice raw = RealBlockDevice.Open(image, BlockAccess.Read);
        byte[] head = new byte[(int)Math.Min(6, raw.LengthBytes)];
        raw.Read(0, head);
        if (head is [0x1f, 0x8b, ..] or [(byte)'B', (byte)'Z', (byte)'h', ..])
        {
            raw.Dispose();
            throw new IOException($"{image} is packed with gzip or bzip2: unpack it, or take one with .zst or .xz");
        }

        if (!UnpackedFile.IsPacked(head))
            return raw;
        raw.Dispose();
        return new PackedImage(image, done => progress("unpacking", done, -1), cancellation);
    }

    private void CheckBoard(InstallOrder order, InstallSource source)
    {
        string? board = order.Board ?? OwnBoard();
        if (board is null || source.Slot.IsFor(board))
            return;
        throw new IOException($"{source.Name} is for the board {source.Slot.Board}, and this is for {board}: nothing "
            + $"was written; take the image of that board, or say --board {source.Slot.Board} if the disk goes there");
    }

    // What the slot that runs says, signed or not: it only keeps one from a mistake.
    private string? OwnBoard()
    {
        if (Running() is not { Partition: { } number } place)
            return null;
        try
        {
            using RealBlockDevice disk = RealBlockDevice.Open(place.Disk, BlockAccess.Read);
            using OpenSlot slot = OpenSlot.In(disk, number, isOwned: false);
            return SlotMetadataArea.Read(slot.Device, null) is SlotMetadataReading.Untrusted told
                ? told.Metadata.Board
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    // Of a running system the partition is made anew: what it says is meant for that machine.
    private static IBlockDevice? MakeOem(InstallOrder order, InstallSource source, string folder)
    {
        if (source.Oem is not { } oem)
        {
            return order.ConfigName is null ? null : throw new IOException(
                $"{source.Name} has no partition labelled {ImageLayout.OemLabel}, from which the machine would read "
                + "its configuration: nothing was written; give it another way");
        }

        if (order.ConfigName is null && order.Image is not null)
            return null;
        IBlockDevice? present = null;
        foreach (InstallPart part in source.Parts)
            present = part.Partition.Number == oem.Number ? part.Content : present;
        long length = checked((long)oem.Sectors * source.SectorSizeBytes);
        return OemVolume.Make(folder, length, present, order.ConfigName, order.Config.Span);
    }

    private static InstallReport Report(
        InstallOrder order, InstallSource source, Installation installation, RealBlockDevice target, Guid id) => new()
        {
            Disk = order.Disk,
            DiskBytes = target.LengthBytes,
            DiskId = id.ToString(),
            Source = source.Name,
            Version = source.Slot.Version,
            Board = source.Slot.Board,
            Counter = source.Slot.Counter,
            StateBytes = installation.StateBytes,
            Found = [],
        };
}
