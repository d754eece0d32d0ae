namespace CoreNode.Updates.Server;

/// <summary>What an administrator says about one machine, against its group.</summary>
public sealed record MachineOverride
{
    /// <summary>It gets no updates.</summary>
    public bool IsExempt { get; init; }

    /// <summary>It gets the next update now: waves, limits and windows do not count. Ends with the offer.</summary>
    public bool IsForced { get; init; }

    /// <summary>With <see cref="IsForced"/>: also where the group was stopped by errors or paused.</summary>
    public bool PassesStop { get; init; }

    /// <summary>Id of the group that counts instead of what the machine says; empty for that.</summary>
    public string Group { get; init; } = "";

    /// <summary>Why, for people.</summary>
    public string Note { get; init; } = "";

    /// <summary>Nothing is said.</summary>
    public static MachineOverride None { get; } = new();
}
