namespace CoreNode.Updates.Rollout;

/// <summary>
/// What rollouts know of one machine. Kept durably; everything that a group counts follows from these
/// (<see cref="GroupRollout"/>). Times are whole seconds of the server's clock.
/// </summary>
public sealed record RolloutMachine
{
    /// <summary>Its machine id.</summary>
    public required string Id { get; init; }

    /// <summary>The version that it said it runs; empty: none yet.</summary>
    public string Version { get; init; } = "";

    /// <summary>How far it is.</summary>
    public RolloutState State { get; init; } = RolloutState.Undefined;

    /// <summary>Since when.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Release of its last grant; empty: it never had one.</summary>
    public string ReleaseId { get; init; } = "";

    /// <summary>The version that it was granted: a floor or the target.</summary>
    public string StepVersion { get; init; } = "";

    /// <summary>When it was last granted one.</summary>
    public DateTimeOffset GrantedAt { get; init; }

    /// <summary>How it ended with that release.</summary>
    public RolloutOutcome Outcome { get; init; }

    /// <summary><see cref="RolloutStanding.Round"/> when it ended.</summary>
    public int OutcomeRound { get; init; }

    /// <summary>Code of its last failure with that release, without flags; 0: none.</summary>
    public uint ErrorCode { get; init; }

    /// <summary>What an operator wants of it; null: nothing.</summary>
    public MachineOverride? Override { get; init; }

    /// <summary>True while it fetches or installs, as far as it told: it takes one of the places at a time.</summary>
    public bool IsAtWork => State is RolloutState.Granted or RolloutState.Downloading or RolloutState.Downloaded;

    /// <summary>The same, no longer forced: it ended, well or not.</summary>
    public RolloutMachine WithoutForce() => Override is { IsForced: true } wish
        ? this with { Override = wish.WithoutForce() }
        : this;
}
