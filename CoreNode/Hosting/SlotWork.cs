using System.Globalization;
using CoreNode.Cli.Slots;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;

namespace CoreNode.Hosting;

/// <summary>One slot command on its open disk.</summary>
internal sealed record SlotWork(
    SlotRequest Request, SlotRule Rule, DiskPlace Place, SlotDisk Disk, RunningSlot? Running)
{
    /// <summary>True if this machine runs from it. Images bear the same ids as disks do: they never run.</summary>
    public bool IsRunning(GptPartition slot) => Place.IsMachine && Running?.Is(slot, Place.Disk) == true;

    /// <summary>The slot that was named: by flag, by the partition, or else the running one.</summary>
    public GptPartition FindSlot()
    {
        IReadOnlyList<GptPartition> slots = Rule.Find(Disk.Table);
        string known = slots.Count == 0
            ? "there are none (see --type and --label)"
            : $"there are {string.Join(", ", slots.Select(static one => $"{one.Number} ({one.Label})"))}";
        if (Request.Slot is { } named)
        {
            GptPartition[] found = [.. slots.Where(one => IsNamed(one, named))];
            return found.Length == 1 ? found[0] : throw new SlotNotFoundException(found.Length == 0
                ? $"{Place.Disk} has no slot '{named}': {known}"
                : $"'{named}' is the label of several slots of {Place.Disk}: name one by its number; {known}");
        }

        if (Place.Partition is { } number)
        {
            return slots.FirstOrDefault(one => one.Number == number) ?? throw new SlotNotFoundException(
                $"partition {number} of {Place.Disk} is no slot: {known}");
        }

        return slots.FirstOrDefault(IsRunning) ?? throw new SlotNotFoundException(
            $"which slot of {Place.Disk} runs is not known: name one with --slot; {known}");
    }

    private static bool IsNamed(GptPartition slot, string name) =>
        slot.Number.ToString(CultureInfo.InvariantCulture) == name || slot.Label == name
        || (Guid.TryParse(name, out Guid id) && slot.Id == id);
}
