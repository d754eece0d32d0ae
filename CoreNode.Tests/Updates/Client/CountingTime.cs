using System.Collections.Concurrent;

namespace CoreNode.Tests.Updates.Client;

/// <summary>The real clock, which remembers the timers that were set.</summary>
internal sealed class CountingTime : TimeProvider
{
    private readonly ConcurrentBag<TimeSpan> _timers = [];

    /// <summary>How many timers of that length were set.</summary>
    public int Count(TimeSpan length) => _timers.Count(one => one == length);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _timers.Add(dueTime);
        return base.CreateTimer(callback, state, dueTime, period);
    }
}
