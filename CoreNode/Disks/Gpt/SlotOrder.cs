namespace CoreNode.Disks.Gpt;

/// <summary>
/// Which slot is started, and how that is changed, with the meaning that cgpt of ChromeOS and CoreOS gives the bits.
/// </summary>
public static class SlotOrder
{
    /// <summary>
    /// The slot to be started: of those that may be started the one of highest priority, the first among equals. If
    /// none may, the first of all, for a machine that tries something is better than one that does nothing. Null only
    /// without slots.
    /// </summary>
    public static SlotChoice? Next(IReadOnlyList<GptPartition> slots)
    {
        GptPartition? best = null;
        foreach (GptPartition one in slots)
        {
            if (one.Attributes.MayStart && (best is null || one.Attributes.Priority > best.Attributes.Priority))
                best = one;
        }

        if (best is not null)
            return new SlotChoice(best, IsLastResort: false);
        return slots.Count == 0 ? null : new SlotChoice(slots[0], IsLastResort: true);
    }

    /// <summary>
    /// The table once that slot is on its way: one try less, also of a slot that is known to be good.
    /// </summary>
    public static GptTable Started(GptTable table, GptPartition slot) => slot.Attributes.Tries == 0
        ? table
        : table.With(slot.Number, slot.Attributes.WithTries(slot.Attributes.Tries - 1));

    /// <summary>
    /// Puts slots in another order: the chosen one above all, the others below it as they were, equals staying equal.
    /// Priorities become n to 1; those that are 0 stay 0 unless chosen.
    /// </summary>
    public static GptTable Prioritize(GptTable table, IReadOnlyList<GptPartition> slots, SlotPriority wish)
    {
        const int Above = SlotAttributes.Most + 1;
        GptPartition? chosen = slots.FirstOrDefault(one => one.Number == wish.Slot);
        if (wish.Slot is not null && chosen is null)
            throw new ArgumentOutOfRangeException(nameof(wish), wish.Slot, "is no slot");
        int Rank(GptPartition one) => one == chosen || (wish.IsWithEquals && chosen is not null
            && one.Attributes.Priority == chosen.Attributes.Priority) ? Above : one.Attributes.Priority;

        // How many different ranks are above each that occurs.
        int[] places = new int[Above + 1];
        int different = 0;
        for (int rank = Above; rank > 0; rank--)
        {
            places[rank] = different;
            different += slots.Any(one => Rank(one) == rank) ? 1 : 0;
        }

        int first = wish.Highest ?? Math.Min(different, SlotAttributes.Most);
        foreach (GptPartition one in slots)
        {
            int rank = Rank(one);
            if (rank > 0)
                table = table.With(one.Number, one.Attributes.WithPriority(Math.Max(first - places[rank], 1)));
        }

        return table;
    }

    /// <summary>The slot has proved to be good: successful, without tries, and above all others.</summary>
    public static GptTable MarkGood(GptTable table, SlotRule rule, int number) =>
        Mark(table, rule, number, tries: 0, isSuccessful: true);

    /// <summary>The slot holds something new that is to be tried that often, before all others.</summary>
    public static GptTable MarkForTrial(GptTable table, SlotRule rule, int number, int tries) =>
        Mark(table, rule, number, tries, isSuccessful: false);

    /// <summary>
    /// The slot is about to be written: it may not be started until it is whole, whatever happens on the way.
    /// </summary>
    public static GptTable MarkEmpty(GptTable table, GptPartition slot) =>
        table.With(slot.Number, slot.Attributes.WithPriority(0).WithTries(0).WithSuccessful(false));

    private static GptTable Mark(GptTable table, SlotRule rule, int number, int tries, bool isSuccessful)
    {
        GptPartition slot = table.Find(number)
            ?? throw new ArgumentOutOfRangeException(nameof(number), number, "no such partition");
        GptTable marked = table.With(number, slot.Attributes.WithTries(tries).WithSuccessful(isSuccessful));
        return Prioritize(marked, rule.Find(marked), new SlotPriority { Slot = number });
    }
}
