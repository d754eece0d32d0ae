using System.Globalization;
using CoreNode.Store;

namespace CoreNode.Cluster;

/// <summary>Why a member should not be given traffic, from what it knows of itself; pure.</summary>
internal static class MemberHealth
{
    private const ulong MostLag = 5000;

    private static readonly TimeSpan s_slowestSync = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_mostClockOffset = TimeSpan.FromMilliseconds(500);

    /// <summary>The first reason that applies, for people; null if healthy.</summary>
    /// <param name="status">How the member stands.</param>
    /// <param name="hasLeader">It knows a leader.</param>
    /// <param name="sinceLeader">How long it has known this leader, or none.</param>
    /// <param name="hungSync">An fsync that takes longer hangs: the election timeout.</param>
    internal static string? Reason(ClusterStatus status, bool hasLeader, TimeSpan sinceLeader, TimeSpan hungSync)
    {
        if (!hasLeader)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"no leader is known for {sinceLeader.TotalSeconds:0.0} s: an election is running or there is no "
                + $"quorum of the {status.Voters.Count} voting members");
        }

        if (status.SyncRunning > hungSync)
            return Text($"the disk hangs: an fsync has been running for {status.SyncRunning.TotalSeconds:0.0} s");
        if (status.SyncP99 > s_slowestSync)
            return Text($"the disk is slow: 1 of 100 fsyncs takes {status.SyncP99.TotalMilliseconds:0} ms or more");
        if (status.Lag > MostLag)
            return Text($"this member is behind: {status.Lag} committed entries are not applied yet");
        if (status.ClockOffset.Duration() > s_mostClockOffset)
        {
            string side = status.ClockOffset > TimeSpan.Zero ? "ahead of" : "behind";
            return Text($"the clock is {status.ClockOffset.Duration().TotalSeconds:0.0} s {side} the other members'");
        }

        return null;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
