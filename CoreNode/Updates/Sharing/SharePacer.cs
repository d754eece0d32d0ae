namespace CoreNode.Updates.Sharing;

/// <summary>A limit in bytes a second for all that is sent to other nodes together. Any thread.</summary>
/// <param name="bytesPerSecond">The limit; 0 for none.</param>
/// <param name="time">The time.</param>
internal sealed class SharePacer(long bytesPerSecond, TimeProvider time)
{
    // What was not used so long ago is lost.
    private static readonly TimeSpan s_burst = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new(); // _free
    private readonly long _began = time.GetTimestamp();
    private TimeSpan _free;

    /// <summary>Takes bytes; ends when they may be sent.</summary>
    public Task TakeAsync(int bytes, CancellationToken cancellation)
    {
        if (bytesPerSecond == 0)
            return Task.CompletedTask;
        TimeSpan wait;
        lock (_gate)
        {
            TimeSpan now = time.GetElapsedTime(_began);
            TimeSpan earliest = now - s_burst;
            _free = (_free > earliest ? _free : earliest) + TimeSpan.FromSeconds((double)bytes / bytesPerSecond);
            wait = _free - now;
        }

        return wait > TimeSpan.Zero ? Task.Delay(wait, time, cancellation) : Task.CompletedTask;
    }
}
