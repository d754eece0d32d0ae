using System.IO.Pipelines;
using CoreNode.Api.Limits;
using CoreNode.Api.Wire;
using CoreNode.Foundation;
using CoreNode.Store;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CoreNode.Api;

/// <summary>
/// Answers to wait=true: the headers at once, then the next event, or all events of a stream. While it waits, a watch
/// is its connection, the store's queue and one suspended method. A stream that falls behind gets what was queued, then
/// an error line, then its end: etcd just ends it, and its reader cannot know that events are missing.
/// </summary>
internal sealed class WatchEndpoint(IKeyStore store, MetricRegistry metrics, CancellationToken stopping)
{
    private const int MaxUnflushedBytes = 32 << 10;

    private static readonly MinDataRate s_slowestReader = new(240, TimeSpan.FromSeconds(10));

    private static readonly Action<object?> s_end = static watch => ((IWatch)watch!).Dispose();

    private readonly MetricCounter _dropped = metrics.Counter(
        "corenode_api_watchers_dropped_total", "Streams ended because their reader was too slow.");

    /// <summary>Runs a watch until it ends.</summary>
    public async Task RunAsync(RequestContext context, WatchRequest request)
    {
        if (context.Client.TryTake(Resource.Watch) is { } full)
        {
            await LimitAnswer.RefuseKey(context, full);
            return;
        }

        context.ExpectSilence();
        try
        {
            await StartAsync(context, request);
        }
        finally
        {
            context.Client.Release(Resource.Watch);
        }
    }

    private async Task StartAsync(RequestContext context, WatchRequest request)
    {
        WatchOutcome outcome = await store.WatchAsync(request, CancellationToken.None);
        if (outcome.Watch is null)
        {
            await KeyAnswer.Fail(context, outcome.Error!);
            return;
        }

        using IWatch watch = outcome.Watch;

        // Ending the watch wakes its reader: that costs two registrations a watch and nothing an event.
        using CancellationTokenRegistration gone = context.ClientGone.UnsafeRegister(s_end, watch);
        using CancellationTokenRegistration stop = stopping.UnsafeRegister(s_end, watch);
        KeyAnswer.SetPosition(context, new IndexHeaders(
            watch.StartIndex.Value, watch.StartAppliedIndex.Value, watch.StartTerm.Value));
        context.Headers.ContentType = RequestContext.JsonType;
        context.RequireReading(s_slowestReader);
        await context.FlushAsync();
        await DeliverAsync(watch, context, request.IsStream);
    }

    private async Task DeliverAsync(IWatch watch, RequestContext context, bool isStream)
    {
        while (true)
        {
            // Asked before the queue is emptied: whatever was queued before the drop is delivered before it is told.
            bool isDropped = watch.IsDropped;
            int written = 0;
            while (written < MaxUnflushedBytes && watch.TryRead(out KeyEvent? change))
            {
                byte[] json = KeyJson.Rendered(change, RequestScratch.Current.TakeJson());
                context.Write(json);
                if (!isStream)
                    return;
                written += json.Length;
            }

            if (written > 0)
            {
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
