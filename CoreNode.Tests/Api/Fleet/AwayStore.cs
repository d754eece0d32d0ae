using System.Runtime.CompilerServices;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Api.Fleet;

/// <summary>A store that nobody reaches.</summary>
internal sealed class AwayStore : IKvClient
{
    private static readonly Task<KvOutcome> s_away = Task.FromResult<KvOutcome>(new KvOutcome.Unreachable("gone"));

    public Task<KvOutcome> GetAsync(string key, KvGetOptions options, CancellationToken cancellation) => s_away;

    public Task<KvOutcome> SetAsync(
        string key, string value, KvSetOptions options, CancellationToken cancellation) => s_away;

    public Task<KvOutcome> CreateInOrderAsync(
        string directory, string value, TimeSpan? timeToLive, CancellationToken cancellation) => s_away;

    public Task<KvOutcome> DeleteAsync(string key, KvDeleteOptions options, CancellationToken cancellation) => s_away;

    public async IAsyncEnumerable<KvWatchItem> WatchAsync(
        string key, bool isRecursive, StoreIndex since, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.Delay(Timeout.Infinite, cancellation);
        yield break;
    }
}
