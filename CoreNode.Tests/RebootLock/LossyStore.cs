using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.RebootLock;

/// <summary>A store that loses the answers to writes, which are done all the same.</summary>
internal sealed class LossyStore(IKvClient inner) : IKvClient
{
    private int _losses;

    /// <summary>How many of the next answers are lost.</summary>
    public int Losses
    {
        get => Volatile.Read(ref _losses);
        set => Volatile.Write(ref _losses, value);
    }

    public Task<KvOutcome> GetAsync(string key, KvGetOptions options, CancellationToken cancellation) =>
        inner.GetAsync(key, options, cancellation);

    public async Task<KvOutcome> SetAsync(
        string key, string value, KvSetOptions options, CancellationToken cancellation)
    {
        KvOutcome outcome = await inner.SetAsync(key, value, options, cancellation);
        return Interlocked.Decrement(ref _losses) >= 0 ? new KvOutcome.Unknown("the answer was lost") : outcome;
    }

    public Task<KvOutcome> CreateInOrderAsync(
        string directory, string value, TimeSpan? timeToLive, CancellationToken cancellation) =>
        inner.CreateInOrderAsync(directory, value, timeToLive, cancellation);

    public Task<KvOutcome> DeleteAsync(string key, KvDeleteOptions options, CancellationToken cancellation) =>
        inner.DeleteAsync(key, options, cancellation);

    public IAsyncEnumerable<KvWatchItem> WatchAsync(
        string key, bool isRecursive, StoreIndex since, CancellationToken cancellation) =>
        inner.WatchAsync(key, isRecursive, since, cancellation);
}
