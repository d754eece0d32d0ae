using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>How a leader sees one member, for people and for promoting learners.</summary>
/// <param name="Node">The member.</param>
/// <param name="IsVoter">It has a vote.</param>
/// <param name="State">How it is being fed.</param>
/// <param name="Match">Durable there up to this index.</param>
/// <param name="Next">The next index to send.</param>
/// <param name="InflightMessages">Appends sent and not answered.</param>
/// <param name="IsRecentlyActive">Heard from since the last check of the quorum.</param>
public sealed record PeerStatus(
    NodeId Node,
    bool IsVoter,
    ProgressState State,
    LogIndex Match,
    LogIndex Next,
    int InflightMessages,
    bool IsRecentlyActive);
