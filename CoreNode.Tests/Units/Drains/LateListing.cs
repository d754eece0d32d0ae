using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Units.Drains;

/// <summary>A store whose first listing is one from before; its watches tell what has happened since.</summary>
internal sealed class LateListing(IKvClient inner, KvOutcome listing) : IKvClient
{
    public bool HasAnswered { get; private set; }

    public Task<KvOutcome> GetAsync(string key, KvGetOptions options, CancellationToken cancellation)
    {
        if (!options.IsRecursive || HasAnswered)
            return inner.GetAsync(key, options, cancellation);
        HasAnswered = true;
        return Task.FromResult(listing);
    }

    public Task<KvOutcome> SetAsync(string key, string value, KvSetOptions options, CancellationToken cancellation) =>
        inner.SetAsync(key, value, options, cancellation);

    public Task<KvOutcome> DeleteAsync(string key, KvDeleteOptions options, CancellationToken cancellation) =>
        inner.DeleteAsync(key, options, cancellation);

    public Task<KvOutcome> CreateInOrderAsync(
        string directory, string value, TimeSpan? timeToLive, CancellationToken cancellation) =>
        inner.CreateInOrderAsync(directory, value, timeToLive, cancellation);

    public IAsyncEnumerable<KvWatchItem> WatchAsync(
        string key, bool isRecursive, StoreIndex since, CancellationToken cancellation) =>
        inner.WatchAsync(key, isRecursive, since, cancellation);
}
