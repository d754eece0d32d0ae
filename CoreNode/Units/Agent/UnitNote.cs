namespace CoreNode.Units.Agent;

/// <summary>
/// What the agent must still know of a unit after its own restart, and what neither the store nor the unit manager
/// can tell it. It holds until the machine restarts: no unit runs then. Immutable.
/// </summary>
public sealed record UnitNote
{
    /// <summary>Of a unit that nothing is known of.</summary>
    public static readonly UnitNote None = new();

    /// <summary>False: the agent has never loaded it.</summary>
    public bool IsKnown { get; init; }

    /// <summary>The claim that it was loaded under, as its fencing token; 0 for a unit that is no singleton.</summary>
    public ulong Claim { get; init; }

    /// <summary>
    /// The agent started it, and it was not stopped since: whether it still runs is its manager's business.
    /// </summary>
    public bool IsStarted { get; init; }

    /// <summary>It was being stopped: whether that was done is not known.</summary>
    public bool IsStopping { get; init; }

    /// <summary>Requests to restart it that were obeyed.</summary>
    public ulong RestartsDone { get; init; }

    /// <summary>The request that was being obeyed; 0: none.</summary>
    public ulong RestartPending { get; init; }

    /// <summary>Its main process when that restart began.</summary>
    public int PidBefore { get; init; }

    /// <summary>When it had come into its state before that restart, in ticks; 0 if never.</summary>
    public long SinceBefore { get; init; }
}
