namespace CoreNode.Cluster;

/// <summary>Kinds of <see cref="MemberStop"/>. The numbers are written to disk: never reuse one.</summary>
public enum MemberStopKind : byte
{
    /// <summary>It was removed from the cluster.</summary>
    Removed = 1,

    /// <summary>Its applied state differs from that of the majority.</summary>
    Diverged = 2,

    /// <summary>It lacks what it had acknowledged.</summary>
    SetBack = 3,

    /// <summary>The members at its addresses belong to another cluster.</summary>
    WrongCluster = 4,
}
