using System.Buffers;
using System.IO.Pipelines;

namespace CoreNode.Api;

/// <summary>Reads request bodies that did not arrive together with their headers, up to a limit.</summary>
internal static class BodyReader
{
    // Go reads as much of an unwanted body to keep the connection, and closes it beyond that.
    private const int MaxDiscardBytes = 256 << 10;

    /// <summary>Reads a body to its end. When it is too long the rest stays unread and the connection ends.</summary>
    public static async ValueTask<RequestBody> ReadAsync(RequestContext context, int limit)
    {
        if (!context.CanHaveBody)
            return default;
        if (context.RequestHeaders.ContentLength > limit)
            return TooLong(context);
        ArrayBufferWriter<byte> bytes = new(1024);
        PipeReader body = context.BodyPipe;
        while (true)
        {
            ReadResult read = await body.ReadAsync(CancellationToken.None);
            foreach (ReadOnlyMemory<byte> segment in read.Buffer)
                bytes.Write(segment.Span);
            body.AdvanceTo(read.Buffer.End);
            if (bytes.WrittenCount > limit)
                return TooLong(context);
            if (!read.IsCompleted)
                continue;
            context.Body = BodyState.Read;
            return new RequestBody(bytes.WrittenMemory, false);
        }
    }

    /// <summary>
    /// Passes over a body that nobody wanted, so that the connection can be used again. If there is too much of it, or
    /// the client waits for leave to send it, it is left to Kestrel, which reads on for a few seconds and closes.
    /// </summary>
    public static async Task DiscardAsync(RequestContext context)
    {
        if (context.RequestHeaders.ContentLength > MaxDiscardBytes || context.RequestHeaders.Expect.Count > 0)
            return;
        PipeReader body = context.BodyPipe;
        for (long total = 0; total <= MaxDiscardBytes;)
        {
            ReadResult read = await body.ReadAsync(CancellationToken.None);
            total += read.Buffer.Length;
            body.AdvanceTo(read.Buffer.End);
            if (!read.IsCompleted)
                continue;
            context.Body = BodyState.Read;
            return;
        }
    }

    private static RequestBody TooLong(RequestContext context)
    {
        context.Body = BodyState.Refused;
        context.CloseAfterAnswer();
        return new RequestBody(default, true);
    }
}

/// <summary>What came as a body.</summary>
internal readonly record struct RequestBody(ReadOnlyMemory<byte> Bytes, bool IsTooLong);
