using CoreNode.Foundation;

namespace CoreNode.Store;

/// <summary>
/// The store as units, locks and the overlay use it: the v2 tree with compare-and-swap and watches, wherever it runs
/// (in this process, on our own members, on an existing etcd). Keys are paths such as "/a/b"; values are text. Every
/// call has the implementation's deadline besides <c>cancellation</c>; what the store answers is an outcome, never an
/// exception. Thread-safe.
/// </summary>
public interface IKvClient
{
    /// <summary>Reads a key, or a directory with what is in it.</summary>
    Task<KvOutcome> GetAsync(string key, KvGetOptions options, CancellationToken cancellation);

    /// <summary>Writes a key or a directory under the given conditions.</summary>
    Task<KvOutcome> SetAsync(string key, string value, KvSetOptions options, CancellationToken cancellation);

    /// <summary>Creates a key below a directory, named by the store so that names sort by age.</summary>
    Task<KvOutcome> CreateInOrderAsync(
        string directory, string value, TimeSpan? timeToLive, CancellationToken cancellation);

    /// <summary>Removes a key or a directory under the given conditions.</summary>
    Task<KvOutcome> DeleteAsync(string key, KvDeleteOptions options, CancellationToken cancellation);

    /// <summary>
    /// Follows a key from <paramref name="since"/> on (zero: from now on) until cancelled: every change in order, none
    /// twice. It reconnects by itself and says so; where the store no longer has the history it reads the key again,
    /// says so (<see cref="KvWatchItem.HistoryLost"/>) and goes on from there. Ends only after
    /// <see cref="KvWatchItem.Refused"/>.
    /// </summary>
    IAsyncEnumerable<KvWatchItem> WatchAsync(
        string key, bool isRecursive, StoreIndex since, CancellationToken cancellation);
}
