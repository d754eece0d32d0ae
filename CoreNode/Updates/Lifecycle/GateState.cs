namespace CoreNode.Updates.Lifecycle;

/// <summary>The health gate of a version that has not proven itself.</summary>
public sealed record GateState
{
    /// <summary>No gate.</summary>
    public static readonly GateState None = new();

    /// <summary>What was healthy before the update; null: not known, so that everything must be.</summary>
    public IReadOnlyList<HealthCheck>? Before { get; init; }

    /// <summary>Since when the new version runs, by the uptime of its boot.</summary>
    public TimeSpan Since { get; init; }

    /// <summary>How often the node was started in that boot without the version having proven itself.</summary>
    public int Starts { get; init; }

    /// <summary>What was judged last.</summary>
    public HealthVerdict Verdict { get; init; } = HealthVerdict.Waiting;

    /// <summary>How often the machine was sent back from this version and came up in it again.</summary>
    public int FailedRollbacks { get; init; }
}
