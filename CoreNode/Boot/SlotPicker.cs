using CoreNode.Boot.Model;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Disks.Metadata;

namespace CoreNode.Boot;

/// <summary>
/// Picks slots of one disk, the next one whenever one has failed: spends its try on the disk before anything in it is
/// looked at, then asks for whom it is and who signed it. On image files as on disks.
/// </summary>
internal sealed class SlotPicker(SlotDisk disk, SlotVerifier verify)
{
    private readonly List<int> _failed = [];
    private readonly List<SlotFailure> _failures = [];

    /// <summary>Slots that were not taken so far, and why.</summary>
    public IReadOnlyList<SlotFailure> Failures => _failures;

    /// <summary>Whether tries are spent: not when somebody only asks.</summary>
    public bool SpendsTries { get; init; } = true;

    /// <summary>True to take also what nobody who is trusted signed.</summary>
    public bool AllowsUnsigned { get; set; }

    /// <summary>What this machine is; null to take slots for any.</summary>
    public string? Board { get; init; }

    /// <summary>A slot whose kernel did not arrive, and comes after others.</summary>
    public KexecMark? Late { get; set; }

    /// <summary>The next slot that may be started; null if there is none left.</summary>
    public SlotPick? Next()
    {
        while (SlotQueue.Next(Slots, _failed, Late?.Slot) is { } choice)
        {
            if (Late is { Times: >= KexecMark.MostTimes } late && late.Slot == choice.Slot.Id)
            {
                Fail(choice.Slot, null, $"its kernel did not arrive {late.Times} times (kexec)");
                continue;
            }

            string reason = choice.IsLastResort
                ? $"no other slot starts; priority, tries, successful were {choice.Slot.Attributes}"
                : $"first of those that may be started; priority, tries, successful were {choice.Slot.Attributes}";
            if (TryTake(choice.Slot, reason) is { } pick)
                return pick;
        }

        return null;
    }

    /// <summary>
    /// That slot, its try spent, if it may be started; null, with a failure, if not, be it that the disk fails there.
    /// </summary>
    /// <param name="slot">The slot.</param>
    /// <param name="reason">Why it is this one.</param>
    /// <param name="isSpent">True if its try was spent before.</param>
    public SlotPick? TryTake(GptPartition slot, string reason, bool isSpent = false)
    {
        try
        {
            return Take(slot, reason, isSpent);
        }
        catch (IOException fault)
        {
            Fail(slot, null, fault.Message);
            return null;
        }
    }

    /// <summary>That slot did not start.</summary>
    public void Fail(GptPartition slot, string? version, string reason)
    {
        _failed.Add(slot.Number);
        _failures.Add(new SlotFailure(slot.Number, slot.Label, version, reason));
    }

    /// <summary>The slots as the table has them now.</summary>
    public IReadOnlyList<GptPartition> Slots => new SlotRule().Find(disk.Table);

    private SlotPick? Take(GptPartition slot, string reason, bool isSpent)
    {
        if (SpendsTries && !isSpent && slot.Attributes.Tries > 0)
            disk.Change(table => SlotOrder.Started(table, table.Find(slot.Number)!));
        SlotMetadataReading reading;
        using (DeviceWindow window = disk.Open(slot))
            reading = SlotMetadataArea.Read(window, verify);
        (SlotMetadata? metadata, string? problem) = reading switch
        {
            SlotMetadataReading.Trusted good => (good.Metadata, null),
            SlotMetadataReading.Untrusted one => (one.Metadata, one.Reason),
            SlotMetadataReading.Damaged one => (null, $"what it says of itself is damaged: {one.Reason}"),
            SlotMetadataReading.TooNew one => (null, $"what it says of itself has format {one.FormatVersion}, which "
                + "only a newer boot stage reads"),
            SlotMetadataReading.Absent => ((SlotMetadata?)null, "it holds nothing, or was not written to its end"),
            _ => throw new InvalidOperationException("an unknown kind of reading"),
        };
        if (problem is null && Board is not null && !metadata!.IsFor(Board))
            problem = $"it is for the board {metadata.Board}, and this machine is {Board}";
        else if (problem is not null && AllowsUnsigned && reading is not SlotMetadataReading.TooNew)
            problem = null;
        if (problem is null)
            return new SlotPick(slot, metadata, reason);
        Fail(slot, metadata?.Version, problem);
        return null;
    }
}
