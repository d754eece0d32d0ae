namespace CoreNode.Api.Peers;

/// <summary>Why a connection was refused or closed by this side; each has its label in the metric.</summary>
internal enum ProtocolFault
{
    /// <summary>What connects does not speak the protocol.</summary>
    NotAPeer,

    /// <summary>It speaks no version that this member speaks.</summary>
    Version,

    /// <summary>It belongs to another cluster.</summary>
    WrongCluster,

    /// <summary>It was removed.</summary>
    Removed,

    /// <summary>It is not a member.</summary>
    Unknown,

    /// <summary>It means somebody else.</summary>
    WrongMember,

    /// <summary>Its disk was set back.</summary>
    SetBack,

    /// <summary>A frame whose checksum or content is wrong.</summary>
    Damaged,

    /// <summary>A frame longer than allowed.</summary>
    TooLong,

    /// <summary>It ended in the middle of a frame.</summary>
    Truncated,

    /// <summary>It did not say in time who it is.</summary>
    Silent,

    /// <summary>Too many connections have not said yet who they are, or ask for something.</summary>
    TooMany,

    /// <summary>It does not prove that it belongs to the cluster.</summary>
    NotAuthorized,

    /// <summary>A sealed frame that somebody else made or changed.</summary>
    Forged,

    /// <summary>It speaks no TLS where it should.</summary>
    NoTls,

    /// <summary>It speaks TLS where it should not.</summary>
    Tls,

    /// <summary>No TLS could be agreed on, or it broke the handshake off.</summary>
    Handshake,

    /// <summary>Its certificate is not good, or it shows none.</summary>
    Certificate,
}
