namespace CoreNode.Raft;

/// <summary>What became of a proposal.</summary>
public enum ProposeOutcome
{
    /// <summary>In the leader's log; committed only when a Ready brings it back with the same term.</summary>
    Accepted,

    /// <summary>This member does not lead; nothing was appended.</summary>
    NotLeader,

    /// <summary>Too much is waiting to be committed and applied; nothing was appended, try again later.</summary>
    TooMuchUncommitted,

    /// <summary>Leadership is being handed over; nothing was appended, ask the next leader.</summary>
    Transferring,

    /// <summary>Another configuration change is not finished yet.</summary>
    ConfigurationPending,

    /// <summary>The leader has not committed an entry of its own term yet (a moment after its election).</summary>
    TermNotCommitted,

    /// <summary>The change makes no sense for the current configuration; see the refusal.</summary>
    InvalidChange,
}
