namespace CoreNode.Updates.Lifecycle;

/// <summary>The numbers of the lifecycle: by default those of CoreOS's client, and this machine's own facts.</summary>
public sealed record UpdateSettings
{
    /// <summary>From the start of the node to the first check.</summary>
    public TimeSpan FirstCheck { get; init; } = TimeSpan.FromMinutes(7);

    /// <summary>Between checks, unless the server says otherwise.</summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromMinutes(45);

    /// <summary>By how much both may be earlier or later.</summary>
    public TimeSpan CheckFuzz { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>To a check that goes on with something that was interrupted.</summary>
    public TimeSpan QuickCheck { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>To the check that tries the next address of an offer.</summary>
    public TimeSpan NextUrlCheck { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest wait between checks, whatever the server says or how often it fails.</summary>
    public TimeSpan MaxCheckInterval { get; init; } = TimeSpan.FromHours(4);

    /// <summary>The shortest wait that a server may ask for.</summary>
    public TimeSpan MinPollInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Between two tries of a transfer that broke.</summary>
    public TimeSpan TransferRetryDelay { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How often a transfer that breaks is gone on with before the attempt has failed.</summary>
    public int TransferRetries { get; init; } = 20;

    /// <summary>Bytes that must come before those tries count from the start again.</summary>
    public long TransferProgressBytes { get; init; } = 1 << 20;

    /// <summary>Between two tries without a network.</summary>
    public TimeSpan NoNetworkDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Tries without a network before the attempt has failed.</summary>
    public int NoNetworkRetries { get; init; } = 3;

    /// <summary>The same while somebody waits.</summary>
    public int NoNetworkRetriesInteractive { get; init; } = 1;

    /// <summary>The longest wait before the same payload is tried again.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromDays(16);

    /// <summary>By how much that wait may be shorter or longer.</summary>
    public TimeSpan BackoffFuzz { get; init; } = TimeSpan.FromHours(6);

    /// <summary>After how many failures of deltas a full payload is asked for.</summary>
    public int MaxDeltaFailures { get; init; } = 3;

    /// <summary>How many resumed attempts may fail before one begins anew.</summary>
    public int MaxResumeFailures { get; init; } = 10;

    /// <summary>How long a check, the metadata or a report may take.</summary>
    public TimeSpan ExchangeLimit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the payload may make no progress at all, pauses aside.</summary>
    public TimeSpan StallLimit { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long the slot may take to be read back, and attributes to be written.</summary>
    public TimeSpan DiskLimit { get; init; } = TimeSpan.FromHours(1);

    /// <summary>To the next try of a step that must succeed in the end.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a new version has to become healthy.</summary>
    public TimeSpan GateDeadline { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a new version must have run before it is marked good.</summary>
    public TimeSpan GateSettle { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>
    /// How often the node may start anew in a boot before its starts count as a failure to become healthy.
    /// </summary>
    public int GateStarts { get; init; } = 5;

    /// <summary>How often progress is told at least.</summary>
    public TimeSpan SignalInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Why there are no checks by themselves (a developer's machine); empty: there are.</summary>
    public string PeriodicOffReason { get; init; } = "";

    /// <summary>Why no server is asked at all (SERVER=disabled); empty: one is.</summary>
    public string ServerOffReason { get; init; } = "";

    /// <summary>True on a developer's machine: no backoff.</summary>
    public bool IsDeveloper { get; init; }

    /// <summary>What kind of machine this is; empty: any release fits.</summary>
    public string Board { get; init; } = "";

    /// <summary>Which product this is; empty: any release fits.</summary>
    public string AppId { get; init; } = "";
}
