namespace CoreNode.Updates.Lifecycle;

/// <summary>What a server answered.</summary>
public sealed record CheckAnswer
{
    /// <summary>What it offers; null: no update.</summary>
    public UpdateOffer? Offer { get; init; }

    /// <summary>When it wants to be asked again; null: it does not say.</summary>
    public TimeSpan? PollInterval { get; init; }

    /// <summary>Why it holds an update back, for people; empty if it does not.</summary>
    public string HeldBackReason { get; init; } = "";

    /// <summary>Until when it expects to hold it back; null: not said.</summary>
    public DateTimeOffset? HeldBackUntil { get; init; }
}
