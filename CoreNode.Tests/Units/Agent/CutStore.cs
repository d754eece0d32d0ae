using System.Runtime.CompilerServices;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Units.Agent;

/// <summary>
/// A store that can be cut off: for all, or after a number of writes, as if the writer had died then.
/// </summary>
internal sealed class CutStore(IKvClient inner) : IKvClient
{
    private int _writes;

    public IKvClient Inner { get; } = inner;

    public bool IsCut { get; set; }

    /// <summary>Writes that are still let through; null: all.</summary>
    public int? WritesLeft { get; set; }

    /// <summary>Writes so far.</summary>
    public int Writes => Volatile.Read(ref _writes);

    public Task<KvOutcome> GetAsync(string key, KvGetOptions options, CancellationToken cancellation) =>
        IsCut ? Away() : Inner.GetAsync(key, options, cancellation);

    public Task<KvOutcome> SetAsync(string key, string value, KvSetOptions options, CancellationToken cancellation) =>
        MayWrite() ? Inner.SetAsync(key, value, options, cancellation) : Away();

    public Task<KvOutcome> CreateInOrderAsync(
        string directory, string value, TimeSpan? timeToLive, CancellationToken cancellation) =>
        MayWrite() ? Inner.CreateInOrderAsync(directory, value, timeToLive, cancellation) : Away();

    public Task<KvOutcome> DeleteAsync(string key, KvDeleteOptions options, CancellationToken cancellation) =>
        MayWrite() ? Inner.DeleteAsync(key, options, cancellation) : Away();

    public async IAsyncEnumerable<KvWatchItem> WatchAsync(
        string key, bool isRecursive, StoreIndex since, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (KvWatchItem item in Inner.WatchAsync(key, isRecursive, since, cancellation))
            yield return item;
    }

    private static Task<KvOutcome> Away() => Task.FromResult<KvOutcome>(new KvOutcome.Unreachable("cut off"));

    private bool MayWrite()
    {
        if (IsCut || WritesLeft is <= 0)
            return false;
        WritesLeft--;
        Interlocked.Increment(ref _writes);
        return true;
    }
}
