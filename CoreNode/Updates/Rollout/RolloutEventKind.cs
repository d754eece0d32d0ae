namespace CoreNode.Updates.Rollout;

/// <summary>What machines tell.</summary>
public enum RolloutEventKind
{
    /// <summary>Nothing that matters to a rollout.</summary>
    None,

    /// <summary>It fetches.</summary>
    DownloadStarted,

    /// <summary>All is there.</summary>
    Downloaded,

    /// <summary>Installed; it runs with the next boot.</summary>
    Installed,

    /// <summary>It put the update off.</summary>
    Deferred,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>It is back at the version from before the update.</summary>
    RolledBack,
}
