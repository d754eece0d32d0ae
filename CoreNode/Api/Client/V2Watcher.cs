using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api.Client;

/// <summary>
/// One watch over changing connections. A stream from now on delivers what happens; the gap between the index to go on
/// from and the stream's start is read by single polls, each of which the server answers from its history. A poll that
/// returns something newer than the stream's start shows that the gap is closed, and the stream holds that event too.
/// Invariant: everything below <c>_next</c> was told. One caller at a time.
/// </summary>
internal sealed class V2Watcher(
    V2Transport transport,
    IKvClient reader,
    string key,
    bool isRecursive,
    StoreIndex since,
    TimeProvider time,
    Prng jitter) : IDisposable
{
    private static readonly TimeSpan s_shortestWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(5);

    private readonly string _path = KeyPath.OfKey(key);
    private V2Stream? _stream;
    private ulong _next = since.Value;
    private bool _isCatchingUp;
    private bool _wasConnected;
    private TimeSpan _wait;

    /// <summary>The next thing to tell; waits for it as long as it takes.</summary>
    public async Task<KvWatchItem> NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            KvWatchItem? item;
            try
            {
                item = _stream is null ? await OpenAsync(cancellation)
                    : _isCatchingUp ? await PollAsync(cancellation)
                    : await ReadAsync(cancellation);
            }
            catch (Exception fault) when (FailureTable.IsRemote(fault) && !cancellation.IsCancellationRequested)
            {
                item = await DisconnectAsync("the connection broke", cancellation);
            }

            if (item is not null)
                return item;
        }
    }

    public void Dispose() => _stream?.Dispose();

    private async Task<KvWatchItem?> OpenAsync(CancellationToken cancellation)
    {
        (V2Stream? stream, V2Reply? reply) =
            await transport.OpenAsync(V2Request.Stream(_path, isRecursive), cancellation);
        if (stream is null)
            return await RefuseAsync(reply!, cancellation);
        _stream = stream;
        _wasConnected = true;
        if (_next == 0)
            _next = stream.Index + 1;
        _isCatchingUp = _next <= stream.Index;
        return null;
    }

    private async Task<KvWatchItem?> PollAsync(CancellationToken cancellation)
    {
        V2Reply reply = await transport.SendAsync(V2Request.Watch(_path, isRecursive, _next), cancellation);
        if (reply is not V2Reply.Answered { IsSuccess: true } answer)
            return await RefuseAsync(reply, cancellation);
        if (!V2Json.TryParseChange(answer.Body, new StoreIndex(answer.Index), out KvChange? change))
            return await DisconnectAsync("the answer was cut off", cancellation);
        if (change.Node.ModifiedIndex.Value > _stream!.Index)
        {
            _isCatchingUp = false;
            return null;
        }

        return Tell(change);
    }

    private async Task<KvWatchItem?> ReadAsync(CancellationToken cancellation)
    {
        byte[]? line = await _stream!.ReadLineAsync(cancellation);
        if (line is null)
            return await DisconnectAsync("the node ended the watch", cancellation);
        if (line.Length == 0)
            return null;
        if (!V2Json.TryParseChange(line, new StoreIndex(_stream.Index), out KvChange? change))
            return await DisconnectAsync("the answer was cut off", cancellation);
        return change.Node.ModifiedIndex.Value < _next ? null : Tell(change);
    }

    private KvWatchItem.Changed Tell(KvChange change)
    {
        _next = change.Node.ModifiedIndex.Value + 1;
        _wait = TimeSpan.Zero;

        // A watch may go on from the next index: not from where the stream or the store stood.
        return new KvWatchItem.Changed(change with { Index = change.Node.ModifiedIndex });
    }

    private async Task<KvWatchItem> RefuseAsync(V2Reply reply, CancellationToken cancellation)
    {
        if (reply is V2Reply.Failed failed)
            return await DisconnectAsync(failed.Reason, cancellation);
        var answer = (V2Reply.Answered)reply;
        KvError error = V2Json.ParseError(answer);
        if (error.Is(ErrorCode.EventIndexCleared) || error.Is(ErrorCode.WatcherCleared))
            return await ReadAgainAsync(cancellation);
        return answer.Status >= 500
            ? await DisconnectAsync($"{answer.Endpoint} answered {error}", cancellation)
            : new KvWatchItem.Refused(error);
    }

    private async Task<KvWatchItem> ReadAgainAsync(CancellationToken cancellation)
    {
        var options = new KvGetOptions { IsRecursive = isRecursive };
        KvOutcome outcome = await reader.GetAsync(key, options, cancellation);
        var asked = new StoreIndex(_next);
        switch (outcome)
        {
            case KvOutcome.Done done:
                Resume(done.Change.Index);
                return new KvWatchItem.HistoryLost(asked, done.Change.Node, done.Change.Index);
            case KvOutcome.Refused { Error: var error } when error.Is(ErrorCode.KeyNotFound):
                Resume(new StoreIndex(error.Index));
                return new KvWatchItem.HistoryLost(asked, null, new StoreIndex(error.Index));
            case KvOutcome.Refused { Error: var error }:
                return new KvWatchItem.Refused(error);
            default:
                return await DisconnectAsync("the key could not be read again", cancellation);
        }
    }

    private void Resume(StoreIndex index)
    {
        _next = index.Value + 1;
        // The stream may have begun before the read: what it holds up to there is passed over by its index.
        _isCatchingUp = _stream is not null && _next <= _stream.Index;
    }

    private async Task<KvWatchItem> DisconnectAsync(string reason, CancellationToken cancellation)
    {
        _stream?.Dispose();
        _stream = null;
        // The first loss is told at once; each further one after a wait, so that a node that is away is not flooded.
        if (_wait > TimeSpan.Zero)
            await Task.Delay(_wait * (0.5 + (jitter.NextDouble() / 2)), time, cancellation);
        _wait = _wait == TimeSpan.Zero ? s_shortestWait : _wait * 2 < s_longestWait ? _wait * 2 : s_longestWait;
        return new KvWatchItem.Disconnected(reason, !_wasConnected);
    }
}
