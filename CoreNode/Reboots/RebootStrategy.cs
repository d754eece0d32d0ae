namespace CoreNode.Reboots;

/// <summary>How it is decided that a machine restarts, by the names of CoreOS (docs/reboots.md).</summary>
public enum RebootStrategy
{
    /// <summary>One after the other: only with the cluster's lock.</summary>
    EtcdLock,

    /// <summary>Without asking others.</summary>
    Reboot,

    /// <summary>Never by itself.</summary>
    Off,

    /// <summary>With the lock if the store answers, else without.</summary>
    BestEffort,
}
