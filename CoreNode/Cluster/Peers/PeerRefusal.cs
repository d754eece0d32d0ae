namespace CoreNode.Cluster.Peers;

/// <summary>Why a member does not serve another one.</summary>
/// <param name="Reason">For programs.</param>
/// <param name="Message">For people: what happened, to whom, what to do.</param>
public sealed record PeerRefusal(PeerRefusalReason Reason, string Message);
