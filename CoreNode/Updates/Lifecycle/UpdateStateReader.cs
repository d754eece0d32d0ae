namespace CoreNode.Updates.Lifecycle;

/// <summary>Reads a state from JSON.</summary>
internal static class UpdateStateReader
{
    /// <summary>Reads it.</summary>
    /// <exception cref="FormatException">It holds what cannot be.</exception>
    public static UpdateState Read(StateJson json)
    {
        UpdateState state = UpdateState.Initial with
        {
            Stage = (LifecycleStage)json.Name("stage", StateNames.Stages),
            Step = (UpdateStepKind)json.Name("step", StateNames.Steps),
            StepNumber = json.Long("stepNumber"),
            PreviousVersion = json.Text("previousVersion"),
            IsRollbackUntold = json.Flag("rollbackUntold"),
            HighestCounter = json.Unsigned("highestCounter"),
            Pin = json.Text("pin"),
            LastEvent = json.Long("lastEvent"),
            Times = CheckTimes.None with
            {
                LastAnswer = json.Time("lastAnswer"),
                LastInterval = json.Milliseconds("lastIntervalMs"),
            },
            Boot = json.Object("boot") is { } boot ? Boot(boot) : null,
            Attempt = json.Object("attempt") is { } attempt ? Attempt(attempt) : null,
            Payload = json.Object("payload") is { } payload ? Payload(payload) : PayloadStanding.None,
            Gate = json.Object("gate") is { } gate ? Gate(gate) : GateState.None,
            Outcome = json.Object("outcome") is { } outcome ? Outcome(outcome) : UpdateOutcome.None,
            BadVersions = json.Items("badVersions", Bad),
            Outbox = json.Items("outbox", Event),
            History = json.Items("history", History),
        };
        bool needsAttempt = state.Stage is not (LifecycleStage.Idle or LifecycleStage.Reporting);
        if (needsAttempt && (state.Attempt is null || state.Boot is null))
            throw new FormatException($"in stage {state.Stage} there must be an attempt and a boot");
        if (needsAttempt && state.Attempt is { Offer.Urls.Count: 0, IsSwitch: false })
            throw new FormatException("an offer has no address");
        return state;
    }

    private static BootFacts Boot(StateJson json) => new()
    {
        BootId = json.Text("id"),
        Slot = json.Text("slot"),
        Version = json.Text("version"),
        Counter = json.Unsigned("counter"),
        OtherSlot = json.Text("otherSlot"),
        OtherVersion = json.Text("otherVersion"),
        IsMarkedGood = json.Flag("markedGood"),
        IsOtherGood = json.Flag("otherGood"),
        IsOtherTried = json.Flag("otherTried"),
        IsOtherNext = json.Flag("otherNext"),
    };

    private static UpdateAttempt Attempt(StateJson json) => new()
    {
        FromVersion = json.Text("fromVersion"),
        FromCounter = json.Unsigned("fromCounter"),
        TargetSlot = json.Text("targetSlot"),
        MarkedInBoot = json.Text("markedInBoot"),
        IsSwitch = json.Flag("switch"),
        IsResumed = json.Flag("resumed"),
        Began = json.Time("began") ?? DateTimeOffset.UnixEpoch,
        Wish = new UpdateWish
        {
            IsInteractive = json.Flag("interactive"),
            IsLookOnly = json.Flag("lookOnly"),
            IsDowngradeAllowed = json.Flag("downgradeAllowed"),
            IsBadAccepted = json.Flag("badAccepted"),
        },
        Offer = json.Object("offer") is { } offer ? Offer(offer) : null,
        Release = json.Object("release") is { } release ? Release(release) : null,
    };

    private static UpdateOffer Offer(StateJson json) => new()
    {
        Version = json.Text("version"),
        Size = json.Long("size"),
        Sha256 = json.Text("sha256"),
        IsDelta = json.Flag("delta"),
        IsBackoffOff = json.Flag("backoffOff"),
        MaxFailuresPerUrl = json.Number("maxFailuresPerUrl", 10),
        IsFromOperator = json.Flag("fromOperator"),
        Urls = json.Items("urls", static url => url.Itself()),
    };

    private static ReleaseFacts Release(StateJson json) => new()
    {
        Version = json.Text("version"),
        Counter = json.Unsigned("counter"),
        MinimumCounter = json.Unsigned("minimumCounter"),
        Expires = json.Time("expires"),
        Board = json.Text("board"),
        AppId = json.Text("appId"),
        PayloadId = json.Text("payloadId"),
        IsOlderThanRunning = json.Flag("olderThanRunning"),
    };

    private static PayloadStanding Payload(StateJson json) => new()
    {
        Signature = json.Text("signature"),
        Attempts = NotNegative(json, "attempts"),
        UrlIndex = NotNegative(json, "urlIndex"),
        UrlFailures = NotNegative(json, "urlFailures"),
        BackoffUntil = json.Time("backoffUntil"),
        DeltaFailures = NotNegative(json, "deltaFailures"),
        CheckpointOf = json.Text("checkpointOf"),
        ResumeFailures = NotNegative(json, "resumeFailures"),
    };

    private static GateState Gate(StateJson json) => new()
    {
        Since = json.Milliseconds("sinceMs"),
        Starts = NotNegative(json, "starts"),
        Verdict = new HealthVerdict((HealthVerdictKind)json.Name("verdict", StateNames.Verdicts), json.Text("why")),
        FailedRollbacks = NotNegative(json, "failedRollbacks"),
        Before = json.Has("before") ? json.Items("before", Check) : null,
    };

    private static HealthCheck Check(StateJson json) => new(
        json.Text("name"), (HealthCheckKind)json.Name("kind", StateNames.CheckKinds),
        json.Has("passed") ? json.Flag("passed") : null, json.Text("detail"));

    private static UpdateOutcome Outcome(StateJson json) => new()
    {
        At = json.Time("at"),
        Code = (UpdateError)json.Number("code"),
        Text = json.Text("text"),
    };

    private static BadVersion Bad(StateJson json) => new()
    {
        Version = json.Text("version"),
        Counter = json.Unsigned("counter"),
        Payload = json.Text("payload"),
        At = json.Time("at") ?? DateTimeOffset.UnixEpoch,
        Strikes = NotNegative(json, "strikes"),
        Why = json.Text("why"),
    };

    private static UpdateEvent Event(StateJson json) => new()
    {
        Number = json.Long("number"),
        Type = json.Number("type"),
        Result = json.Number("result"),
        Code = (UpdateError)json.Number("code"),
        PreviousVersion = json.Has("previousVersion") ? json.Text("previousVersion") : null,
        Version = json.Text("version"),
    };

    private static HistoryEntry History(StateJson json) => new()
    {
        At = json.Time("at") ?? DateTimeOffset.UnixEpoch,
        FromVersion = json.Text("from"),
        ToVersion = json.Text("to"),
        Code = (UpdateError)json.Number("code"),
        Text = json.Text("text"),
        Times = json.Number("times", 1),
    };

    private static int NotNegative(StateJson json, string name)
    {
        int value = json.Number(name);
        return value >= 0 ? value : throw new FormatException($"{name} is negative");
    }
}
