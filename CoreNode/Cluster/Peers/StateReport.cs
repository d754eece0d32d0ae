using CoreNode.Foundation;

namespace CoreNode.Cluster.Peers;

/// <summary>
/// Members compare the hashes of their applied state, and their clocks on the way. The leader asks with its own hash;
/// each member answers with its own at that index; the leader tells what the majority holds.
/// </summary>
/// <param name="From">The sender.</param>
/// <param name="To">The receiver.</param>
/// <param name="Kind">Question, answer or verdict.</param>
/// <param name="Index">Where the hash was taken.</param>
/// <param name="Hash">The hash there; in a verdict that of the majority.</param>
/// <param name="SentUnixNs">The sender's wall clock, nanoseconds since 1970 UTC.</param>
public sealed record StateReport(
    NodeId From, NodeId To, StateReportKind Kind, LogIndex Index, ulong Hash, long SentUnixNs) : PeerMessage(From, To);
