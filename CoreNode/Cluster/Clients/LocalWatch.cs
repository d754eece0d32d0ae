using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cluster.Clients;

/// <summary>
/// One watch that goes on whatever happens to the store's queues. A stream from now on delivers what happens; what lies
/// between the index to go on from and the stream's start is taken from the history, one event a question, for the
/// store answers a watch with a past index by one event only. Invariant: everything below <c>_next</c> was told. One
/// caller at a time.
/// </summary>
internal sealed class LocalWatch(
    IKeyStore store, TimeProvider time, byte[] key, bool isRecursive, StoreIndex since) : IDisposable
{
    private static readonly TimeSpan s_shortestWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(5);
    private static readonly Action<object?> s_end = static watch => ((IWatch)watch!).Dispose();

    private readonly LocalKvClient _reader = new(store, time);
    private IWatch? _stream;
    private ulong _next = since.Value;
    private bool _isCatchingUp;
    private bool _wasConnected;
    private TimeSpan _wait;

    /// <summary>The next thing to tell; waits for it as long as it takes.</summary>
    internal async Task<KvWatchItem> NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            KvWatchItem? item = _stream is null ? await OpenAsync(cancellation)
                : _isCatchingUp ? await CatchUpAsync(cancellation)
                : await ReadAsync(_stream, cancellation);
            if (item is not null)
                return item;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream?.Dispose();

    private async Task<KvWatchItem?> OpenAsync(CancellationToken cancellation)
    {
        WatchOutcome outcome = await StartAsync(isStream: true, 0, cancellation);
        if (outcome.Watch is not { } watch)
            return await RefuseAsync(outcome.Error!, cancellation);
        _stream = watch;
        _wasConnected = true;
        if (_next == 0)
            _next = watch.StartIndex.Value + 1;
        _isCatchingUp = _next <= watch.StartIndex.Value;
        return null;
    }

    // An answer that is newer than the stream's start shows that the gap is closed, and the stream holds it too. Where
    // the history holds nothing, that is the next change.
    private async Task<KvWatchItem?> CatchUpAsync(CancellationToken cancellation)
    {
        WatchOutcome outcome = await StartAsync(isStream: false, _next, cancellation);
        if (outcome.Watch is not { } found)
            return await RefuseAsync(outcome.Error!, cancellation);
        using (found)
        {
            if (!await WaitAsync(found, cancellation) || !found.TryRead(out KeyEvent? change))
                return found.IsDropped ? null : await DisconnectAsync("the store ended the watch", cancellation);
            if (change.Index <= _stream!.StartIndex)
                return Tell(change);
        }

        _isCatchingUp = false;
        return null;
    }

    private async Task<KvWatchItem?> ReadAsync(IWatch stream, CancellationToken cancellation)
    {
        // Asked before the queue is emptied: what was queued before the drop is delivered.
        bool isDropped = stream.IsDropped;
        if (stream.TryRead(out KeyEvent? change))
            return change.Index.Value < _next ? null : Tell(change);
        if (!isDropped && await WaitAsync(stream, cancellation))
            return null;
        isDropped |= stream.IsDropped;
        stream.Dispose();
        _stream = null;
        return isDropped ? null : await DisconnectAsync("the store ended the watch", cancellation);
    }

    // Goes on in the pool: the loop wakes few watchers on its own thread.
    private async Task<bool> WaitAsync(IWatch watch, CancellationToken cancellation)
    {
        bool hasEvents;
        CancellationTokenRegistration calledOff = cancellation.UnsafeRegister(s_end, watch);
        await using (calledOff.ConfigureAwait(false))
            hasEvents = await watch.WaitAsync();
        if (store.IsOwnerThread)
            await Task.Yield();
        cancellation.ThrowIfCancellationRequested();
        return hasEvents;
    }

    private async Task<WatchOutcome> StartAsync(bool isStream, ulong index, CancellationToken cancellation) =>
        await store.WatchAsync(new WatchRequest(key, isRecursive, isStream, index), cancellation);

    private KvWatchItem.Changed Tell(KeyEvent change)
    {
        _next = change.Index.Value + 1;
        _wait = TimeSpan.Zero;
        return new KvWatchItem.Changed(KvText.Change(change, change.Index));
    }

    private async Task<KvWatchItem?> RefuseAsync(KeyError error, CancellationToken cancellation)
    {
        switch (error.Code)
        {
            case ErrorCode.EventIndexCleared or ErrorCode.WatcherCleared:
                return ReadAgain();
            case ErrorCode.RaftInternal or ErrorCode.LeaderElection:
                return await DisconnectAsync(KvText.Error(error).ToString(), cancellation);
            default:
                return new KvWatchItem.Refused(KvText.Error(error));
        }
    }

    private KvWatchItem.HistoryLost ReadAgain()
    {
        IKeyspace now = store.Current;
        StoreIndex asked = new(_next);
        KvOutcome outcome = _reader.Read(now, key, isRecursive);
        KvNode? node = outcome is KvOutcome.Done done ? done.Change.Node : null;
        _next = now.Index.Value + 1;

        // The stream may have begun before the read: what it holds up to there is passed over by its index.
        _isCatchingUp = _stream is not null && _next <= _stream.StartIndex.Value;
        return new KvWatchItem.HistoryLost(asked, node, now.Index);
    }

    private async Task<KvWatchItem> DisconnectAsync(string reason, CancellationToken cancellation)
    {
        _stream?.Dispose();
        _stream = null;
        if (_wait > TimeSpan.Zero)
            await Task.Delay(_wait, time, cancellation);
        _wait = _wait == TimeSpan.Zero ? s_shortestWait : _wait * 2 < s_longestWait ? _wait * 2 : s_longestWait;
        return new KvWatchItem.Disconnected(reason, !_wasConnected);
    }
}
