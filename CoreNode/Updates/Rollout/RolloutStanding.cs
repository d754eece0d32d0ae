namespace CoreNode.Updates.Rollout;

/// <summary>
/// What became of a group's release so far and does not follow from its machines: kept durably beside the release, and
/// begun anew (<see cref="Fresh"/>) with the next one.
/// </summary>
public sealed record RolloutStanding
{
    /// <summary>Of a release that just started.</summary>
    public static RolloutStanding Fresh { get; } = new();

    /// <summary>Since when an operator holds it; null: he does not.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>What the operator said to it; empty: nothing.</summary>
    public string PauseNote { get; init; } = "";

    /// <summary>
    /// Why and since when it is stopped; null: it is not. Only <see cref="GroupRollout.Resume"/> ends it.
    /// </summary>
    public RolloutStop? Stop { get; init; }

    /// <summary>How long it was paused or stopped before: the waves count without it.</summary>
    public TimeSpan HeldFor { get; init; }

    /// <summary>
    /// How often an operator let it go on: ends of earlier rounds no longer count, and machines that rolled back in
    /// them may try again. A number, not a time: clocks are put back.
    /// </summary>
    public int Round { get; init; }

    /// <summary>The machine that goes first, alone; empty: none is chosen.</summary>
    public string FirstMachine { get; init; } = "";

    /// <summary>A machine that was granted the release runs it.</summary>
    public bool IsFirstPassed { get; init; }
}
