namespace CoreNode.Raft;

/// <summary>Why and how a member stands for election.</summary>
internal enum CampaignKind
{
    /// <summary>Ask first, without a new term (thesis §9.6).</summary>
    PreElection,

    /// <summary>Start a term and ask for votes (§5.2).</summary>
    Election,

    /// <summary>The same at a leader's wish; members do not refuse because that leader lives (thesis §3.10).</summary>
    Transfer,
}
