using System.Globalization;
using CoreNode.Store;

namespace CoreNode.Api;

/// <summary>
/// Why a member should not be given traffic, for people, from what it knows by itself: no question to others, no
/// waiting. The limits are for a machine in trouble, not for one that is busy.
/// </summary>
public static class HealthReport
{
    /// <summary>A clock further off than this makes expiry times wrong enough to be noticed.</summary>
    public static readonly TimeSpan MaxClockOffset = TimeSpan.FromMilliseconds(500);

    /// <summary>Every hundredth write takes longer than this.</summary>
    public static readonly TimeSpan MaxSyncP99 = TimeSpan.FromMilliseconds(500);

    /// <summary>One sync has been running for longer than this.</summary>
    public static readonly TimeSpan MaxSyncRunning = TimeSpan.FromSeconds(1);

    /// <summary>Plain reads of a member that lacks more entries are answers from the past.</summary>
    public const ulong MaxLag = 10_000;

    /// <summary>All reasons in one line; null if the member is healthy.</summary>
    public static string? Reason(IClusterView cluster, DateTimeOffset now)
    {
        List<string> reasons = [];
        if (cluster.UnhealthyReason is { } own)
            reasons.Add(cluster.Leader.IsNone ? $"{own} ({LeaderlessFor(cluster, now)})" : own);
        ClusterStatus status = cluster.Status;
        if (status.SyncRunning > MaxSyncRunning)
            reasons.Add($"the disk hangs: the present fsync has been running for {Text(status.SyncRunning)}");
        else if (status.SyncP99 > MaxSyncP99)
            reasons.Add($"the disk is slow: one fsync in a hundred takes {Text(status.SyncP99)} or longer");
        if (status.Lag > MaxLag)
        {
            reasons.Add(string.Create(
                CultureInfo.InvariantCulture, $"it is {status.Lag} entries behind and reads are old until it caught up"));
        }

        if (status.ClockOffset.Duration() > MaxClockOffset)
        {
            string side = status.ClockOffset > TimeSpan.Zero ? "ahead of" : "behind";
            reasons.Add($"its clock is {Text(status.ClockOffset.Duration())} {side} most members': set it by NTP");
        }

        return reasons.Count == 0 ? null : string.Join("; ", reasons);
    }

    private static string LeaderlessFor(IClusterView cluster, DateTimeOffset now)
    {
        DateTimeOffset since = cluster.LeaderSince > cluster.StartTime ? cluster.LeaderSince : cluster.StartTime;
        string moment = since.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        return $"no leader since {moment}, {Text(now - since)}";
    }

    private static string Text(TimeSpan time) =>
        time.TotalSeconds.ToString(time < TimeSpan.FromSeconds(10) ? "0.##" : "0", CultureInfo.InvariantCulture) + " s";
}
