using CoreNode.Platform.Processes;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Runner.Live;

/// <summary>What the runner's thread waits for, each with what is done then. Owned by that thread.</summary>
internal sealed class LoopSources : IDisposable
{
    private readonly EventPoll _poll = new();
    private readonly Dictionary<long, Action> _handlers = [];
    private readonly List<long> _keys = [];
    private long _lastKey;

    /// <summary>Runs <paramref name="handler"/> whenever the descriptor is readable; gives its key.</summary>
    public long Watch(SafeFileHandle file, Action handler)
    {
        long key = ++_lastKey;
        _poll.Watch(file, key);
        _handlers.Add(key, handler);
        return key;
    }

    /// <summary>Forgets it; before the descriptor is closed.</summary>
    public void Forget(SafeFileHandle file, long key)
    {
        if (_handlers.Remove(key))
            _poll.Forget(file);
    }

    /// <summary>Waits, and does what is to be done.</summary>
    public void Wait(TimeSpan? timeout)
    {
        _poll.Wait(timeout, _keys);
        foreach (long key in _keys)
        {
            // One handler may have forgotten what another event of the same wait is about.
            if (_handlers.TryGetValue(key, out Action? handler))
                handler();
        }
    }

    /// <summary>Ends the wait. Any thread.</summary>
    public void Wake() => _poll.Wake();

    /// <inheritdoc/>
    public void Dispose() => _poll.Dispose();
}
