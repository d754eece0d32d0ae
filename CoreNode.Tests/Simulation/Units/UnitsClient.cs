using System.Runtime.CompilerServices;
using CoreNode.Cluster.Clients;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>
/// The store as one process of one machine uses it, over the network; a leader writes for its term only.
/// </summary>
internal sealed class UnitsClient(
    UnitsStore store, UnitsNode node, Func<StoreMember?> home, ulong onlyIn = 0) : IKvClient
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    private readonly LocalKvClient _reader = new(new ReaderStore(), TimeProvider.System);

    public Task<KvOutcome> GetAsync(string key, KvGetOptions options, CancellationToken cancellation)
    {
        TaskCompletionSource<KvOutcome> answer = Answer(cancellation);
        store.Read(node, home(), member => answer.TrySetResult(member is null
            ? new KvOutcome.Unreachable("no answer in time")
            : _reader.Read(member.Keyspace, KvText.Key(key), options.IsRecursive)));
        return answer.Task;
    }

    public Task<KvOutcome> SetAsync(string key, string value, KvSetOptions options, CancellationToken cancellation)
    {
        byte[]? command = KvCommands.Set(
            KvText.Key(key), value, options, store.WallNs, out KvOutcome? refusal);
        return command is null ? Task.FromResult(refusal!) : Propose(command, cancellation);
    }

    public Task<KvOutcome> DeleteAsync(string key, KvDeleteOptions options, CancellationToken cancellation)
    {
        byte[]? command = KvCommands.Delete(KvText.Key(key), options, out KvOutcome? refusal);
        return command is null ? Task.FromResult(refusal!) : Propose(command, cancellation);
    }

    public Task<KvOutcome> CreateInOrderAsync(
        string directory, string value, TimeSpan? timeToLive, CancellationToken cancellation) =>
        throw new NotSupportedException();

    /// <summary>Tells of changes until the connection is lost.</summary>
    public async IAsyncEnumerable<KvWatchItem> WatchAsync(
        string key, bool isRecursive, StoreIndex since, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (home() is not { } member)
            yield break;
        Queue<KvChange> told = new();
        StoreSubscription subscription = store.Subscribe(
            node, member, key, new StoreIndex(since.Value - 1), told.Enqueue);
        while (!subscription.IsOver && member.Node.IsRunning && store.IsOpen(node, member))
        {
            while (told.TryDequeue(out KvChange? change))
                yield return new KvWatchItem.Changed(change);
            await node.Delay(s_look);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Writes a command as it is.</summary>
    public Task<KvOutcome> Propose(byte[] command, CancellationToken cancellation)
    {
        TaskCompletionSource<KvOutcome> answer = Answer(cancellation);
        store.Propose(node, home(), command, onlyIn, outcome => answer.TrySetResult(
            outcome is not { } known ? new KvOutcome.Unknown("no answer in time")
            : known.Event is { } change ? new KvOutcome.Done(KvText.Change(change, known.Index))
            : known.Error is { } error ? KvText.Refused(error)
            : new KvOutcome.Unknown("nothing to tell of")));
        return answer.Task;
    }

    private static TaskCompletionSource<KvOutcome> Answer(CancellationToken cancellation)
    {
        TaskCompletionSource<KvOutcome> answer = new();
        if (cancellation.CanBeCanceled)
            cancellation.Register(() => answer.TrySetCanceled(cancellation));
        return answer;
    }

    // Only counts.
    private sealed class ReaderStore : IKeyStore
    {
        public IKeyspace Current => throw new NotSupportedException();

        public bool IsOwnerThread => false;

        public StoreStatistics Statistics { get; } = new();

        public ValueTask<KeyOutcome> ProposeAsync(byte[] command, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public ValueTask<(IKeyspace? Keyspace, KeyError? Error)> ReadLinearizableAsync(
            CancellationToken cancellation) =>
            throw new NotSupportedException();

        public ValueTask<WatchOutcome> WatchAsync(WatchRequest request, CancellationToken cancellation) =>
            throw new NotSupportedException();
    }
}
