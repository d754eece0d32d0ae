using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>The answer to a request for a linearizable read.</summary>
/// <param name="Outcome">Accepted, or why not.</param>
/// <param name="Leader">The leader as known here, or nobody.</param>
public readonly record struct ReadIndexResult(ReadIndexOutcome Outcome, NodeId Leader)
{
    /// <summary>True when an answer will come, unless the leader changes.</summary>
    public bool IsAccepted => Outcome == ReadIndexOutcome.Accepted;
}
