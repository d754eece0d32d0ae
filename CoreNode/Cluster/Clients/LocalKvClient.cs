using System.Runtime.CompilerServices;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cluster.Clients;

/// <summary>
/// The store for the other modules of a member, without a socket in between: what they ask is answered as the v2 API
/// would answer it. What waits for an answer goes on in the thread pool, never on the loop's thread. Thread-safe.
/// </summary>
public sealed class LocalKvClient : IKvClient
{
    private readonly IKeyStore _store;
    private readonly TimeProvider _time;
    private readonly Func<byte[], CancellationToken, ValueTask<KeyOutcome>> _propose;

    /// <summary>Reads and writes that store.</summary>
    public LocalKvClient(IKeyStore store, TimeProvider time)
        : this(store, time, store.ProposeAsync)
    {
    }

    /// <summary>Reads that store; what is written goes another way into its log.</summary>
    internal LocalKvClient(
        IKeyStore store, TimeProvider time, Func<byte[], CancellationToken, ValueTask<KeyOutcome>> propose)
    {
        _store = store;
        _time = time;
        _propose = propose;
    }

    /// <inheritdoc/>
    public async Task<KvOutcome> GetAsync(string key, KvGetOptions options, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        IKeyspace keyspace = _store.Current;
        if (options.IsQuorum)
        {
            (IKeyspace? confirmed, KeyError? error) =
                await _store.ReadLinearizableAsync(cancellation).AsTask().WaitAsync(cancellation);
            if (confirmed is null)
                return KvText.Refused(error!);
            keyspace = confirmed;
        }

        return Read(keyspace, KvText.Key(key), options.IsRecursive);
    }

    /// <inheritdoc/>
    public Task<KvOutcome> SetAsync(string key, string value, KvSetOptions options, CancellationToken cancellation)
    {
        byte[]? command = KvCommands.Set(KvText.Key(key), value, options, Now(), out KvOutcome? refusal);
        return command is null ? Task.FromResult(refusal!) : WriteAsync(command, cancellation);
    }

    /// <inheritdoc/>
    public Task<KvOutcome> CreateInOrderAsync(
        string directory, string value, TimeSpan? timeToLive, CancellationToken cancellation)
    {
        byte[]? command = KvCommands.CreateInOrder(
            KvText.Key(directory), value, timeToLive, Now(), out KvOutcome? refusal);
        return command is null ? Task.FromResult(refusal!) : WriteAsync(command, cancellation);
    }

    /// <inheritdoc/>
    public Task<KvOutcome> DeleteAsync(string key, KvDeleteOptions options, CancellationToken cancellation)
    {
        byte[]? command = KvCommands.Delete(KvText.Key(key), options, out KvOutcome? refusal);
        return command is null ? Task.FromResult(refusal!) : WriteAsync(command, cancellation);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<KvWatchItem> WatchAsync(
        string key, bool isRecursive, StoreIndex since, [EnumeratorCancellation] CancellationToken cancellation)
    {
        LocalWatch watch = new(_store, _time, KvText.Key(key), isRecursive, since);
        try
        {
            while (true)
            {
                KvWatchItem item = await watch.NextAsync(cancellation);
                yield return item;
                if (item is KvWatchItem.Refused)
                    yield break;
            }
        }
        finally
        {
            watch.Dispose();
        }
    }

    /// <summary>A key as it stands in that state.</summary>
    internal KvOutcome Read(IKeyspace keyspace, byte[] key, bool isRecursive)
    {
        if (!keyspace.TryGet(key, out KeyRecord record))
        {
            _store.Statistics.Increment(StoreCounter.GetsFail);
            return KvText.Refused(keyspace.ExplainMissing(key));
        }

        _store.Statistics.Increment(StoreCounter.GetsSuccess);
        KvNode node = record.IsDirectory
            ? KvListing.Read(keyspace, record, key, isRecursive, Now())
            : KvText.Node(record, Now());
        return new KvOutcome.Done(new KvChange(KeyAction.Get, node, null, keyspace.Index));
    }

    private async Task<KvOutcome> WriteAsync(byte[] command, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ValueTask<KeyOutcome> proposal = _propose(command, cancellation);

        // The loop completes a proposal on its own thread; whoever waits here must go on elsewhere.
        KeyOutcome outcome = proposal.IsCompletedSuccessfully
            ? proposal.Result
            : await ElsewhereAsync(proposal).WaitAsync(cancellation);
        return outcome.Event is { } change
            ? new KvOutcome.Done(KvText.Change(change, outcome.Index))
            : KvText.Refused(outcome.Error ?? StoreErrors.LostLeadership);
    }

    private async Task<KeyOutcome> ElsewhereAsync(ValueTask<KeyOutcome> proposal)
    {
        KeyOutcome outcome = await proposal;
        if (_store.IsOwnerThread)
            await Task.Yield();
        return outcome;
    }

    private long Now() => (_time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) * 100;
}
