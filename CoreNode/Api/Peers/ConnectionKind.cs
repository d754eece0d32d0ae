namespace CoreNode.Api.Peers;

/// <summary>What a connection is for. The numbers are sent: never reuse one.</summary>
internal enum ConnectionKind : byte
{
    /// <summary>Appends, their answers, and everything else that must keep its order with them.</summary>
    Stream = 1,

    /// <summary>Small messages that must not wait behind an append.</summary>
    Heartbeat = 2,

    /// <summary>One snapshot.</summary>
    Snapshot = 3,

    /// <summary>A machine without an identity asks who the members are.</summary>
    Describe = 4,

    /// <summary>One request of a node, answered by a service of the other one.</summary>
    Request = 5,
}
