using System.Diagnostics.CodeAnalysis;
using System.Threading.Tasks.Sources;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cluster;

/// <summary>
/// Events between the loop and one watcher: bounded, so that a slow reader is dropped instead of growing the heap.
/// The loop offers, one reader takes; <c>_gate</c> guards the ring, the flags and the waiter. What is offered becomes
/// readable with <see cref="Signal"/>, after the loop has published the state that it belongs to: who was told of a
/// change and then reads finds it.
/// </summary>
internal sealed class WatchQueue(Inbox inbox, List<WatchQueue> signals) : IWatch, IWatcher, IValueTaskSource<bool>
{
    /// <summary>Undelivered events that a watcher may have, as etcd's.</summary>
    internal const int Capacity = 100;

    private const int FirstSize = 2;

    private readonly Lock _gate = new();
    private KeyEvent?[] _ring = [];
    private int _head;
    private int _count;
    private int _readable;
    private bool _isDropped;
    private bool _isDropReadable;
    private bool _isEnded;
    private bool _isSignalled;
    private bool _isWaiting;
    private ManualResetValueTaskSourceCore<bool> _waiter;

    public StoreIndex StartIndex { get; private set; }

    public LogIndex StartAppliedIndex { get; private set; }

    public Term StartTerm { get; private set; }

    public bool IsDropped
    {
        get
        {
            lock (_gate)
                return _isDropReadable;
        }
    }

    /// <summary>Loop: notes where the watch begins.</summary>
    internal void Begin(IKeyspace keyspace)
    {
        StartIndex = keyspace.Index;
        StartAppliedIndex = keyspace.AppliedIndex;
        StartTerm = keyspace.AppliedTerm;
    }

    /// <summary>Loop: queues an event; the reader is woken after the batch, by <see cref="Signal"/>.</summary>
    public bool Offer(KeyEvent change)
    {
        lock (_gate)
        {
            if (_isEnded)
                return false;
            // Only what its reader could have taken counts: one batch may bring more to a member that catches up.
            bool isFull = _readable >= Capacity;
            if (isFull)
                _isDropped = _isEnded = true;
            else
                Push(change);
            if (!_isSignalled)
            {
                _isSignalled = true;
                signals.Add(this);
            }

            return !isFull;
        }
    }

    /// <summary>Loop: the events that follow are lost; what is queued is still delivered.</summary>
    internal void Drop()
    {
        lock (_gate)
        {
            if (_isEnded)
                return;
            _isDropped = _isEnded = true;
            if (_isSignalled)
                return;
            _isSignalled = true;
            signals.Add(this);
        }
    }

    /// <summary>Wakes the reader if it waits. Its continuation runs on the calling thread.</summary>
    internal void Signal()
    {
        bool hasEvents;
        lock (_gate)
        {
            _isSignalled = false;
            _readable = _count;
            _isDropReadable = _isDropped;
            hasEvents = _readable > 0;

            // The reader may have taken the event before it was signalled, and wait for the next one already.
            if (!_isWaiting || (!hasEvents && !_isEnded))
                return;
            _isWaiting = false;
        }

        _waiter.SetResult(hasEvents);
    }

    public bool TryRead([NotNullWhen(true)] out KeyEvent? change)
    {
        lock (_gate)
        {
            change = null;
            if (_readable == 0)
                return false;
            change = _ring[_head]!;
            _ring[_head] = null;
            _head = (_head + 1) % _ring.Length;
            _count--;
            _readable--;
            return true;
        }
    }

    public ValueTask<bool> WaitAsync()
    {
        lock (_gate)
        {
            if (_readable > 0 || (_isEnded && !_isSignalled))
                return ValueTask.FromResult(_readable > 0);
            Invariant.That(!_isWaiting, "a watch has one reader");
            _isWaiting = true;
            _waiter.Reset();
            return new ValueTask<bool>(this, _waiter.Version);
        }
    }

    public void Dispose()
    {
        bool wasLive;
        lock (_gate)
        {
            wasLive = !_isEnded;
            _isEnded = true;
        }

        Signal();
        if (wasLive)
            inbox.Post(new RemoveWatch(this));
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _waiter.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _waiter.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _waiter.OnCompleted(continuation, state, token, flags);

    private void Push(KeyEvent change)
    {
        if (_count == _ring.Length)
        {
            KeyEvent?[] larger = new KeyEvent?[Math.Max(FirstSize, _ring.Length * 4)];
            for (int i = 0; i < _count; i++)
                larger[i] = _ring[(_head + i) % _ring.Length];
            _ring = larger;
            _head = 0;
        }

        _ring[(_head + _count) % _ring.Length] = change;
        _count++;
    }
}
