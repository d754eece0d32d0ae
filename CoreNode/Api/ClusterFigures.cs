using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api;

/// <summary>Figures of the member's place in its cluster, under etcd's names where etcd has them.</summary>
internal static class ClusterFigures
{
    private static readonly string[] s_roles = ["leader", "follower", "candidate", "pre-candidate", "learner"];

    /// <summary>Registers them.</summary>
    public static void Register(MetricRegistry metrics, IClusterView cluster)
    {
        metrics.Gauge("corenode_healthy", "1 if /health says that this member is healthy.",
            () => cluster.UnhealthyReason is null ? 1 : 0);
        metrics.Counter("etcd_server_leader_changes_seen_total", "How often another leader became known.",
            () => cluster.Status.LeaderChanges);
        metrics.Gauge("etcd_server_is_learner", "1 if this member has no vote yet.",
            () => cluster.Status.Learners.Contains(cluster.Self) ? 1 : 0);
        metrics.Gauge("corenode_raft_term", "The term of this member.", () => cluster.Status.Term.Value);
        metrics.Gauge("corenode_raft_committed_index", "Known to be committed up to here.",
            () => cluster.Status.Committed.Value);
        metrics.Gauge("corenode_raft_last_index", "Last entry of the log here.", () => cluster.Status.Last.Value);
        metrics.Gauge("corenode_raft_log_bytes", "Bytes of log entries in memory.", () => cluster.Status.LogBytes);
        metrics.Gauge("corenode_lag_entries", "Committed entries that are not applied here yet.",
            () => cluster.Status.Lag);
        metrics.Gauge("corenode_members", "Members by kind.", () => cluster.Status.Voters.Count, "kind=\"voter\"");
        metrics.Gauge("corenode_members", "Members by kind.", () => cluster.Status.Learners.Count, "kind=\"learner\"");
        metrics.Gauge("corenode_followers_active", "As the leader: other members that answer; else 0.",
            () => cluster.Status.Followers.Count(static f => f.IsActive));
        metrics.Gauge("corenode_followers_lag_max_entries", "As the leader: what the furthest behind lacks; else 0.",
            () => MostLag(cluster.Status.Followers));
        metrics.Gauge("corenode_clock_offset_seconds", "How far the clock is ahead of most members'.",
            () => cluster.Status.ClockOffset.TotalSeconds);
        foreach (string role in s_roles)
        {
            metrics.Gauge("corenode_role", "1 for the role that this member has now.",
                () => cluster.Status.Role == role ? 1 : 0, $"role=\"{role}\"");
        }
    }

    private static double MostLag(IReadOnlyList<FollowerStatus> followers)
    {
        ulong most = 0;
        foreach (FollowerStatus follower in followers)
            most = Math.Max(most, follower.Lag);
        return most;
    }
}
