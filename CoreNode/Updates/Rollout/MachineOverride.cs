namespace CoreNode.Updates.Rollout;

/// <summary>
/// What an operator wants of one machine, against its group's policy. All but <see cref="IsExempt"/> pass waves,
/// windows, limits and the machine that goes first; none passes a pause or a stop by itself.
/// </summary>
public sealed record MachineOverride
{
    /// <summary>It gets nothing.</summary>
    public bool IsExempt { get; init; }

    /// <summary>It runs this version, older or newer than its group's, and stays there; null: its group's.</summary>
    public string? PinnedVersion { get; init; }

    /// <summary>It gets what there is for it with its next check; over once it runs that, fails or goes back.</summary>
    public bool IsForced { get; init; }

    /// <summary>A pause, a group switched off and an error stop do not hold it either.</summary>
    public bool IsDespiteStop { get; init; }

    /// <summary>It belongs to this group whatever it says; null: to the one that it names.</summary>
    public string? GroupId { get; init; }

    /// <summary>Why, for people; empty: nobody said.</summary>
    public string Note { get; init; } = "";

    /// <summary>True if it passes what the group's policy holds back.</summary>
    public bool IsPassing => IsForced || PinnedVersion is not null;

    /// <summary>What is left once a machine that was forced has ended; null: nothing.</summary>
    public MachineOverride? WithoutForce()
    {
        bool isKept = IsExempt || PinnedVersion is not null || GroupId is not null;
        return isKept ? this with { IsForced = false } : null;
    }
}
