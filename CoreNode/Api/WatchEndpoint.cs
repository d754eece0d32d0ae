using System.IO.Pipelines;
using CoreNode.Api.Limits;
using CoreNode.Api.Wire;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api;

/// <summary>
/// Answers to wait=true: the headers at once, then the next event, or all events of a stream. While it waits, a watch
/// is its connection, the store's queue and one suspended method. A stream that falls behind gets what was queued, then
/// an error line, then its end: etcd just ends it, and its reader cannot know that events are missing.
/// </summary>
internal sealed class WatchEndpoint(IKeyStore store, MetricRegistry metrics, CancellationToken stopping)
{
    private const int MaxUnflushedBytes = 32 << 10;

    private static readonly Action<object?> s_end = static watch => ((IWatch)watch!).Dispose();

    private readonly MetricCounter _dropped = metrics.Counter(
        "corenode_api_watchers_dropped_total", "Streams ended because their reader was too slow.");

    private IndexHeaders? _lastPosition;

    /// <summary>Runs a watch until it ends.</summary>
    public Task RunAsync(RequestContext context, WatchRequest request)
    {
        if (context.Client.TryTake(Resource.Watch) is { } full)
            return LimitAnswer.RefuseKey(context, full);
        context.ExpectSilence();
        return RunAsync(context, store.WatchAsync(request, CancellationToken.None), request.IsStream).AsTask();
    }

    // One method for all of it: thousands of these wait at the same time, and each level would keep a frame of its own.
    private async ValueTask RunAsync(RequestContext context, ValueTask<WatchOutcome> starting, bool isStream)
    {
        IWatch? watch = null;
        CancellationTokenRegistration gone = default;
        CancellationTokenRegistration stop = default;
        try
        {
            WatchOutcome outcome = await starting;
            watch = outcome.Watch;
            if (watch is null)
            {
                await KeyAnswer.Fail(context, outcome.Error!);
                return;
            }

            // Ending the watch wakes its reader: that costs two registrations a watch and nothing an event.
            gone = context.ClientGone.UnsafeRegister(s_end, watch);
            stop = stopping.UnsafeRegister(s_end, watch);
            KeyAnswer.SetPosition(context, IndexHeaders.Of(
                watch.StartIndex.Value, watch.StartAppliedIndex.Value, watch.StartTerm.Value, ref _lastPosition));
            context.Headers.ContentType = RequestContext.JsonType;
            await context.FlushAsync();
            while (true)
            {
                // Asked before the queue is emptied: what was queued before the drop is delivered before it is told.
                bool isDropped = watch.IsDropped;
                int written = WriteEvents(watch, context, isStream);
                if (written > 0)
                {
                    if (!isStream)
                        return;
                    FlushResult flushed = await context.FlushAsync();
                    if (flushed.IsCompleted)
                        return;
                }
                else if (isDropped)
                {
                    TellDropped(context);
                    return;
                }
                else if (!await watch.WaitAsync() && !watch.IsDropped)
                {
                    return;
                }
            }
        }
        finally
        {
            context.Client.Release(Resource.Watch);
            await gone.DisposeAsync();
            await stop.DisposeAsync();
            watch?.Dispose();
        }
    }

    private static int WriteEvents(IWatch watch, RequestContext context, bool isStream)
    {
        int written = 0;
        while (written < MaxUnflushedBytes && watch.TryRead(out KeyEvent? change))
        {
            byte[] json = KeyJson.Rendered(change, RequestScratch.Current.TakeJson());
            context.Write(json);
            written += json.Length;
            if (!isStream)
                break;
        }

        return written;
    }

    private void TellDropped(RequestContext context)
    {
        _dropped.Increment();
        JsonBuffer json = RequestScratch.Current.TakeJson();
        KeyJson.WriteError(json, KeyError.Of(
            ErrorCode.WatcherCleared,
            "events were lost: the watcher fell more than 100 behind, or a snapshot replaced them",
            store.Current.Index.Value));
        context.Write(json.Written);
    }
}
