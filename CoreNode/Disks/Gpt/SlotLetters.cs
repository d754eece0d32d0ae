namespace CoreNode.Disks.Gpt;

/// <summary>The letters of slots, by which files are called that belong to one: "vmlinuz-a".</summary>
public static class SlotLetters
{
    private const int Letters = 26;

    /// <summary>
    /// The last letter of its label ("USR-B" is b) if every slot has one of its own, else its place among the slots: no
    /// two slots have the same. Null for a partition that is none of them, or beyond z.
    /// </summary>
    /// <param name="slots">All slots of the disk, by number.</param>
    /// <param name="number">The slot's.</param>
    public static char? Of(IReadOnlyList<GptPartition> slots, int number)
    {
        bool isByLabel = HaveOwn(slots);
        for (int i = 0; i < slots.Count; i++)
        {
            if (slots[i].Number == number)
                return isByLabel ? InLabel(slots[i].Label) : i < Letters ? (char)('a' + i) : null;
        }

        return null;
    }

    private static bool HaveOwn(IReadOnlyList<GptPartition> slots)
    {
        uint seen = 0;
        for (int i = 0; i < slots.Count; i++)
        {
            if (InLabel(slots[i].Label) is not { } letter)
                return false;
            uint bit = 1U << (letter - 'a');
            if ((seen & bit) != 0)
                return false;
            seen |= bit;
        }

        return true;
    }

    private static char? InLabel(string label) =>
        label.Length > 2 && label[^2] == '-' && char.IsAsciiLetter(label[^1]) ? char.ToLowerInvariant(label[^1]) : null;
}
