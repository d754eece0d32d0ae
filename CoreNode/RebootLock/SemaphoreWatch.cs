using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.RebootLock;

/// <summary>A watch of one key whose next item can be waited for with a limit. Owned by one caller.</summary>
internal sealed class SemaphoreWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly IAsyncEnumerator<KvWatchItem> _items;
    private readonly TimeProvider _clock;
    private Task<bool>? _next;

    /// <summary>Follows the key from that index on.</summary>
    public SemaphoreWatch(
        IKvClient store, string key, StoreIndex since, TimeProvider clock, CancellationToken cancellation)
    {
        _clock = clock;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _items = store.WatchAsync(key, isRecursive: false, since, _stop.Token).GetAsyncEnumerator(_stop.Token);
    }

    /// <summary>True once the watch has ended: no more items come.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The next item; null if there is none in time, or none any more.</summary>
    public async Task<KvWatchItem?> NextAsync(TimeSpan limit, CancellationToken cancellation)
    {
        _next ??= _items.MoveNextAsync().AsTask();
        try
        {
            IsOver = !await _next.WaitAsync(limit, _clock, cancellation);
        }
        catch (TimeoutException)
        {
            return null;
        }
        catch (IOException)
        {
            IsOver = true;
        }

        _next = null;
        return IsOver ? null : _items.Current;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        End();
        if (_next is Task pending)
            await pending.ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await _items.DisposeAsync();
        _stop.Dispose();
    }

    // In its owner's order, and not on another thread: the simulator repeats it exactly.
    private void End() => _stop.Cancel();
}
