namespace CoreNode.Updates.Lifecycle;

/// <summary>
/// All that the lifecycle knows. Immutable; everything but <see cref="Live"/> is written to disk before the step that
/// follows from it is begun.
/// </summary>
public sealed record UpdateState
{
    /// <summary>Most entries of the history and of the list of bad versions.</summary>
    public const int MaxHistory = 50;

    /// <summary>Most events that wait for a server; the oldest are dropped.</summary>
    public const int MaxOutbox = 32;

    /// <summary>A machine that has never been updated, before its node's first start.</summary>
    public static readonly UpdateState Initial = new();

    /// <summary>Where it stands.</summary>
    public LifecycleStage Stage { get; init; }

    /// <summary>What the client does for that.</summary>
    public UpdateStepKind Step { get; init; }

    /// <summary>Counts the steps: what is told of an earlier one is not listened to.</summary>
    public long StepNumber { get; init; }

    /// <summary>What the machine said at the last start; null before the first.</summary>
    public BootFacts? Boot { get; init; }

    /// <summary>The attempt that is under way, waits for a reboot or for its proof; null: none.</summary>
    public UpdateAttempt? Attempt { get; init; }

    /// <summary>How the offered payload has fared.</summary>
    public PayloadStanding Payload { get; init; } = PayloadStanding.None;

    /// <summary>When the server is asked.</summary>
    public CheckTimes Times { get; init; } = CheckTimes.None;

    /// <summary>The health gate.</summary>
    public GateState Gate { get; init; } = GateState.None;

    /// <summary>The version before the last update that the server has not been told of; empty: it has.</summary>
    public string PreviousVersion { get; init; } = "0.0.0.0";

    /// <summary>True until the server has been told that the machine went back.</summary>
    public bool IsRollbackUntold { get; init; }

    /// <summary>
    /// The highest release counter that was marked good here, or the one that the operator went back to by force:
    /// releases with a lower one are refused.
    /// </summary>
    public ulong HighestCounter { get; init; }

    /// <summary>The version, or beginning of versions, that alone is taken; empty: any.</summary>
    public string Pin { get; init; } = "";

    /// <summary>Versions that went back here, oldest first.</summary>
    public IReadOnlyList<BadVersion> BadVersions { get; init; } = [];

    /// <summary>Events that no server has got yet, oldest first.</summary>
    public IReadOnlyList<UpdateEvent> Outbox { get; init; } = [];

    /// <summary>The number of the last event.</summary>
    public long LastEvent { get; init; }

    /// <summary>How attempts ended, oldest first.</summary>
    public IReadOnlyList<HistoryEntry> History { get; init; } = [];

    /// <summary>How the last check or attempt ended.</summary>
    public UpdateOutcome Outcome { get; init; } = UpdateOutcome.None;

    /// <summary>What is only of this moment.</summary>
    public LiveProgress Live { get; init; } = LiveProgress.None;

    /// <summary>The version that runs; empty before the first start.</summary>
    public string RunningVersion => Boot?.Version ?? "";

    /// <summary>
    /// True while the marker file of older clients shall be there: the next boot takes another slot.
    /// </summary>
    public bool IsMarkerWanted => Stage == LifecycleStage.NeedReboot;

    /// <summary>
    /// True if nothing of what is written to disk differs. Lists that were not changed are the same ones.
    /// </summary>
    public bool IsSavedAs(UpdateState other) => this with { Live = other.Live } == other;
}
