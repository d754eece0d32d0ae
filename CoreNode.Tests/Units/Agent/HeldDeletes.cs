using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Units.Agent;

/// <summary>A store whose removals are held up on their way: who asked for one hears nothing of it.</summary>
internal sealed class HeldDeletes(IKvClient inner) : IKvClient
{
    private readonly List<Func<Task<KvOutcome>>> _held = [];

    /// <summary>They arrive.</summary>
    public async Task<IReadOnlyList<KvOutcome>> ReleaseAsync()
    {
        List<KvOutcome> outcomes = [];
        foreach (Func<Task<KvOutcome>> delete in _held)
            outcomes.Add(await delete());
        _held.Clear();
        return outcomes;
    }

    public Task<KvOutcome> DeleteAsync(string key, KvDeleteOptions options, CancellationToken cancellation)
    {
        _held.Add(() => inner.DeleteAsync(key, options, CancellationToken.None));
        return Task.FromResult<KvOutcome>(new KvOutcome.Unknown("no answer in time"));
    }

    public Task<KvOutcome> GetAsync(string key, KvGetOptions options, CancellationToken cancellation) =>
        inner.GetAsync(key, options, cancellation);

    public Task<KvOutcome> SetAsync(string key, string value, KvSetOptions options, CancellationToken cancellation) =>
        inner.SetAsync(key, value, options, cancellation);

    public Task<KvOutcome> CreateInOrderAsync(
        string directory, string value, TimeSpan? timeToLive, CancellationToken cancellation) =>
        inner.CreateInOrderAsync(directory, value, timeToLive, cancellation);

    public IAsyncEnumerable<KvWatchItem> WatchAsync(
        string key, bool isRecursive, StoreIndex since, CancellationToken cancellation) =>
        inner.WatchAsync(key, isRecursive, since, cancellation);
}
