using CoreNode.Cluster;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Tests.Simulation;

/// <summary>Loop messages as the shell around the loop makes them.</summary>
internal static class SimulatedMessages
{
    public static void Receive(SimulatedProcess process, RaftMessage message) =>
        process.Post(new PeerRaftMessage(message));

    public static void Receive(SimulatedProcess process, PeerMessage message) =>
        process.Post(new PeerOtherMessage(message));

    public static void ReportUnreachable(SimulatedProcess process, NodeId node) =>
        process.Post(new PeerUnreachable(node));

    public static void ReportSnapshot(SimulatedProcess process, NodeId node, bool isDelivered) =>
        process.Post(new SnapshotReported(node, isDelivered));
}
