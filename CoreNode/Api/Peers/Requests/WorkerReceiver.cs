using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Api.Peers.Requests;

/// <summary>
/// The peer listener of a node without a vote: it takes requests, says who the members are, and refuses whatever
/// members say to each other. Any thread.
/// </summary>
/// <param name="describe">The cluster as the worker knows it.</param>
public sealed class WorkerReceiver(Func<ClusterDescription> describe) : IPeerReceiver
{
    /// <inheritdoc/>
    public PeerRefusal? Admit(PeerIdentity peer) => new(
        PeerRefusalReason.WrongMember,
        "this is a worker without a vote (--proxy): the member list must not name its address");

    /// <inheritdoc/>
    public ClusterDescription Describe() => describe();

    /// <inheritdoc/>
    public void Receive(RaftMessage message)
    {
    }

    /// <inheritdoc/>
    public void Receive(PeerMessage message)
    {
    }

    /// <inheritdoc/>
    public void ReportUnreachable(NodeId node)
    {
    }

    /// <inheritdoc/>
    public void ReportSnapshot(NodeId node, bool isDelivered)
    {
    }

    /// <inheritdoc/>
    public void ReportRefused(NodeId by, PeerRefusal refusal)
    {
    }

    /// <inheritdoc/>
    public ISnapshotSource? OpenSnapshot(LogIndex index) => null;

    /// <inheritdoc/>
    public ISnapshotSink? AcceptSnapshot(RaftMessage message, long length) => null;
}
