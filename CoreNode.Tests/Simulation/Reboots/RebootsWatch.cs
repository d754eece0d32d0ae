using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Simulation.Reboots;

/// <summary>
/// A watch over the network: in order and none twice; it says when it lost the store, or its history.
/// </summary>
internal sealed class RebootsWatch(
    RebootsCluster cluster, RebootsProcess process, string key, StoreIndex since, CancellationToken cancellation)
    : IAsyncEnumerable<KvWatchItem>, IAsyncEnumerator<KvWatchItem>
{
    private readonly Queue<KvWatchItem> _arrived = new();
    private TaskCompletionSource<bool>? _waiting;
    private CancellationTokenRegistration _registration;
    private long _lastAt;
    private bool _isBroken;
    private bool _isForgetful;
    private bool _isFailed;

    public StoreIndex Next { get; private set; } = since;

    public KvWatchItem Current { get; private set; } = null!;

    public IAsyncEnumerator<KvWatchItem> GetAsyncEnumerator(CancellationToken cancellationToken)
    {
        _registration = cancellation.Register(() => _waiting?.TrySetCanceled(cancellation));
        cluster.Store.Add(this);
        return this;
    }

    public void Offer(KvChange change)
    {
        if (_isBroken || change.Node.Key != key || change.Index < Next)
            return;
        Next = change.Index.Next;
        Send(new KvWatchItem.Changed(change));
    }

    /// <summary>The connection is lost, and perhaps what happens until there is another one.</summary>
    public void Break(bool isForgetful)
    {
        if (process.IsDead)
        {
            cluster.Store.Remove(this);
            return;
        }

        if (_isBroken)
            return;
        _isBroken = true;
        _isForgetful = isForgetful;
        cluster.Tally.Count("a watch breaks");
        if (cluster.Chance.Chance(0.2))
        {
            cluster.Tally.Count("a watch fails");
            _isFailed = true;
            _waiting?.TrySetException(new IOException("the connection was lost"));
        }
        else
        {
            Send(new KvWatchItem.Disconnected("no leader", false));
        }
    }

    public void Mend()
    {
        if (!_isBroken)
            return;
        _isBroken = false;
        if (!_isForgetful)
        {
            cluster.Store.Tell(this);
            return;
        }

        cluster.Tally.Count("a watch loses history");
        StoreIndex asked = Next;
        Next = cluster.Store.Keyspace.Index.Next;
        KvNode? now = cluster.Store.Read(key) is KvOutcome.Done done ? done.Change.Node : null;
        Send(new KvWatchItem.HistoryLost(asked, now, cluster.Store.Keyspace.Index));
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
        cluster.Store.Remove(this);
        return ValueTask.CompletedTask;
    }

    private void Send(KvWatchItem item)
    {
        // Latencies differ, the order does not.
        _lastAt = Math.Max(_lastAt, cluster.World.Now + cluster.Latency());
        cluster.World.At(_lastAt, () =>
        {
            if (process.IsDead || _isFailed)
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
