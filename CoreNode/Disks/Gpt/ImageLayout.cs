namespace CoreNode.Disks.Gpt;

/// <summary>Which partition of a disk is what, on one that an operating system image was made for.</summary>
public sealed record ImageLayout
{
    /// <summary>The label of the partition that holds all that a machine keeps.</summary>
    public const string StateLabel = "STATE";

    /// <summary>The label of the partition that says what a machine is told at its start.</summary>
    public const string OemLabel = "OEM";

    /// <summary>What firmware starts from; null if there is none.</summary>
    public GptPartition? Esp { get; private init; }

    /// <summary>The slots, by number.</summary>
    public required IReadOnlyList<GptPartition> Slots { get; init; }

    /// <summary>What a machine is told; null if there is none.</summary>
    public GptPartition? Oem { get; private init; }

    /// <summary>What a machine keeps, and what grows with its disk; null if there is none.</summary>
    public GptPartition? State { get; private init; }

    /// <summary>Finds them.</summary>
    public static ImageLayout Of(GptTable table) => new()
    {
        Slots = new SlotRule().Find(table),
        Esp = Find(table, static one => one.Type == PartitionTypes.EfiSystem),
        Oem = Find(table, static one => one.Label == OemLabel),
        State = Find(table, static one => one.Label == StateLabel)
            ?? Find(table, static one => one.Type == PartitionTypes.CoreOsResize),
    };

    private static GptPartition? Find(GptTable table, Func<GptPartition, bool> fits)
    {
        foreach (GptPartition one in table.Partitions)
        {
            if (fits(one))
                return one;
        }

        return null;
    }
}
