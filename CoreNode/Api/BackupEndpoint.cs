using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using CoreNode.Api.Limits;
using CoreNode.Api.Wire;
using CoreNode.Store;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CoreNode.Api;

/// <summary>
/// /corenode/v1/snapshot: the whole state as a snapshot file, streamed as fast as the client takes it. It holds
/// everything that was acknowledged before the request; with ?local=true what this member has, also without a quorum.
/// </summary>
internal sealed class BackupEndpoint(IKeyStore store, IBackupSource backups)
{
    private const int FlushBytes = 256 << 10;

    // Who reads below this rate holds a whole old state of the store in memory: cut it off.
    private static readonly MinDataRate s_slowestReader = new(1024, TimeSpan.FromSeconds(30));

    /// <summary>Answers with the file; a connection that ends before its end is a failed backup.</summary>
    public async Task AnswerAsync(RequestContext context, bool isLocal)
    {
        if (context.Client.TryTake(Resource.Listing) is { } full)
        {
            await LimitAnswer.Message(context, full);
            return;
        }

        try
        {
            await SendAsync(context, isLocal);
        }
        finally
        {
            context.Client.Release(Resource.Listing);
        }
    }

    private async Task SendAsync(RequestContext context, bool isLocal)
    {
        IKeyspace? keyspace = store.Current;
        if (!isLocal)
        {
            (keyspace, KeyError? error) = await store.ReadLinearizableAsync(CancellationToken.None);
            if (keyspace is null)
            {
                string cause = Encoding.UTF8.GetString(error!.Cause.Span);
                await context.Message(503, $"no quorum: {cause}; ?local=true gives what this member has");
                return;
            }
        }

        // The continuation of a read may run on the thread that applies writes.
        await Task.Yield();
        IBackup backup = backups.Begin(keyspace);
        context.Headers.ContentType = "application/octet-stream";
        context.Headers["X-CoreNode-Index"] = backup.Index.Value.ToString(CultureInfo.InvariantCulture);
        context.Headers["X-CoreNode-Keys"] = keyspace.Count.ToString(CultureInfo.InvariantCulture);
        context.RequireReading(s_slowestReader);
        await StreamAsync(context, backup);
    }

    private static async Task StreamAsync(RequestContext context, IBackup backup)
    {
        JsonBuffer bytes = new(FlushBytes * 2);
        bool hasMore = true;
        while (hasMore)
        {
            bytes.Clear(FlushBytes * 4);
            while (hasMore && bytes.Length < FlushBytes)
                hasMore = backup.WriteChunk(bytes);
            context.Write(bytes.Written);
            FlushResult flushed = await context.FlushAsync();
            if (flushed.IsCompleted)
                return;

            // Also after a flush that waited: the socket's thread ran what follows it.
            await Task.Yield();
        }
    }
}
