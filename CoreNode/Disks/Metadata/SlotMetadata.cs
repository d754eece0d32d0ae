namespace CoreNode.Disks.Metadata;

/// <summary>
/// What a slot says of itself, signed by who made it: what is in it, and with what it is checked. It lies in the last
/// MiB of the slot and is written last, so a slot that was not written to its end has none.
/// </summary>
public sealed record SlotMetadata
{
    /// <summary>The board of what runs on every kind of machine.</summary>
    public const string AnyBoard = "any";

    /// <summary>Most kernels that one slot names.</summary>
    public const int MostKernels = 16;

    /// <summary>The version of what is in the slot, for people: "1520.3.0".</summary>
    public required string Version { get; init; }

    /// <summary>Grows with every release: what is lower is older, whatever the version says.</summary>
    public required ulong Counter { get; init; }

    /// <summary>The kind of machine that it is for: "amd64-usr", or <see cref="AnyBoard"/>.</summary>
    public required string Board { get; init; }

    /// <summary>How its blocks are checked while it runs.</summary>
    public required SlotVerity Verity { get; init; }

    /// <summary>What a boot stage starts from it.</summary>
    public IReadOnlyList<SlotKernel> Kernels { get; init; } = [];

    /// <summary>True if it is for machines of that kind.</summary>
    public bool IsFor(string board) => Board == board || Board == AnyBoard;
}
