namespace CoreNode.Raft;

/// <summary>What became of a request to hand leadership over (thesis §3.10).</summary>
public enum TransferOutcome
{
    /// <summary>Under way; given up after one election timeout.</summary>
    Started,

    /// <summary>This member does not lead.</summary>
    NotLeader,

    /// <summary>This member is the target and leads already.</summary>
    AlreadyLeader,

    /// <summary>The target has no vote in the current configuration.</summary>
    NotAVoter,
}
