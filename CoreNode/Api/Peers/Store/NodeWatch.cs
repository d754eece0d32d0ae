using CoreNode.Api.Peers.Requests;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api.Peers.Store;

/// <summary>
/// One watch over changing members: each goes on from the index after what was told last. One caller at a time.
/// </summary>
internal sealed class NodeWatch(
    NodeKvClient client, TimeProvider time, string key, bool isRecursive, StoreIndex since) : IAsyncDisposable
{
    private static readonly TimeSpan s_shortestWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(5);

    private StoreIndex _next = since;
    private NodeAnswer? _answer;
    private MessageLines? _lines;
    private bool _wasConnected;
    private TimeSpan _wait;

    /// <summary>The next thing to tell; waits for it as long as it takes.</summary>
    internal async Task<KvWatchItem> NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                if (_lines is null)
                    await OpenAsync(cancellation);
                ReadOnlyMemory<byte> line = await _lines!.ReadAsync(cancellation)
                    ?? throw new IOException("the member ended the watch");
                KvWatchItem? item = StoreJson.ParseItem(line, out StoreIndex index);
                _wasConnected = true;
                if (item is not null)
                    _wait = TimeSpan.Zero;
                if (item is not KvWatchItem.Refused)
                    _next = index.Next;
                if (item is not null)
                    return item;
            }
            catch (Exception fault) when (
                fault is IOException or FormatException && !cancellation.IsCancellationRequested)
            {
                return await DisconnectAsync(fault.Message, cancellation);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_answer is { } answer)
            await answer.DisposeAsync();
        _answer = null;
        _lines = null;
    }

    private async Task OpenAsync(CancellationToken cancellation)
    {
        _answer = await client.SendAsync(
            StoreWatchService.Name, new StoreQuestion.Watch(key, isRecursive, _next), cancellation);
        _lines = new MessageLines(_answer.Body, StoreJson.MaxBytes);
    }

    private async Task<KvWatchItem> DisconnectAsync(string reason, CancellationToken cancellation)
    {
        await DisposeAsync();
        client.Leave();

        // The first loss is told at once; each further one after a wait.
        if (_wait > TimeSpan.Zero)
            await Task.Delay(_wait, time, cancellation);
        _wait = _wait == TimeSpan.Zero ? s_shortestWait : _wait * 2 < s_longestWait ? _wait * 2 : s_longestWait;
        return new KvWatchItem.Disconnected(reason, !_wasConnected);
    }
}
