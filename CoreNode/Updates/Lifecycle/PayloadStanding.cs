using CoreNode.Foundation;

namespace CoreNode.Updates.Lifecycle;

/// <summary>
/// How an offered payload has fared: which address is next, what failed how often, and until when it rests. As long as
/// the same is offered this outlives attempts and restarts; another offer starts anew.
/// </summary>
public sealed record PayloadStanding
{
    /// <summary>Nothing was offered.</summary>
    public static readonly PayloadStanding None = new();

    /// <summary>What makes the offer the same (<see cref="UpdateOffer.Signature"/>).</summary>
    public string Signature { get; init; } = "";

    /// <summary>How often the whole payload was fetched, or all addresses failed.</summary>
    public int Attempts { get; init; }

    /// <summary>The address that is next.</summary>
    public int UrlIndex { get; init; }

    /// <summary>Failures of that address in a row.</summary>
    public int UrlFailures { get; init; }

    /// <summary>Before that it is not tried again by itself; null: at any time.</summary>
    public DateTimeOffset? BackoffUntil { get; init; }

    /// <summary>Failures of deltas since the last update that came about; not forgotten with the offer.</summary>
    public int DeltaFailures { get; init; }

    /// <summary>
    /// The payload (<see cref="ReleaseFacts.PayloadId"/>) of which there may be a checkpoint; empty:
    /// none.
    /// </summary>
    public string CheckpointOf { get; init; } = "";

    /// <summary>Attempts that went on from that checkpoint and failed.</summary>
    public int ResumeFailures { get; init; }

    /// <summary>The standing of an offer: this one if it is the same offer.</summary>
    public PayloadStanding For(UpdateOffer offer)
    {
        string signature = offer.Signature;
        if (signature == Signature)
            return this;
        // The checkpoint is compared with the payload's own name later.
        return None with
        {
            Signature = signature,
            DeltaFailures = DeltaFailures,
            CheckpointOf = CheckpointOf,
            ResumeFailures = ResumeFailures,
        };
    }

    /// <summary>The address that is to be tried.</summary>
    public string Url(UpdateOffer offer) => offer.Urls[UrlIndex % offer.Urls.Count];

    /// <summary>True if the payload rests because of failures.</summary>
    public bool IsResting(UpdateOffer offer, UpdateSettings settings, DateTimeOffset now) =>
        BackoffUntil is { } until && now < until && !offer.IsBackoffOff && !offer.IsDelta && !settings.IsDeveloper;

    /// <summary>True if an attempt may go on from a checkpoint of this payload.</summary>
    public bool MayResume(ReleaseFacts release, UpdateSettings settings) =>
        CheckpointOf.Length > 0 && CheckpointOf == release.PayloadId && ResumeFailures <= settings.MaxResumeFailures;

    /// <summary>Writing begins: from now on there may be a checkpoint of this payload.</summary>
    public PayloadStanding Began(ReleaseFacts release, bool isResumed) =>
        isResumed ? this : this with { CheckpointOf = release.PayloadId, ResumeFailures = 0 };

    /// <summary>Bytes came: the address works.</summary>
    public PayloadStanding Received() => UrlFailures == 0 ? this : this with { UrlFailures = 0 };

    /// <summary>The whole payload was fetched, which counts as an attempt even if a later step fails.</summary>
    public PayloadStanding Fetched(UpdateOffer offer, UpdateSettings settings, DateTimeOffset now, Prng chance) =>
        offer.IsDelta ? this : Attempted(offer, settings, now, chance);

    /// <summary>The update came about: a checkpoint and the failures of deltas are of no more use.</summary>
    public PayloadStanding Done() =>
        this with { CheckpointOf = "", ResumeFailures = 0, DeltaFailures = 0, UrlFailures = 0 };

    /// <summary>An attempt failed.</summary>
    public PayloadStanding Failed(
        UpdateAttempt attempt, UpdateFailure failure, UpdateSettings settings, DateTimeOffset now, Prng chance)
    {
        UpdateOffer offer = attempt.Offer!;
        PayloadStanding standing = this;
        if (attempt.IsResumed)
            standing = standing with { ResumeFailures = standing.ResumeFailures + 1 };
        if (IsWorthless(failure.Code) || standing.ResumeFailures > settings.MaxResumeFailures)
            standing = standing with { CheckpointOf = "", ResumeFailures = 0 };
        RetryClass retry = UpdateErrors.Of(failure.Code).Class;
        if (offer.IsDelta && retry is RetryClass.NextUrl or RetryClass.SameUrl or RetryClass.Machine)
            standing = standing with { DeltaFailures = standing.DeltaFailures + 1 };
        return retry switch
        {
            RetryClass.NextUrl => standing.NextUrl(offer, settings, now, chance),
            RetryClass.SameUrl when standing.UrlFailures + 1 >= Math.Max(1, offer.MaxFailuresPerUrl) =>
                standing.NextUrl(offer, settings, now, chance),
            RetryClass.SameUrl => standing with { UrlFailures = standing.UrlFailures + 1 },
            _ => standing,
        };
    }

    /// <summary>A clock that was set back must not let the payload rest for years.</summary>
    public PayloadStanding Mended(UpdateSettings settings, DateTimeOffset now)
    {
        DateTimeOffset latest = now + settings.MaxBackoff + settings.BackoffFuzz;
        return BackoffUntil is { } until && until > latest ? this with { BackoffUntil = latest } : this;
    }

    private PayloadStanding NextUrl(UpdateOffer offer, UpdateSettings settings, DateTimeOffset now, Prng chance)
    {
        int next = UrlIndex + 1;
        PayloadStanding moved = this with { UrlIndex = next % offer.Urls.Count, UrlFailures = 0 };
        return next < offer.Urls.Count || offer.IsDelta ? moved : moved.Attempted(offer, settings, now, chance);
    }

    private PayloadStanding Attempted(UpdateOffer offer, UpdateSettings settings, DateTimeOffset now, Prng chance)
    {
        int attempts = Attempts + 1;
        if (offer.IsBackoffOff || settings.IsDeveloper)
            return this with { Attempts = attempts, BackoffUntil = null };
        TimeSpan wait = TimeSpan.FromDays(1 << Math.Min(attempts - 1, 10));
        wait = wait < settings.MaxBackoff ? wait : settings.MaxBackoff;
        wait += settings.BackoffFuzz * ((2 * chance.NextDouble()) - 1);
        return this with { Attempts = attempts, BackoffUntil = now + wait };
    }

    // What is in the slot cannot be trusted to be a beginning of what it shall become: everything is fetched again.
    private static bool IsWorthless(UpdateError code) => code is UpdateError.PayloadHashMismatch
        or UpdateError.PayloadSizeMismatch or UpdateError.DownloadPayloadVerification or UpdateError.NewPartitionInfo
        or UpdateError.NewRootfsVerification or UpdateError.NewKernelVerification
        or UpdateError.PayloadPubKeyVerification or UpdateError.DownloadStateInit;
}
