namespace CoreNode.Cluster.Peers;

/// <summary>Reasons of a <see cref="PeerRefusal"/>. The numbers are sent: never reuse one.</summary>
public enum PeerRefusalReason : byte
{
    /// <summary>It belongs to another cluster.</summary>
    WrongCluster = 1,

    /// <summary>It was removed from the cluster; it must stop for good.</summary>
    Removed = 2,

    /// <summary>It is not a member (yet).</summary>
    Unknown = 3,

    /// <summary>It speaks no version that this member speaks.</summary>
    Version = 4,

    /// <summary>It is addressed to somebody else: an address points to the wrong machine.</summary>
    WrongMember = 5,

    /// <summary>Its disk was set back: it lacks what it had acknowledged.</summary>
    SetBack = 6,

    /// <summary>It does not prove that it belongs to the cluster.</summary>
    NotAuthorized = 7,
}
