namespace CoreNode.Updates.Lifecycle;

/// <summary>
/// What happened. A fact with a step number comes of that step; if the lifecycle has gone on since, it changes nothing.
/// </summary>
public abstract record UpdateFact
{
    private UpdateFact()
    {
    }

    /// <summary>The node started; before anything else.</summary>
    public sealed record Started(BootFacts Boot) : UpdateFact;

    /// <summary>Time passed: at <see cref="UpdateDecision.Due"/>, or at any moment.</summary>
    public sealed record TimePassed : UpdateFact;

    /// <summary>Somebody wants a check, and what it offers, now.</summary>
    public sealed record CheckAsked(UpdateWish Wish) : UpdateFact;

    /// <summary>The operator brings a payload.</summary>
    public sealed record ApplyAsked(UpdateOffer Offer, UpdateWish Wish) : UpdateFact;

    /// <summary>The operator stops what is under way.</summary>
    public sealed record CancelAsked : UpdateFact;

    /// <summary>The operator takes back that the next boot takes the other slot.</summary>
    public sealed record ResetAsked : UpdateFact;

    /// <summary>The operator pins a version or a beginning of versions; empty ends that.</summary>
    public sealed record PinAsked(string Version) : UpdateFact;

    /// <summary>The operator wants the version of the other slot back.</summary>
    public sealed record RollbackAsked(BootFacts Boot) : UpdateFact;

    /// <summary>Heavy work must pause, for a reason; empty: it may go on.</summary>
    public sealed record Held(string Reason) : UpdateFact;

    /// <summary>The server got all events up to a number.</summary>
    public sealed record EventsSent(long UpTo) : UpdateFact;

    /// <summary>The server answered the check or the ping.</summary>
    public sealed record CheckAnswered(long Step, CheckAnswer Answer) : UpdateFact;

    /// <summary>The payload's metadata was fetched, and a trusted key's signature on it verified.</summary>
    public sealed record MetadataRead(long Step, ReleaseFacts Release) : UpdateFact;

    /// <summary>The target slot's attributes are cleared; what is healthy now.</summary>
    public sealed record Prepared(long Step, IReadOnlyList<HealthCheck> Health) : UpdateFact;

    /// <summary>So much of the payload is done; also while the metadata is fetched.</summary>
    public sealed record Progressed(long Step, long Done, long Total) : UpdateFact;

    /// <summary>The payload is written, and its own signature and hash are right.</summary>
    public sealed record Applied(long Step) : UpdateFact;

    /// <summary>The slot reads back as it must.</summary>
    public sealed record Verified(long Step) : UpdateFact;

    /// <summary>The next boot takes the slot that it shall take.</summary>
    public sealed record Finalized(long Step) : UpdateFact;

    /// <summary>How healthy the running version is.</summary>
    public sealed record HealthSeen(long Step, HealthReport Report) : UpdateFact;

    /// <summary>The running slot is marked good.</summary>
    public sealed record MarkedGood(long Step) : UpdateFact;

    /// <summary>The step failed.</summary>
    public sealed record StepFailed(long Step, UpdateFailure Failure) : UpdateFact;
}
