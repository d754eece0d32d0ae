using CoreNode.Raft;

namespace CoreNode.Cluster.Peers;

/// <summary>The way to other members where there is none: a cluster of one that listens to nobody.</summary>
internal sealed class NoPeers : IPeerSender
{
    internal static readonly NoPeers Instance = new();

    public void Send(RaftMessage message)
    {
    }

    public void Send(PeerMessage message)
    {
    }

    public void Flush()
    {
    }

    public void SendSnapshot(RaftMessage message)
    {
    }

    public void SetMembers(IReadOnlyList<PeerAddress> members)
    {
    }
}
