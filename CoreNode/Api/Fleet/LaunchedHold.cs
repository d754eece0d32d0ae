namespace CoreNode.Api.Fleet;

/// <summary>
/// Units that were launched when somebody asked this node to have them loaded only, a moment ago. fleetctl restarts a
/// unit by asking for loaded and then waits to see launched: a node that is as quick as its agents would show loaded
/// before fleetctl looks, which then waits for ever (fleet: A.11). So launched is shown a little longer. Any thread.
/// </summary>
internal sealed class LaunchedHold(TimeProvider time)
{
    /// <summary>How long; fleetctl looks every 250 ms, the first time after at most so long.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(400);

    // Past this, what is over is thrown out before something is added.
    private const int SweepCount = 256;

    private readonly Lock _gate = new(); // _since
    private readonly Dictionary<string, long> _since = new(StringComparer.Ordinal);

    /// <summary>The unit was launched, and loaded has been asked for just now.</summary>
    public void Begin(string unit)
    {
        lock (_gate)
        {
            if (_since.Count >= SweepCount)
                Sweep();
            _since[unit] = time.GetTimestamp();
        }
    }

    /// <summary>Something else was asked for: what is true is shown again.</summary>
    public void End(string unit)
    {
        lock (_gate)
            _since.Remove(unit);
    }

    /// <summary>True while launched is shown.</summary>
    public bool Holds(string unit)
    {
        lock (_gate)
            return _since.TryGetValue(unit, out long since) && time.GetElapsedTime(since) < Duration;
    }

    private void Sweep()
    {
        List<string> over = [];
        foreach ((string unit, long since) in _since)
        {
            if (time.GetElapsedTime(since) >= Duration)
                over.Add(unit);
        }

        foreach (string unit in over)
            _since.Remove(unit);
    }
}
