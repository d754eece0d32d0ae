using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Units.Leases;

/// <summary>
/// The store for who decides: nothing is sent any more once the term is over. What was sent before may still be done
/// later; an existing etcd cannot bind it to a term, so entries are removed by index only.
/// </summary>
internal sealed class TermWrites(IKvClient client, TtlTerm term) : IKvClient
{
    private static readonly KvOutcome s_over = new KvOutcome.Refused(new KvError(
        (int)ErrorCode.LeaderElection, ErrorCodes.Message(ErrorCode.LeaderElection),
        "corenode: this process does not decide for the machines any more; nothing was written", 0));

    public Task<KvOutcome> GetAsync(string key, KvGetOptions options, CancellationToken cancellation) =>
        client.GetAsync(key, options, cancellation);

    public Task<KvOutcome> SetAsync(string key, string value, KvSetOptions options, CancellationToken cancellation) =>
        term.IsValid ? client.SetAsync(key, value, options, cancellation) : Task.FromResult(s_over);

    public Task<KvOutcome> CreateInOrderAsync(
        string directory, string value, TimeSpan? timeToLive, CancellationToken cancellation) =>
        term.IsValid
            ? client.CreateInOrderAsync(directory, value, timeToLive, cancellation)
            : Task.FromResult(s_over);

    public Task<KvOutcome> DeleteAsync(string key, KvDeleteOptions options, CancellationToken cancellation) =>
        term.IsValid ? client.DeleteAsync(key, options, cancellation) : Task.FromResult(s_over);

    public IAsyncEnumerable<KvWatchItem> WatchAsync(
        string key, bool isRecursive, StoreIndex since, CancellationToken cancellation) =>
        client.WatchAsync(key, isRecursive, since, cancellation);
}
