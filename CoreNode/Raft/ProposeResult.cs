using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>
/// The answer to a proposal. An accepted batch occupies consecutive indexes from <paramref name="First"/>. The caller
/// knows its entries again by index and term: an entry of another term at that index means that the proposal was lost
/// with its leader, and no entry yet means that its fate is unknown.
/// </summary>
/// <param name="Outcome">Accepted, or why not.</param>
/// <param name="First">Index of the first entry of an accepted batch.</param>
/// <param name="Term">The leader's term when accepted, else this member's term.</param>
/// <param name="Leader">The leader as known here, or nobody.</param>
/// <param name="Refusal">Why a configuration change makes no sense.</param>
public readonly record struct ProposeResult(
    ProposeOutcome Outcome,
    LogIndex First,
    Term Term,
    NodeId Leader,
    ConfigurationRefusal Refusal = ConfigurationRefusal.None)
{
    /// <summary>True when the batch is in the leader's log.</summary>
    public bool IsAccepted => Outcome == ProposeOutcome.Accepted;
}
