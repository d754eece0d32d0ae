using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Simulation.Overlay;

/// <summary>
/// A watch of one process: changes come in order, and it ends when its machine or the store is cut off.
/// </summary>
internal sealed class OverlayWatch(
    OverlayCluster cluster, OverlayMachine machine, OverlayProcess process, string key, StoreIndex since,
    CancellationToken cancellation) : IAsyncEnumerable<KvWatchItem>, IAsyncEnumerator<KvWatchItem>
{
    private readonly Queue<KvWatchItem> _arrived = new();
    private TaskCompletionSource<bool>? _waiting;
    private CancellationTokenRegistration _registration;
    private long _lastAt;
    private bool _isBroken;
    private bool _isFailed;

    public KvWatchItem Current { get; private set; } = null!;

    public IAsyncEnumerator<KvWatchItem> GetAsyncEnumerator(CancellationToken cancellationToken)
    {
        _registration = cancellation.Register(() => _waiting?.TrySetCanceled(cancellation));
        if (!cluster.Reaches(machine))
        {
            Break(false);
        }
        else if (since <= cluster.Store.Keyspace.Index)
        {
            // Something happened in between, and there is no history here.
            Send(new KvWatchItem.HistoryLost(since, cluster.Store.Find(key), cluster.Store.Keyspace.Index));
            _isBroken = true;
        }
        else
        {
            cluster.Store.Add(this);
        }

        return this;
    }

    public void Offer(KvChange change)
    {
        bool isMeant = change.Node.Key == key || change.Node.Key.StartsWith(key + "/", StringComparison.Ordinal);
        if (_isBroken || !isMeant || change.Node.ModifiedIndex < since || process.IsDead)
            return;
        if (cluster.Plan.Bug == OverlayBug.MissesChanges && cluster.Chance.Chance(0.05))
            return;
        if (cluster.Plan.Bug == OverlayBug.HidesLosses && machine.Status.Lease is { } lease
            && change.Node.Key.EndsWith(lease.Name, StringComparison.Ordinal) && change.Node.Value != lease.Text)
            return;
        Send(new KvWatchItem.Changed(change));
    }

    /// <summary>The connection is lost.</summary>
    public void Break(bool isRude)
    {
        cluster.Store.Remove(this);
        if (_isBroken || process.IsDead)
            return;
        _isBroken = true;
        if (isRude)
        {
            _isFailed = true;
            _waiting?.TrySetException(new IOException("the connection was lost"));
        }
        else
        {
            Send(new KvWatchItem.Disconnected("the connection was lost", false));
        }
    }

    public bool IsOf(OverlayMachine other) => machine == other;

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
