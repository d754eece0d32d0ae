using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Units.Watching;

/// <summary>A store whose answers to reads and whose watch items a test hands out.</summary>
internal sealed class ScriptedStore : IKvClient
{
    private readonly Channel<KvOutcome> _reads = Channel.CreateUnbounded<KvOutcome>();
    private Channel<KvWatchItem> _items = Channel.CreateUnbounded<KvWatchItem>();

    /// <summary>What was asked for: "get KEY" and "watch KEY INDEX".</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public void Answer(KvOutcome outcome) => _reads.Writer.TryWrite(outcome);

    public void Tell(KvWatchItem item) => _items.Writer.TryWrite(item);

    public void EndWatch()
    {
        Channel<KvWatchItem> ended = _items;
        _items = Channel.CreateUnbounded<KvWatchItem>();
        ended.Writer.Complete();
    }

    public async Task<KvOutcome> GetAsync(string key, KvGetOptions options, CancellationToken cancellation)
    {
        Assert.That(options.IsRecursive && options.IsQuorum, Is.True);
        Requests.Enqueue($"get {key}");
        return await _reads.Reader.ReadAsync(cancellation);
    }

    public async IAsyncEnumerable<KvWatchItem> WatchAsync(
        string key, bool isRecursive, StoreIndex since, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Assert.That(isRecursive, Is.True);
        Requests.Enqueue($"watch {key} {since}");
        await foreach (KvWatchItem item in _items.Reader.ReadAllAsync(cancellation))
            yield return item;
    }

    public Task<KvOutcome> SetAsync(string key, string value, KvSetOptions options, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<KvOutcome> CreateInOrderAsync(
        string directory, string value, TimeSpan? timeToLive, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<KvOutcome> DeleteAsync(string key, KvDeleteOptions options, CancellationToken cancellation) =>
        throw new NotSupportedException();
}
