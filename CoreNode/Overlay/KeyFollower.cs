using System.Threading.Channels;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Overlay;

/// <summary>
/// Reads a key and then watches it, and tells a loop. Whenever the watch breaks it reads again: so each message after
/// an absence is a complete listing. One task runs it.
/// </summary>
/// <param name="client">The store.</param>
/// <param name="key">A key, or a folder with all below it.</param>
/// <param name="readEvery">
/// It is read at least about so often, also while the watch is quiet: that of a member which has lost the others is its
/// own and stays open, only a read by a quorum shows that the store is away. Null: only when the watch breaks.
/// </param>
/// <param name="time">Clock of all waits.</param>
/// <param name="chance">Spreads the reads of many machines.</param>
/// <param name="told">The loop.</param>
internal sealed class KeyFollower(
    IKvClient client, string key, TimeSpan? readEvery, TimeProvider time, Prng chance,
    ChannelWriter<OverlayMessage> told)
{
    private static readonly TimeSpan s_shortestWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(2);

    private CancellationTokenSource? _watch;
    private StoreIndex _index;

    /// <summary>Reads it again soon: the loop doubts what it knows.</summary>
    public void Relist()
    {
        try
        {
            _watch?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It is about to be read again anyway.
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        TimeSpan wait = s_shortestWait;
        while (true)
        {
            using CancellationTokenSource watch = CancellationTokenSource.CreateLinkedTokenSource(stop);
            _watch = watch;
            try
            {
                if (await ListAsync(stop))
                {
                    wait = s_shortestWait;
                    await WatchForAWhileAsync(watch);
                }
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                continue;
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                await told.WriteAsync(new OverlayMessage.Away(key, fault.Message), stop);
            }
            finally
            {
                _watch = null;
            }

            await Task.Delay(wait * (0.75 + (chance.NextDouble() / 2)), time, stop);
            wait = wait * 2 < s_longestWait ? wait * 2 : s_longestWait;
        }
    }

    private async Task<bool> ListAsync(CancellationToken stop)
    {
        KvGetOptions options = new() { IsRecursive = true, IsQuorum = true };
        KvOutcome outcome = await client.GetAsync(key, options, stop);
        OverlayMessage message = outcome switch
        {
            KvOutcome.Done done => new OverlayMessage.Listed(key, done.Change.Node, done.Change.Index),
            KvOutcome.Refused { Error: var error } when error.Is(ErrorCode.KeyNotFound) =>
                new OverlayMessage.Listed(key, null, new StoreIndex(error.Index)),
            _ => new OverlayMessage.Away(key, outcome.ToString()!),
        };
        if (message is OverlayMessage.Listed listed)
            _index = listed.Index;
        await told.WriteAsync(message, stop);
        return message is OverlayMessage.Listed;
    }

    private async Task WatchForAWhileAsync(CancellationTokenSource watch)
    {
        if (readEvery is not { } every)
        {
            await WatchAsync(watch.Token);
            return;
        }

        using CancellationTokenSource end = new(every * (0.75 + (chance.NextDouble() / 2)), time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(watch.Token, end.Token);
        await WatchAsync(either.Token);
    }

    // Returns when it is to be read again.
    private async Task WatchAsync(CancellationToken stop)
    {
        await foreach (KvWatchItem item in client.WatchAsync(key, isRecursive: true, _index.Next, stop))
        {
            switch (item)
            {
                case KvWatchItem.Changed changed:
                    await told.WriteAsync(new OverlayMessage.Changed(key, changed.Change), stop);
                    break;
                case KvWatchItem.HistoryLost:
                    return;
                default:
                    await told.WriteAsync(new OverlayMessage.Away(key, item.ToString()), stop);
                    return;
            }
        }
    }
}
