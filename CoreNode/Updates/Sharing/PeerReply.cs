namespace CoreNode.Updates.Sharing;

/// <summary>What a node says before it sends a payload. The numbers are sent: never reuse one.</summary>
internal enum PeerReply
{
    /// <summary>The bytes follow, as they are there.</summary>
    Data = 1,

    /// <summary>It serves as many as it may.</summary>
    Busy = 2,

    /// <summary>It does not keep that payload, or not these bytes.</summary>
    None = 3,

    /// <summary>It has nothing further, and nothing has come for long.</summary>
    Quiet = 4,
}
