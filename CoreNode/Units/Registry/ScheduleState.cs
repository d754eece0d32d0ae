namespace CoreNode.Units.Registry;

/// <summary>What a machine shall do with a unit of its schedule.</summary>
public enum ScheduleState
{
    /// <summary>Known to its unit manager, not started.</summary>
    Loaded,

    /// <summary>Started.</summary>
    Launched,

    /// <summary>Stopped and unloaded; then the agent removes the entry.</summary>
    Revoked,
}
