using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CoreNode.Foundation;
using CoreNode.RebootLock.Model;
using CoreNode.Store;

namespace CoreNode.Tests.RebootLock;

/// <summary>A store whose watch items a test hands out, and which tells what was asked of it.</summary>
internal sealed class WaitingStore(IKvClient inner) : IKvClient
{
    private readonly Channel<KvWatchItem> _items = Channel.CreateUnbounded<KvWatchItem>();
    private readonly TaskCompletionSource _watched = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _readAgain = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Somebody watches.</summary>
    public Task Watched => _watched.Task;

    /// <summary>The semaphore was read after the watch had begun.</summary>
    public Task ReadAgain => _readAgain.Task;

    public void Tell(KvWatchItem item) => _items.Writer.TryWrite(item);

    public async Task<KvOutcome> GetAsync(string key, KvGetOptions options, CancellationToken cancellation)
    {
        KvOutcome outcome = await inner.GetAsync(key, options, cancellation);
        if (Watched.IsCompleted && key == LockKeys.Semaphore(""))
            _readAgain.TrySetResult();
        return outcome;
    }

    public Task<KvOutcome> SetAsync(string key, string value, KvSetOptions options, CancellationToken cancellation) =>
        inner.SetAsync(key, value, options, cancellation);

    public Task<KvOutcome> CreateInOrderAsync(
        string directory, string value, TimeSpan? timeToLive, CancellationToken cancellation) =>
        inner.CreateInOrderAsync(directory, value, timeToLive, cancellation);

    public Task<KvOutcome> DeleteAsync(string key, KvDeleteOptions options, CancellationToken cancellation) =>
        inner.DeleteAsync(key, options, cancellation);

    public async IAsyncEnumerable<KvWatchItem> WatchAsync(
        string key, bool isRecursive, StoreIndex since, [EnumeratorCancellation] CancellationToken cancellation)
    {
        _watched.TrySetResult();
        await foreach (KvWatchItem item in _items.Reader.ReadAllAsync(cancellation))
            yield return item;
    }
}
