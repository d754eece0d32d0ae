using System.Globalization;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Disks.Metadata;
using CoreNode.Platform.Blocks;
using CoreNode.Updates.Client.Ports;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Updates.Client.Slots;

/// <summary>
/// Slots of a disk, or of an image file that stands for one. The disk is opened for each call and held by nobody in
/// between: a worker, or somebody at the command line, may hold it then.
/// </summary>
/// <param name="options">Where they are.</param>
/// <param name="machine">What the kernel tells of its disks.</param>
/// <param name="running">Which of them runs, by what the machine says.</param>
/// <param name="verifier">Whose signatures on slots are trusted, as the trust folder is now.</param>
public sealed class DiskSlots(
    SlotsOptions options, MachineDisks machine, Func<RunningSlot?> running, Func<SlotVerifier> verifier) : ISlots
{
    private const string NoVersion = "0.0.0";

    /// <inheritdoc/>
    public BootFacts Read() => Work(BlockAccess.Read, (disk, slots) =>
    {
        GptPartition own = Running(disk, slots);
        GptPartition? other = Other(slots, own);
        SlotMetadata? ownSays = Says(disk, own);
        string release = options.ReleaseVersion();
        string otherVersion = other is null ? "" : Says(disk, other)?.Version ?? "";
        return new BootFacts
        {
            BootId = options.BootId,
            Slot = NameOf(own, slots),
            Version = ownSays?.Version ?? (release.Length > 0 ? release : NoVersion),
            Counter = ownSays?.Counter ?? 0,
            OtherSlot = other is null ? "" : NameOf(other, slots),
            OtherVersion = otherVersion,
            OtherFault = other is null ? "" : options.BootFault(other.Number, otherVersion),
            IsMarkedGood = own.Attributes.IsSuccessful,
            IsOtherGood = other is { Attributes.IsSuccessful: true },
            IsOtherTried = other is not null && IsTried(other),
            IsOtherNext = other is not null && IsNext(slots, other),
        };
    });

    /// <summary>The number of a slot's partition, and of the one that runs.</summary>
    /// <exception cref="IOException">The disk cannot be read, or has no such slot.</exception>
    public (int Slot, int Running) NumbersOf(string slot)
    {
        int[] numbers = Work(BlockAccess.Read, (disk, slots) =>
            (int[])[Find(slots, slot).Number, Running(disk, slots).Number]);
        return (numbers[0], numbers[1]);
    }

    /// <summary>The letter by which files beside a slot are called; empty for one without.</summary>
    /// <exception cref="IOException">The disk cannot be read, or has no such slot.</exception>
    public string LetterOf(string slot) => Work(BlockAccess.Read, (_, slots) =>
        SlotLetters.Of(slots, Find(slots, slot).Number)?.ToString() ?? "");

    /// <inheritdoc/>
    public void Clear(string slot)
    {
        int number = 0;
        Change((disk, slots) =>
        {
            number = Target(disk, slots, slot).Number;
            disk.Change(table => SlotOrder.MarkEmpty(table, table.Find(number)!));
        });
        // By the partition's own node, as the worker writes it.
        using OpenSlot target = OpenSlot.Open(machine, options.Disk, number, BlockAccess.Write);
        SlotMetadataArea.Clear(target.Device);
    }

    /// <inheritdoc/>
    public void MakeNext(string slot, ReadOnlyMemory<byte> metadata)
    {
        int number = Work(BlockAccess.Read, (disk, slots) => Target(disk, slots, slot)).Number;
        using (OpenSlot target = OpenSlot.Open(machine, options.Disk, number, BlockAccess.Write))
        {
            if (metadata.IsEmpty)
                SlotMetadataArea.Clear(target.Device);
            else
                SlotMetadataArea.Write(target.Device, metadata.Span);
        }

        Change((disk, _) => disk.Change(table => SlotOrder.MarkForTrial(table, options.Rule, number, tries: 1)));
    }

    /// <inheritdoc/>
    public void SwitchTo(string slot) => Change((disk, slots) =>
    {
        GptPartition target = Find(slots, slot);
        if (!target.Attributes.IsSuccessful)
            throw new IOException($"slot {slot} of {options.Disk} is not marked good: nothing is there to go back to");
        disk.Change(table => First(table, target.Number));
    });

    /// <inheritdoc/>
    public void KeepRunning(string slot) => Change((disk, slots) =>
    {
        GptPartition own = Find(slots, slot);
        disk.Change(table =>
        {
            foreach (GptPartition one in options.Rule.Find(table))
            {
                if (one.Number != own.Number && !one.Attributes.IsSuccessful)
                    table = SlotOrder.MarkEmpty(table, one);
            }

            return First(table, own.Number);
        });
    });

    /// <inheritdoc/>
    public void MarkGood(string slot) => Change((disk, slots) =>
    {
        GptPartition own = Find(slots, slot);
        disk.Change(table => SlotOrder.MarkGood(table, options.Rule, own.Number));
    });

    private GptTable First(GptTable table, int number) =>
        SlotOrder.Prioritize(table, options.Rule.Find(table), new SlotPriority { Slot = number });

    private GptPartition Running(SlotDisk disk, IReadOnlyList<GptPartition> slots)
    {
        RunningSlot said = running() ?? throw new IOException(
            "this machine does not say from which slot it runs (corenode.slot= on the kernel's command line)");
        foreach (GptPartition one in slots)
        {
            if (said.Is(one, options.Disk))
                return one;
        }

        throw new IOException(
            $"{options.Disk} has no slot that is the running one ({said.Source}); it has {Names(slots)}, table "
            + $"{disk.Table.DiskId}: say --update-disk");
    }

    // What is to be written must be neither what runs nor another partition of that name.
    private GptPartition Target(SlotDisk disk, IReadOnlyList<GptPartition> slots, string slot)
    {
        GptPartition target = Find(slots, slot);
        return target.Number != Running(disk, slots).Number
            ? target
            : throw new IOException($"slot {slot} of {options.Disk} is the one that runs: it is not written");
    }

    private GptPartition Find(IReadOnlyList<GptPartition> slots, string slot)
    {
        foreach (GptPartition one in slots)
        {
            if (NameOf(one, slots) == slot)
                return one;
        }

        throw new IOException($"{options.Disk} has no slot {slot}; it has {Names(slots)}");
    }

    // With more than two: the one that is next or was tried is what an update is about; else the one of least worth.
    private static GptPartition? Other(IReadOnlyList<GptPartition> slots, GptPartition own)
    {
        GptPartition? best = null;
        int bestRank = 0;
        foreach (GptPartition one in slots)
        {
            int rank = IsNext(slots, one) ? -2 : IsTried(one) ? -1 : one.Attributes.Priority;
            if (one.Number != own.Number && (best is null || rank < bestRank))
                (best, bestRank) = (one, rank);
        }

        return best;
    }

    private static bool IsTried(GptPartition slot) =>
        slot.Attributes is { Priority: > 0, Tries: 0, IsSuccessful: false };

    private static bool IsNext(IReadOnlyList<GptPartition> slots, GptPartition slot) =>
        SlotOrder.Next(slots) is { IsLastResort: false } next && next.Slot.Number == slot.Number;

    // By its label, which people know; by its number where labels say nothing.
    private static string NameOf(GptPartition slot, IReadOnlyList<GptPartition> slots)
    {
        int same = 0;
        foreach (GptPartition one in slots)
            same += one.Label == slot.Label ? 1 : 0;
        return slot.Label.Length > 0 && same == 1
            ? slot.Label
            : slot.Number.ToString(CultureInfo.InvariantCulture);
    }

    private static string Names(IReadOnlyList<GptPartition> slots) =>
        slots.Count == 0 ? "none" : string.Join(", ", slots.Select(one => NameOf(one, slots)));

    // What nobody who is trusted signed says nothing.
    private SlotMetadata? Says(SlotDisk disk, GptPartition slot)
    {
        using DeviceWindow window = disk.Open(slot);
        return SlotMetadataArea.Read(window, verifier()) is SlotMetadataReading.Trusted trusted
            ? trusted.Metadata
            : null;
    }

    private void Change(Action<SlotDisk, IReadOnlyList<GptPartition>> change) => _ = Work(
        BlockAccess.Write,
        (disk, slots) =>
        {
            change(disk, slots);
            return options;
        });

    private T Work<T>(BlockAccess access, Func<SlotDisk, IReadOnlyList<GptPartition>, T> work)
        where T : class
    {
        using RealBlockDevice device = RealBlockDevice.Open(options.Disk, access);
        SlotDisk disk = new(device);
        return work(disk, options.Rule.Find(disk.Table));
    }
}
