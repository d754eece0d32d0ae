namespace CoreNode.Runner.Guard;

/// <summary>How a node starts and finds its guard.</summary>
public sealed record GuardOptions
{
    /// <summary>Folder of the guard's socket and of what it held ($DATA/units/guard); made if absent.</summary>
    public required string Folder { get; init; }

    /// <summary>The executable, and what comes before the command "guard".</summary>
    public required IReadOnlyList<string> Program { get; init; }

    /// <summary>
    /// Control groups (absolute folders) that the guard lives in; made if absent. None: the node's own.
    /// </summary>
    public IReadOnlyList<string> ControlGroups { get; init; } = [];

    /// <summary>Longest time until a guard that was started answers.</summary>
    public TimeSpan StartTime { get; init; } = TimeSpan.FromSeconds(5);
}
