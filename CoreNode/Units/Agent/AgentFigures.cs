namespace CoreNode.Units.Agent;

/// <summary>How a machine's units stand, for an operator. Immutable; moments are of CLOCK_BOOTTIME.</summary>
public sealed record AgentFigures
{
    /// <summary>Nothing is known yet.</summary>
    public static readonly AgentFigures None = new();

    /// <summary>Units that are to be loaded or to run here.</summary>
    public int Wanted { get; init; }

    /// <summary>Units of the cluster that run here.</summary>
    public int Active { get; init; }

    /// <summary>Units of the cluster that have failed here.</summary>
    public int Failed { get; init; }

    /// <summary>Units that are not as they are to be.</summary>
    public int Unsettled { get; init; }

    /// <summary>Since when the oldest of those is not; null: all are.</summary>
    public TimeSpan? UnsettledSince { get; init; }

    /// <summary>Until when the lease lasts for singletons.</summary>
    public TimeSpan LeaseUntil { get; init; }

    /// <summary>Singletons that the guard holds.</summary>
    public int Guarded { get; init; }

    /// <summary>When it kills them.</summary>
    public TimeSpan GuardedUntil { get; init; }
}
