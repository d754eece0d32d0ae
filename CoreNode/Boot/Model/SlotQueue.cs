using CoreNode.Disks.Gpt;

namespace CoreNode.Boot.Model;

/// <summary>
/// In which order slots are tried during one boot. First those that may be started, by priority, the first among
/// equals; then, as a last resort, all others in the same order. A slot whose kernel did not arrive the last time comes
/// after the others of its kind.
/// </summary>
public static class SlotQueue
{
    /// <summary>The next one; null if all have failed.</summary>
    /// <param name="slots">All slots, by number.</param>
    /// <param name="failed">Numbers of those that failed in this boot.</param>
    /// <param name="late">The slot whose kernel did not arrive; null if there is none.</param>
    public static SlotChoice? Next(IReadOnlyList<GptPartition> slots, IReadOnlyList<int> failed, Guid? late)
    {
        GptPartition? best = null;
        foreach (GptPartition one in slots)
        {
            if (!failed.Contains(one.Number) && (best is null || Rank(one, late) > Rank(best, late)))
                best = one;
        }

        return best is null ? null : new SlotChoice(best, IsLastResort: !best.Attributes.MayStart);
    }

    private static int Rank(GptPartition slot, Guid? late) =>
        (slot.Attributes.MayStart ? 4 * SlotAttributes.Most : 0)
        + (slot.Id == late ? 0 : 2 * SlotAttributes.Most)
        + slot.Attributes.Priority;
}
