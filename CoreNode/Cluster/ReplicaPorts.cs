using CoreNode.Cluster.Peers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Cluster;

/// <summary>What the loop acts on; a simulation puts its own in place.</summary>
internal sealed record ReplicaPorts(
    ILogWriter Log, ISnapshotJobs Snapshots, TimeProvider Time, List<WatchQueue> Signals, IPeerSender Peers)
{
    /// <summary>Where the loop says what it does.</summary>
    internal ILogger Logger { get; init; } = NullLogger.Instance;
}
