namespace CoreNode.Tests.Simulation.Units;

/// <summary>What goes wrong in simulations of units.</summary>
internal enum UnitsFault
{
    /// <summary>A supervisor is killed and started again.</summary>
    Kill,

    /// <summary>A supervisor stands still for a time.</summary>
    Pause,

    /// <summary>A machine leaves as when its service is stopped, and comes back.</summary>
    Leave,

    /// <summary>The same, and what it asks the store for last is held up, perhaps until it is back.</summary>
    LeaveLate,

    /// <summary>A supervisor is stopped or killed right between a decision and its being done.</summary>
    StopAt,

    /// <summary>A machine loses power.</summary>
    Reboot,

    /// <summary>A machine is cut off from all others.</summary>
    Isolate,

    /// <summary>Some machines are cut off from the rest.</summary>
    Split,

    /// <summary>A machine and the store's leader do not reach each other.</summary>
    CutFromLeader,

    /// <summary>More than half of the members are killed or stand still.</summary>
    StopMajority,

    /// <summary>Messages are late.</summary>
    Slow,

    /// <summary>The store's leader steps down.</summary>
    Transfer,

    /// <summary>The guard's process is killed.</summary>
    KillGuard,
}
