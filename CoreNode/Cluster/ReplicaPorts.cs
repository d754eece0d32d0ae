using CoreNode.Cluster.Peers;

namespace CoreNode.Cluster;

/// <summary>What the loop acts on; a simulation puts its own in place.</summary>
internal sealed record ReplicaPorts(
    ILogWriter Log, ISnapshotJobs Snapshots, TimeProvider Time, List<WatchQueue> Signals, IPeerSender Peers);
