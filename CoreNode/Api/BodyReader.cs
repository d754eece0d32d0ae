using System.Buffers;
using System.IO.Pipelines;
using CoreNode.Api.Limits;

namespace CoreNode.Api;

/// <summary>Reads request bodies that did not arrive together with their headers, up to a limit.</summary>
internal static class BodyReader
{
    // Go reads as much of an unwanted body to keep the connection, and closes it beyond that.
    private const int MaxDiscardBytes = 256 << 10;

    /// <summary>
    /// Reads a body to its end. When it is longer than the limit of its kind, or there is no room for it beside the
    /// others, the rest stays unread and the connection ends. Its room is given back with the request's end.
    /// </summary>
    public static async ValueTask<RequestBody> ReadAsync(
        RequestContext context, int limit, LimitKind kind = LimitKind.Json)
    {
        if (!context.CanHaveBody)
            return default;
        if (context.RequestHeaders.ContentLength > limit)
            return TooLong(context, kind);

        // A length that was announced is taken at once: nothing is read that has no room in the end, nothing grows.
        long announced = context.RequestHeaders.ContentLength ?? 0;
        if (context.TakeBodyRoom(announced) is { } full)
            return Refuse(context, new RequestBody { NoRoom = full });
        ArrayBufferWriter<byte> bytes = new(Math.Max(1, (int)announced));
        PipeReader body = context.BodyPipe;
        while (true)
        {
            ReadResult read = await body.ReadAsync(CancellationToken.None);
            LimitRule? noRoom = announced > 0 ? null : context.TakeBodyRoom(read.Buffer.Length);
            if (noRoom is null)
            {
                foreach (ReadOnlyMemory<byte> segment in read.Buffer)
                    bytes.Write(segment.Span);
            }

            body.AdvanceTo(read.Buffer.End);
            if (noRoom is not null)
                return Refuse(context, new RequestBody { NoRoom = noRoom });
            if (bytes.WrittenCount > limit)
                return TooLong(context, kind);
            if (!read.IsCompleted)
                continue;
            context.Body = BodyState.Read;
            return new RequestBody { Bytes = bytes.WrittenMemory };
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

    private static RequestBody TooLong(RequestContext context, LimitKind kind)
    {
        context.Client.Met(kind);
        return Refuse(context, new RequestBody { IsTooLong = true });
    }

    private static RequestBody Refuse(RequestContext context, RequestBody refused)
    {
        context.Body = BodyState.Refused;
        context.CloseAfterAnswer();
        return refused;
    }
}

/// <summary>What came as a body.</summary>
internal readonly record struct RequestBody
{
    /// <summary>The whole body; empty if it was refused.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>It is longer than allowed.</summary>
    public bool IsTooLong { get; init; }

    /// <summary>The limit that was met, if there is no room for it beside the others.</summary>
    public LimitRule? NoRoom { get; init; }
}
