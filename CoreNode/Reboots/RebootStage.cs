namespace CoreNode.Reboots;

/// <summary>Where the reboot of a machine stands: the states of the diagram in docs/reboots.md.</summary>
public enum RebootStage
{
    /// <summary>Nobody wants one, or it is not done by itself.</summary>
    Idle,

    /// <summary>Somebody wants one: whether the cluster can do without this machine is looked at.</summary>
    Wanted,

    /// <summary>The next maintenance window is waited for, or the machine's own part of it.</summary>
    WindowWait,

    /// <summary>The lock is waited for.</summary>
    LockWait,

    /// <summary>The lock is held: window and cluster are looked at again.</summary>
    Admitted,

    /// <summary>Leadership moves away, the machine is cordoned and drained.</summary>
    Leaving,

    /// <summary>People who are logged in are told, and have some time.</summary>
    Warning,

    /// <summary>What is in memory goes to the disks.</summary>
    Stopping,

    /// <summary>The machine is asked to restart, and goes down.</summary>
    Rebooting,

    /// <summary>The machine has restarted: it has to prove healthy.</summary>
    Gate,

    /// <summary>The machine takes units again.</summary>
    Uncordoning,

    /// <summary>The lock is given back.</summary>
    Releasing,

    /// <summary>It does not restart now: what was taken is given back.</summary>
    Returning,
}
