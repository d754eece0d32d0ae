using CoreNode.Cluster;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Wal;

namespace CoreNode.Tests.Cluster;

/// <summary>Everything that a core acts on, played by a test: nothing happens by itself.</summary>
internal sealed class CorePorts : ILogWriter, ISnapshotJobs, IPeerSender
{
    private long _number;

    /// <summary>What the log was told.</summary>
    public List<WalAppend> Appends { get; } = [];

    /// <summary>Appends that were reported durable.</summary>
    public long Reported { get; set; }

    /// <summary>Messages of both kinds, oldest first.</summary>
    public List<object> Outgoing { get; } = [];

    /// <summary>Snapshots on their way to others.</summary>
    public List<RaftMessage> SnapshotsSent { get; } = [];

    /// <summary>Snapshots that the core wants written.</summary>
    public Queue<CapturedSnapshot> SnapshotsToWrite { get; } = new();

    /// <summary>Who takes part, as the core said last.</summary>
    public IReadOnlyList<PeerAddress> Members { get; private set; } = [];

    public bool HasUnreported => Reported < _number;

    public long LastNumber => _number;

    long ILogWriter.Append(WalAppend append)
    {
        Appends.Add(append);
        return ++_number;
    }

    void ILogWriter.ReleaseBefore(LogIndex index)
    {
    }

    void ISnapshotJobs.Start(CapturedSnapshot snapshot) => SnapshotsToWrite.Enqueue(snapshot);

    void IPeerSender.Send(RaftMessage message) => Outgoing.Add(message);

    void IPeerSender.Send(PeerMessage message) => Outgoing.Add(message);

    void IPeerSender.Flush()
    {
    }

    void IPeerSender.SendSnapshot(RaftMessage message) => SnapshotsSent.Add(message);

    void IPeerSender.SetMembers(IReadOnlyList<PeerAddress> members) => Members = members;
}
