using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.RebootLock;

/// <summary>
/// A store that loses the answers to writes, which are done all the same, has no leader for some, and holds others up.
/// </summary>
internal sealed class LossyStore(IKvClient inner) : IKvClient
{
    private int _losses;

    /// <summary>How many of the next answers are lost.</summary>
    public int Losses
    {
        get => Volatile.Read(ref _losses);
        set => Volatile.Write(ref _losses, value);
    }

    /// <summary>How many of the next writes of notes find no leader.</summary>
    public int LostNotes { get; set; }

    /// <summary>Writes are done once this is so; null: at once.</summary>
    public Task? Gate { get; set; }

    /// <summary>Is done when a write waits for the gate.</summary>
    public TaskCompletionSource Waits { get; } = new();

    public Task<KvOutcome> GetAsync(string key, KvGetOptions options, CancellationToken cancellation) =>
        inner.GetAsync(key, options, cancellation);

    public async Task<KvOutcome> SetAsync(
        string key, string value, KvSetOptions options, CancellationToken cancellation)
    {
        if (LostNotes > 0 && key.Contains("/holders/", StringComparison.Ordinal))
        {
            LostNotes--;
            return new KvOutcome.Unreachable("there is no leader");
        }

        if (Gate is { } gate)
        {
            Waits.TrySetResult();
            await gate.WaitAsync(cancellation);
        }

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
