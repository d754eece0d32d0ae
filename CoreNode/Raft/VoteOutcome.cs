namespace CoreNode.Raft;

/// <summary>How an election stands.</summary>
internal enum VoteOutcome
{
    /// <summary>Missing votes decide.</summary>
    Open,

    /// <summary>A quorum said yes.</summary>
    Won,

    /// <summary>A quorum can no longer say yes.</summary>
    Lost,
}
