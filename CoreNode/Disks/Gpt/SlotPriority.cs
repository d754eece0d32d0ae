namespace CoreNode.Disks.Gpt;

/// <summary>What prioritize is asked for.</summary>
public sealed record SlotPriority
{
    /// <summary>The slot that comes first; null only numbers the priorities anew.</summary>
    public int? Slot { get; init; }

    /// <summary>The priority that the first ones get; null is the number of different priorities.</summary>
    public int? Highest { get; init; }

    /// <summary>True if the slots with the same priority come with it.</summary>
    public bool IsWithEquals { get; init; }
}
