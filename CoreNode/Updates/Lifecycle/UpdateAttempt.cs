namespace CoreNode.Updates.Lifecycle;

/// <summary>
/// One try to get to another version: from the wish or the offer until it has proven itself or failed.
/// </summary>
public sealed record UpdateAttempt
{
    /// <summary>How the operator wants it.</summary>
    public UpdateWish Wish { get; init; } = UpdateWish.None;

    /// <summary>What is taken; null before the answer, and when the other slot is switched to as it is.</summary>
    public UpdateOffer? Offer { get; init; }

    /// <summary>The signed release; null until its signature was verified.</summary>
    public ReleaseFacts? Release { get; init; }

    /// <summary>The version that ran when it began.</summary>
    public string FromVersion { get; init; } = "";

    /// <summary>The release counter of that version; 0 if unknown.</summary>
    public ulong FromCounter { get; init; }

    /// <summary>The slot that it is written to, or that is switched to.</summary>
    public string TargetSlot { get; init; } = "";

    /// <summary>True if it goes back to the other slot by the operator's word, and so writes nothing.</summary>
    public bool IsSwitch { get; init; }

    /// <summary>True if it went on from a checkpoint.</summary>
    public bool IsResumed { get; init; }

    /// <summary>The boot in which the target slot was made the next one; empty until then.</summary>
    public string MarkedInBoot { get; init; } = "";

    /// <summary>When it began.</summary>
    public DateTimeOffset Began { get; init; }

    /// <summary>The version that it leads to, as well as it is known.</summary>
    public string ToVersion => Release?.Version ?? Offer?.Version ?? "";
}
