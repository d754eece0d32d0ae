namespace CoreNode.Cli.Slots;

/// <summary>One slot as it is shown.</summary>
public sealed record SlotRecord
{
    /// <summary>Number of its partition.</summary>
    public required int Number { get; init; }

    /// <summary>Label of its partition.</summary>
    public required string Label { get; init; }

    /// <summary>Id of its partition.</summary>
    public required string Id { get; init; }

    /// <summary>Its first sector.</summary>
    public required ulong FirstSector { get; init; }

    /// <summary>How large it is.</summary>
    public required ulong LengthBytes { get; init; }

    /// <summary>The highest is started.</summary>
    public required int Priority { get; init; }

    /// <summary>How often it may still be tried.</summary>
    public required int Tries { get; init; }

    /// <summary>True if it has proved to be good.</summary>
    public required bool IsSuccessful { get; init; }

    /// <summary>True if this machine runs from it.</summary>
    public required bool IsRunning { get; init; }

    /// <summary>True if it is started next.</summary>
    public required bool IsNext { get; init; }

    /// <summary>What it holds; null where that was not looked at.</summary>
    public SlotContent? Content { get; init; }
}
