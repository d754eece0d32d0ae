using System.IO.Pipelines;
using CoreNode.Api.Limits;
using CoreNode.Api.Wire;

namespace CoreNode.Api;

/// <summary>
/// Answers with directories: a short one at once, a long one in chunks from the thread pool, each only after the client
/// took enough of those before. The thread that serves the sockets is left after the first chunk, because everybody
/// else waits for it meanwhile.
/// </summary>
internal sealed class ListingEndpoint(ApiOptions options)
{
    /// <summary>Answers with a listing that was not begun yet.</summary>
    public Task Answer(RequestContext context, Listing listing)
    {
        context.Headers.ContentType = RequestContext.JsonType;
        if (context.IsHead)
            return Task.CompletedTask;
        JsonBuffer json = RequestScratch.Current.TakeJson();
        if (listing.Fill(json, options.ListingChunkBytes))
            return context.Answer(json.Written);
        if (context.Client.TryTake(Resource.Listing) is { } full)
            return LimitAnswer.RefuseKey(context, full);
        context.Write(json.Written);
        return StreamAsync(context, listing);
    }

    private async Task StreamAsync(RequestContext context, Listing listing)
    {
        try
        {
            await SendAsync(context, listing);
        }
        finally
        {
            context.Client.Release(Resource.Listing);
        }
    }

    private async Task SendAsync(RequestContext context, Listing listing)
    {
        JsonBuffer json = new(options.ListingChunkBytes + 1024);
        bool isDone = false;
        while (true)
        {
            FlushResult flushed = await context.FlushAsync();
            // Not when the client closed its sending half: it would take a piece for the whole, and wait for no more.
            if (isDone || flushed.IsCompleted)
                return;

            // Also after a flush that waited: the socket's thread ran what follows it.
            await Task.Yield();
            json.Clear(options.ListingChunkBytes * 2);
            isDone = listing.Fill(json, options.ListingChunkBytes);
            context.Write(json.Written);
        }
    }
}
