namespace CoreNode.Reboots;

/// <summary>What is true of this run of the node only.</summary>
public sealed record RebootLive
{
    /// <summary>At the start.</summary>
    public static readonly RebootLive None = new();

    /// <summary>Number of the step.</summary>
    public long StepNumber { get; init; }

    /// <summary>When the step was begun, by the uptime.</summary>
    public TimeSpan StepSince { get; init; }

    /// <summary>The step is not begun before that, by the uptime; null: at once.</summary>
    public TimeSpan? NotBefore { get; init; }

    /// <summary>What the step tells of itself: who holds the lock, which units are left.</summary>
    public string Told { get; init; } = "";

    /// <summary>What others want now.</summary>
    public RebootWant Seen { get; init; } = RebootWant.None;

    /// <summary>False before the first of <see cref="RebootFact.WantSeen"/>.</summary>
    public bool HasSeen { get; init; }
}
