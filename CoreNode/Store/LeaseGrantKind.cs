namespace CoreNode.Store;

/// <summary>What became of a machine's renewal of its lease.</summary>
public enum LeaseGrantKind
{
    /// <summary>The leader confirmed its quorum after it had the renewal: the lease goes on.</summary>
    Granted,

    /// <summary>
    /// There is no leader now, as a majority of members say themselves: nobody can give units away, so the lease goes
    /// on as if it were granted.
    /// </summary>
    NoLeader,

    /// <summary>Nobody who could say so was reached in time.</summary>
    Unreachable,

    /// <summary>Another machine holds a lease under this machine id.</summary>
    Duplicate,
}
