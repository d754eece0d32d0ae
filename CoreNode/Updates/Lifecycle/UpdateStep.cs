namespace CoreNode.Updates.Lifecycle;

/// <summary>
/// What the client has to do now. A step with a higher number ends the one before: the client stops that one and waits
/// until it has stopped, then begins. A step with the same number is already being done.
/// </summary>
public sealed record UpdateStep
{
    /// <summary>What.</summary>
    public required UpdateStepKind Kind { get; init; }

    /// <summary>Its number, told with everything that comes of it.</summary>
    public required long Number { get; init; }

    /// <summary>Not to be begun before that, by the uptime; null: at once.</summary>
    public TimeSpan? NotBefore { get; init; }

    /// <summary>What is said and asked, of a check.</summary>
    public CheckRequest? Request { get; init; }

    /// <summary>What is taken, from <see cref="UpdateStepKind.FetchMetadata"/> to
    /// <see cref="UpdateStepKind.Finalize"/>.</summary>
    public UpdateOffer? Offer { get; init; }

    /// <summary>The signed release, once it is known.</summary>
    public ReleaseFacts? Release { get; init; }

    /// <summary>The address that is tried; empty if the step fetches nothing.</summary>
    public string Url { get; init; } = "";

    /// <summary>The slot that is written to, read, marked or switched to; empty: none.</summary>
    public string Slot { get; init; } = "";

    /// <summary>True if a checkpoint may be used; else one that is there is removed first.</summary>
    public bool IsResumed { get; init; }

    /// <summary>True if the client pauses it until told otherwise; of a step that is being done already, too.</summary>
    public bool IsPaused { get; init; }
}
