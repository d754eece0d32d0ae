using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Api.Fleet;

/// <summary>A store that is there once something else has started: the listener that it is asked through.</summary>
internal sealed class LaterStore(Func<IKvClient> find) : IKvClient
{
    public Task<KvOutcome> GetAsync(string key, KvGetOptions options, CancellationToken cancellation) =>
        find().GetAsync(key, options, cancellation);

    public Task<KvOutcome> SetAsync(
        string key, string value, KvSetOptions options, CancellationToken cancellation) =>
        find().SetAsync(key, value, options, cancellation);

    public Task<KvOutcome> CreateInOrderAsync(
        string directory, string value, TimeSpan? timeToLive, CancellationToken cancellation) =>
        find().CreateInOrderAsync(directory, value, timeToLive, cancellation);

    public Task<KvOutcome> DeleteAsync(string key, KvDeleteOptions options, CancellationToken cancellation) =>
        find().DeleteAsync(key, options, cancellation);

    public IAsyncEnumerable<KvWatchItem> WatchAsync(
        string key, bool isRecursive, StoreIndex since, CancellationToken cancellation) =>
        find().WatchAsync(key, isRecursive, since, cancellation);
}
