namespace CoreNode.Cluster.Leases;

/// <summary>Kinds of <see cref="LeaseEntry"/>.</summary>
public enum LeaseEntryKind
{
    /// <summary>The machine holds the lease.</summary>
    Granted,

    /// <summary>Another instance holds it, or may hold it.</summary>
    Duplicate,

    /// <summary>The machine released its lease after it had sent this.</summary>
    Late,

    /// <summary>The leader knows as many machines as it can.</summary>
    Full,
}
