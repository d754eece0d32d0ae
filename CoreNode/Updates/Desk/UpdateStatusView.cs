namespace CoreNode.Updates.Desk;

/// <summary>How the updates of this machine stand, as it is told. Immutable.</summary>
public sealed record UpdateStatusView
{
    /// <summary>The version that older clients are told when there is none.</summary>
    public const string NoVersion = "0.0.0";

    /// <summary>Counts changes from 1 on, within one run of the node. Not told.</summary>
    public long Number { get; init; } = 1;

    /// <summary>
    /// The lifecycle's stage, by its name in files: idle, checking, available, downloading, verifying, finalizing,
    /// need-reboot, reporting, judging, rolling-back.
    /// </summary>
    public string Stage { get; init; } = "idle";

    /// <summary>The same as clients of CoreOS's update engine know it: UPDATE_STATUS_….</summary>
    public string Status { get; init; } = "UPDATE_STATUS_IDLE";

    /// <summary>Share of the payload that is done, in [0, 1].</summary>
    public double Progress { get; init; }

    /// <summary>Bytes of the payload that are done.</summary>
    public long BytesDone { get; init; }

    /// <summary>Bytes of the payload; 0 if unknown.</summary>
    public long BytesTotal { get; init; }

    /// <summary>The version that runs; empty if unknown.</summary>
    public string RunningVersion { get; init; } = "";

    /// <summary>The slot that runs, by name; empty if unknown.</summary>
    public string RunningSlot { get; init; } = "";

    /// <summary>The version that is being installed or waits for a reboot; empty if there is none.</summary>
    public string NewVersion { get; init; } = "";

    /// <summary>Its slot; empty if there is none.</summary>
    public string NewSlot { get; init; } = "";

    /// <summary>Bytes of its payload; 0 if unknown.</summary>
    public long NewSize { get; init; }

    /// <summary>From where its payload is fetched now: the server, or a machine; empty: it is not, or from there
    /// alone.</summary>
    public string Source { get; init; } = "";

    /// <summary>When the server was last asked, in seconds since 1970; 0: never.</summary>
    public long LastChecked { get; init; }

    /// <summary>What is done, or next if it is "wait": the word of the lifecycle's step in files.</summary>
    public string NextStep { get; init; } = "wait";

    /// <summary>When, in seconds since 1970; 0: now, or not by itself.</summary>
    public long NextAt { get; init; }

    /// <summary>
    /// When the update that just failed is gone on with by itself at its next address, in seconds since 1970; 0: it is
    /// not.
    /// </summary>
    public long AgainAt { get; init; }

    /// <summary>Why that, why then: one line without a full stop.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Why heavy work pauses; empty: it does not.</summary>
    public string Hold { get; init; } = "";

    /// <summary>The version, or beginning of versions, that alone is taken; empty: any.</summary>
    public string Pinned { get; init; } = "";

    /// <summary>
    /// How the last check or attempt failed; null if it did not, or none has ended. An attempt that is under way keeps
    /// the failure of the one before it.
    /// </summary>
    public UpdateFailureView? LastFailure { get; init; }

    /// <summary>
    /// The version that went back here last and is not taken again by itself; null: none did. Not told.
    /// </summary>
    public WentBackView? WentBack { get; init; }

    /// <summary>The server that is asked; empty: none.</summary>
    public string Server { get; init; } = "";

    /// <summary>The group that is asked for.</summary>
    public string Group { get; init; } = "";
}
