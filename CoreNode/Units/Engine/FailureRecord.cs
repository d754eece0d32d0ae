using CoreNode.Foundation;

namespace CoreNode.Units.Engine;

/// <summary>What the engine remembers of a unit that failed (RescheduleOnFailure=). Immutable.</summary>
public sealed record FailureRecord
{
    /// <summary>Content that failed: another one starts from nothing.</summary>
    public required string Hash { get; init; }

    /// <summary>Failures in a row.</summary>
    public int Failures { get; init; }

    /// <summary>The claim (index at which the entry was made) whose failure was counted last.</summary>
    public StoreIndex Claim { get; init; }

    /// <summary>Machine of that claim.</summary>
    public string Machine { get; init; } = "";

    /// <summary>When it is placed elsewhere.</summary>
    public DateTimeOffset Due { get; init; }

    /// <summary>Since when it runs without having failed; null while it does not.</summary>
    public DateTimeOffset? WellSince { get; init; }

    /// <summary>Until when machines are avoided.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Avoided { get; init; } =
        new Dictionary<string, DateTimeOffset>();
}
