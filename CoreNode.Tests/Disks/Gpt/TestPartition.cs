namespace CoreNode.Tests.Disks.Gpt;

/// <summary>A partition that a test puts into a table.</summary>
internal sealed record TestPartition(int Number, ulong First, ulong Last)
{
    public static readonly Guid SlotType = new("5dfbf5f4-2848-4bac-aa5e-0d9a20b745a6");

    public Guid Type { get; init; } = SlotType;

    public Guid Id { get; init; } = new(0x7130c94a, (short)Number, 0x4e5a, 1, 2, 3, 4, 5, 6, 7, (byte)Number);

    public ulong Attributes { get; init; }

    public string Label { get; init; } = "";

    /// <summary>Priority, tries and successful as the entry holds them.</summary>
    public static ulong Bits(int priority, int tries, int successful) =>
        (ulong)priority << 48 | (ulong)tries << 52 | (ulong)successful << 56;
}
