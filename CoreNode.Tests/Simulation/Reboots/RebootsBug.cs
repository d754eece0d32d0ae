namespace CoreNode.Tests.Simulation.Reboots;

/// <summary>Faults that are planted to see whether the simulator finds them.</summary>
internal enum RebootsBug
{
    /// <summary>None.</summary>
    None,

    /// <summary>Windows are not looked at any more once the lock is waited for.</summary>
    ForgetsWindow,

    /// <summary>A machine is called healthy as soon as it has started.</summary>
    OpensGate,

    /// <summary>A node gives its lock back whenever it starts.</summary>
    UnlocksAtStart,

    /// <summary>The lock is not given back.</summary>
    KeepsLock,

    /// <summary>The semaphore is written whatever was written meanwhile.</summary>
    SwapsBlindly,

    /// <summary>Nobody asks what would break.</summary>
    ForgetsQuorum,

    /// <summary>The state does not outlive a restart.</summary>
    ForgetsState,

    /// <summary>A machine is not drained.</summary>
    LeavesUnits,
}
