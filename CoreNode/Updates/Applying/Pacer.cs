namespace CoreNode.Updates.Applying;

/// <summary>A limit in bytes a second. Any thread.</summary>
internal sealed class Pacer(TimeProvider time)
{
    /// <summary>What was not used so long ago is lost.</summary>
    private static readonly TimeSpan s_burst = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly long _began = time.GetTimestamp();
    private TimeSpan _free = TimeSpan.Zero;
    private long _rate;

    /// <summary>Another limit from now on; 0 for none.</summary>
    public void Set(long bytesPerSecond)
    {
        lock (_gate)
        {
            _rate = Math.Max(0, bytesPerSecond);
            _free = time.GetElapsedTime(_began);
        }
    }

    /// <summary>Takes bytes; says how long to wait before the next are taken.</summary>
    public TimeSpan Spend(long bytes)
    {
        lock (_gate)
        {
            if (_rate == 0)
                return TimeSpan.Zero;
            TimeSpan now = time.GetElapsedTime(_began);
            TimeSpan earliest = now - s_burst;
            _free = (_free > earliest ? _free : earliest) + TimeSpan.FromSeconds((double)bytes / _rate);
            return _free > now ? _free - now : TimeSpan.Zero;
        }
    }
}
