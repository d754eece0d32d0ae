using CoreNode.Cluster;
using CoreNode.Foundation;

namespace CoreNode.Hosting;

/// <summary>Figures of the replica and its disk; those of requests and of the process are the Api's.</summary>
internal static class NodeMetrics
{
    /// <summary>What every kind of node shows.</summary>
    internal static void Register(MetricRegistry metrics, string version) => metrics.Gauge(
        "corenode_build_info", "Always 1; the version is the label.", () => 1, $"version=\"{version}\"");

    internal static void Register(MetricRegistry metrics, Replica replica, string version)
    {
        Register(metrics, version);
        metrics.Gauge("corenode_applied_index", "Last log entry that was applied.",
            () => replica.Current.AppliedIndex.Value);
        metrics.Counter("corenode_snapshots_total", "Snapshots written and verified since the start.",
            () => replica.SnapshotsTaken);
        metrics.Counter("corenode_wal_written_bytes_total", "Bytes written to the log.",
            () => replica.SyncStatistics.WrittenBytes);
        metrics.Counter("corenode_wal_syncs_total", "Times the log was made durable (fdatasync).",
            () => replica.SyncStatistics.Count);
        metrics.Counter("corenode_wal_sync_seconds_total", "Time spent in writing and syncing the log.",
            () => replica.SyncStatistics.Total.TotalSeconds);
        metrics.Gauge("corenode_wal_sync_p99_seconds", "99 of 100 of the last 1024 syncs took no longer.",
            () => replica.SyncStatistics.RecentP99.TotalSeconds);
        metrics.Gauge("corenode_wal_sync_max_seconds", "The slowest of the last 1024 syncs.",
            () => replica.SyncStatistics.RecentMaximum.TotalSeconds);
        metrics.Gauge("corenode_wal_sync_running_seconds", "How long the present sync has been running; 0 if none is.",
            () => replica.SyncStatistics.Running.TotalSeconds);
    }
}
