namespace CoreNode.Updates.Lifecycle;

/// <summary>Where an update stands: the states of the diagram in docs/updates-lifecycle.md.</summary>
public enum LifecycleStage
{
    /// <summary>Nothing is done until the next check.</summary>
    Idle,

    /// <summary>A server is asked.</summary>
    Checking,

    /// <summary>
    /// An update was offered: its signed metadata is fetched and judged, then the target slot's attributes are cleared.
    /// </summary>
    Available,

    /// <summary>The payload is fetched and written.</summary>
    Downloading,

    /// <summary>The written slot is read back and hashed.</summary>
    Verifying,

    /// <summary>The slot that the machine boots next is being changed.</summary>
    Finalizing,

    /// <summary>The next boot takes another slot than the one that runs.</summary>
    NeedReboot,

    /// <summary>An attempt ended without an update; the server is told.</summary>
    Reporting,

    /// <summary>A slot that is not marked good runs: the health gate watches it.</summary>
    Judging,

    /// <summary>The slot that runs is not healthy: the machine goes back to the other one.</summary>
    RollingBack,
}
