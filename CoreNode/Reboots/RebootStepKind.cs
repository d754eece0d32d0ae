namespace CoreNode.Reboots;

/// <summary>What is to be done now.</summary>
public enum RebootStepKind
{
    /// <summary>Nothing, until something happens or the time has come.</summary>
    Wait,

    /// <summary>What would break without this machine is looked at.</summary>
    Look,

    /// <summary>The lock is taken, or waited for.</summary>
    TakeLock,

    /// <summary>Leadership of the store is handed to another member, if it is here.</summary>
    MoveLeader,

    /// <summary>Nothing new is placed here from now on.</summary>
    Cordon,

    /// <summary>Units move away; ends when none is left, or with the drain's own limit.</summary>
    Drain,

    /// <summary>Those who are logged in are told.</summary>
    Warn,

    /// <summary>File systems are synced.</summary>
    Sync,

    /// <summary>The machine is asked to restart.</summary>
    Restart,

    /// <summary>Whether the machine is healthy is looked at.</summary>
    Judge,

    /// <summary>Units may be placed here again.</summary>
    Uncordon,

    /// <summary>The lock is given back.</summary>
    Release,
}
