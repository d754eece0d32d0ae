namespace CoreNode.Disks.Gpt;

/// <summary>Which partitions of a disk are slots.</summary>
public sealed record SlotRule
{
    /// <summary>Their type.</summary>
    public Guid Type { get; init; } = PartitionTypes.CoreOsUsr;

    /// <summary>Their label, where `*` stands for any characters: "USR-*".</summary>
    public string Label { get; init; } = "*";

    /// <summary>The slots of a table, by number.</summary>
    public IReadOnlyList<GptPartition> Find(GptTable table) =>
        [.. table.Partitions.Where(one => one.Type == Type && Fits(one.Label))];

    // A label is short, so trying every way for each star is cheap: at most one piece is looked for at a time.
    private bool Fits(string label)
    {
        string[] pieces = Label.Split('*');
        if (pieces.Length == 1)
            return label == Label;
        if (!label.StartsWith(pieces[0], StringComparison.Ordinal))
            return false;
        int at = pieces[0].Length;
        foreach (string piece in pieces[1..^1])
        {
            int found = label.IndexOf(piece, at, StringComparison.Ordinal);
            if (found < 0)
                return false;
            at = found + piece.Length;
        }

        return label.Length - at >= pieces[^1].Length && label.EndsWith(pieces[^1], StringComparison.Ordinal);
    }
}
