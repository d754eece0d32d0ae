namespace CoreNode.Updates.Rollout;

/// <summary>Machines of a group by what they are at, at one moment.</summary>
public sealed record RolloutCounts
{
    /// <summary>All of the group.</summary>
    public int Machines { get; init; }

    /// <summary>Granted one within the last period.</summary>
    public int InPeriod { get; init; }

    /// <summary>Fetching or installing, and not timed out.</summary>
    public int AtWork { get; init; }

    /// <summary>Installed the group's release and not running it yet.</summary>
    public int Waiting { get; init; }

    /// <summary>Ended well with the group's release, since an operator last resumed it.</summary>
    public int Succeeded { get; init; }

    /// <summary>Failed with it, those that rolled back not included.</summary>
    public int Failed { get; init; }

    /// <summary>Rolled back from it.</summary>
    public int RolledBack { get; init; }

    /// <summary>Failed or rolled back.</summary>
    public int AllFailed => Failed + RolledBack;

    /// <summary>Ended, well or not.</summary>
    public int Ended => Succeeded + AllFailed;
}
