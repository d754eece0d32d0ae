using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Simulation;

/// <summary>
/// A watch of one process over the network: in order and none twice. When it loses the store, or its history, is the
/// store's to say.
/// </summary>
internal sealed class SimulatedWatch(
    SimulatedWorld world, Func<long> latency, Func<bool> isDead, IWatchedStore store, string key, bool isRecursive,
    StoreIndex since, CancellationToken cancellation)
    : IAsyncEnumerable<KvWatchItem>, IAsyncEnumerator<KvWatchItem>
{
    private readonly Queue<KvWatchItem> _arrived = new();
    private TaskCompletionSource<bool>? _waiting;
    private CancellationTokenRegistration _registration;
    private long _lastAt;
    private bool _isFailed;

    /// <summary>Whose it is.</summary>
    public object? Owner { get; init; }

    /// <summary>A change that it is not told of is lost; all others come.</summary>
    public Func<KvChange, bool> Hears { get; init; } = static _ => true;

    public string Key => key;

    /// <summary>The first change that it is still to be told of.</summary>
    public StoreIndex Next { get; private set; } = since;

    /// <summary>Its process is gone.</summary>
    public bool IsDead => isDead();

    /// <summary>The connection is lost.</summary>
    public bool IsBroken { get; private set; }

    public KvWatchItem Current { get; private set; } = null!;

    public IAsyncEnumerator<KvWatchItem> GetAsyncEnumerator(CancellationToken cancellationToken)
    {
        _registration = cancellation.Register(() => _waiting?.TrySetCanceled(cancellation));
        store.Add(this);
        return this;
    }

    public void Offer(KvChange change)
    {
        bool isMeant = change.Node.Key == key
            || (isRecursive && change.Node.Key.StartsWith(key + "/", StringComparison.Ordinal));
        if (IsBroken || IsDead || !isMeant || change.Index < Next || !Hears(change))
            return;
        Next = change.Index.Next;
        Send(new KvWatchItem.Changed(change));
    }

    /// <summary>The connection is lost, and the process is told so or gets an exception.</summary>
    public void Break(string reason, bool isRude)
    {
        if (IsBroken || IsDead)
            return;
        IsBroken = true;
        if (isRude)
        {
            _isFailed = true;
            _waiting?.TrySetException(new IOException("the connection was lost"));
        }
        else
        {
            Send(new KvWatchItem.Disconnected(reason, false));
        }
    }

    /// <summary>The connection is there again.</summary>
    public void Mend() => IsBroken = false;

    /// <summary>What happened until now is not known any more.</summary>
    public void Lose(KvNode? now, StoreIndex index)
    {
        StoreIndex asked = Next;
        Next = index.Next;
        Send(new KvWatchItem.HistoryLost(asked, now, index));
    }

    public ValueTask<bool> MoveNextAsync()
    {
        cancellation.ThrowIfCancellationRequested();
        if (_isFailed)
            throw new IOException("the connection was lost");
        if (_arrived.TryDequeue(out KvWatchItem? item))
        {
            Current = item;
            return ValueTask.FromResult(true);
        }

        _waiting = new TaskCompletionSource<bool>();
        return new ValueTask<bool>(_waiting.Task);
    }

    public ValueTask DisposeAsync()
    {
        _registration.Dispose();
        store.Remove(this);
        return ValueTask.CompletedTask;
    }

    private void Send(KvWatchItem item)
    {
        // Latencies differ, the order does not.
        _lastAt = Math.Max(_lastAt, world.Now + latency());
        world.At(_lastAt, () =>
        {
            if (IsDead || _isFailed)
                return;
            if (_waiting is { Task.IsCompleted: false } waiting)
            {
                Current = item;
                waiting.TrySetResult(true);
            }
            else
            {
                _arrived.Enqueue(item);
            }
        });
    }
}
