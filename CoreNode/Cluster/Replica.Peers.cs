using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Raft;

namespace CoreNode.Cluster;

/// <summary>What other members bring: everything goes to the loop, but for snapshots, which go to the disk.</summary>
public sealed partial class Replica : IPeerReceiver
{
    private int _isReceiving;

    PeerRefusal? IPeerReceiver.Admit(PeerIdentity peer)
    {
        if (peer.ClusterId != ClusterId)
        {
            return new PeerRefusal(
                PeerRefusalReason.WrongCluster,
                $"member {peer.Node} belongs to cluster {peer.ClusterId:x}, but this is member {Self} of cluster "
                + $"{ClusterId:x}: check --initial-cluster and --initial-cluster-token, or whether its data folder is "
                + "another cluster's");
        }

        // Who is not known here is let in all the same: this member may be the one that is behind.
        return IsRemoved(peer.Node)
            ? new PeerRefusal(
                PeerRefusalReason.Removed, $"member {peer.Node} was removed from cluster {ClusterId:x}")
            : null;
    }

    void IPeerReceiver.Receive(RaftMessage message) => _inbox.Post(new PeerRaftMessage(message));

    void IPeerReceiver.Receive(PeerMessage message) => _inbox.Post(new PeerOtherMessage(message));

    void IPeerReceiver.ReportUnreachable(NodeId node) => _inbox.Post(new PeerUnreachable(node));

    void IPeerReceiver.ReportSnapshot(NodeId node, bool isDelivered) =>
        _inbox.Post(new SnapshotReported(node, isDelivered));

    void IPeerReceiver.ReportRefused(NodeId by, PeerRefusal refusal)
    {
        _logger.RefusedBy(by, refusal.Message);
        if (refusal.Reason == PeerRefusalReason.Removed)
            _inbox.Post(new RemovedByPeers(by));
    }

    ISnapshotSource? IPeerReceiver.OpenSnapshot(LogIndex index) => _store.OpenForSending(index);

    ISnapshotSink? IPeerReceiver.AcceptSnapshot(RaftMessage message, long length)
    {
        bool isWanted = message is { Kind: MessageKind.Snapshot, Snapshot: { } snapshot } && message.To == Self
            && snapshot.Index > _current.AppliedIndex;
        if (!isWanted || Interlocked.Exchange(ref _isReceiving, 1) != 0)
            return null;
        try
        {
            return new SnapshotReceiver(_store, message, length, Load, Deliver, EndReceiving);
        }
        catch
        {
            EndReceiving();
            throw;
        }
    }

    ClusterDescription IPeerReceiver.Describe() => new(ClusterId, Members, _status.Voters);

    private RecoveredSnapshot Load(string path) =>
        _store.Load(path, new KvOptions { HistoryCapacity = _options.HistoryCapacity }, Statistics);

    private void Deliver(SnapshotReceived received)
    {
        _logger.SnapshotReceived(
            received.Keys.AppliedIndex, received.Message.From, received.Keys.Publish().Count);
        _inbox.Post(received);
    }

    private void EndReceiving() => Volatile.Write(ref _isReceiving, 0);
}
