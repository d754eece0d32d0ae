using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.Benchmarks;

/// <summary>What the members of a cluster count themselves, summed over all, whichever server they are.</summary>
internal static class ClusterFigures
{
    /// <summary>Times that a log was made durable.</summary>
    public static double Syncs(ClusterProcesses cluster) =>
        Sum(cluster, "etcd_disk_wal_fsync_duration_seconds_count", "corenode_wal_syncs_total");

    /// <summary>Entries that were applied.</summary>
    public static double Applied(ClusterProcesses cluster) =>
        Sum(cluster, "etcd_server_proposals_applied_total", "corenode_applied_index");

    /// <summary>Bytes in or written to the log.</summary>
    public static double LogBytes(ClusterProcesses cluster) => cluster.Members.Sum(m =>
        IsEtcd(m)
            ? EtcdWal.WrittenBytes(m.DataFolder)
            : Metrics.Read(m.Place.ClientUrl, "corenode_wal_written_bytes_total"));

    private static double Sum(ClusterProcesses cluster, string etcdName, string nodeName) =>
        cluster.Members.Sum(m => Metrics.Read(m.Place.ClientUrl, IsEtcd(m) ? etcdName : nodeName));

    private static bool IsEtcd(ServerProcess member) => member.Command.Name == EtcdProcess.Command.Name;
}
