namespace CoreNode.Cluster;

/// <summary>
/// When a member that knows no leader should say so again: a healthy cluster has elected one long before the first
/// time; after that ever more seldom. Owned by the loop.
/// </summary>
internal sealed class LeaderWait(TimeProvider time, TimeSpan electionTimeout)
{
    // Several elections that nobody won.
    private const int TimeoutsUntilTold = 5;
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(5);

    private long _since = time.GetTimestamp();
    private TimeSpan _next = TimeoutsUntilTold * electionTimeout;

    /// <summary>How long there has been none.</summary>
    internal TimeSpan Elapsed => time.GetElapsedTime(_since);

    /// <summary>True when it should be said now; that it was is taken as read.</summary>
    internal bool IsDue(bool isLeaderKnown)
    {
        if (isLeaderKnown)
        {
            _since = time.GetTimestamp();
            _next = TimeoutsUntilTold * electionTimeout;
            return false;
        }

        TimeSpan elapsed = Elapsed;
        if (elapsed < _next)
            return false;
        _next = elapsed + (elapsed < s_longestPause ? elapsed : s_longestPause);
        return true;
    }
}
