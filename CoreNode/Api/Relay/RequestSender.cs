using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace CoreNode.Api.Relay;

/// <summary>
/// Sends a request to a member: head and a small body in one piece, a longer body as it comes in, never more of it in
/// memory than the connections' buffers hold.
/// </summary>
internal static class RequestSender
{
    private const int MostWithHead = 32 << 10;
    private const int ChunkOverhead = 20;

    /// <summary>
    /// Sends; false if the member began to answer before it had all of the body, which then stays unread: both
    /// connections end after this answer.
    /// </summary>
    public static async ValueTask<bool> SendAsync(
        RequestContext context, Upstream upstream, UpstreamConnection connection, Action<UpstreamConnection> renew)
    {
        PipeReader body = context.BodyPipe;
        ReadResult read = await body.ReadAsync(CancellationToken.None);
        long? length = read.IsCompleted ? read.Buffer.Length : context.RequestHeaders.ContentLength;
        bool isChunked = length is null;
        int rest = (int)Math.Min(read.Buffer.Length, MostWithHead);
        byte[] room = ArrayPool<byte>.Shared.Rent(
            RequestHead.MostBytes(context, upstream) + rest + ChunkOverhead);
        try
        {
            int count = RequestHead.Write(context, upstream, length, room);
            count += Piece(read.Buffer.Slice(0, rest), isChunked, room.AsSpan(count));
            renew(connection);
            await connection.SendAsync(room.AsMemory(0, count));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }

        body.AdvanceTo(read.Buffer.GetPosition(rest));
        bool isAll = read.IsCompleted && rest == read.Buffer.Length;
        if (!isAll && !await SendRestAsync(body, isChunked, connection, renew))
            return false;
        if (isChunked)
            await connection.SendAsync("0\r\n\r\n"u8.ToArray());
        context.Body = BodyState.Read;
        return true;
    }

    private static async ValueTask<bool> SendRestAsync(
        PipeReader body, bool isChunked, UpstreamConnection connection, Action<UpstreamConnection> renew)
    {
        byte[] room = ArrayPool<byte>.Shared.Rent(MostWithHead + ChunkOverhead);
        try
        {
            while (true)
            {
                ReadResult read = await body.ReadAsync(CancellationToken.None);
                if (connection.HasNews)
                {
                    body.AdvanceTo(read.Buffer.Start);
                    return false;
                }

                int piece = (int)Math.Min(read.Buffer.Length, MostWithHead);
                int count = Piece(read.Buffer.Slice(0, piece), isChunked, room);
                renew(connection);
                await connection.SendAsync(room.AsMemory(0, count));
                bool isAll = read.IsCompleted && piece == read.Buffer.Length;
                body.AdvanceTo(read.Buffer.GetPosition(piece));
                if (isAll)
                    return true;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    private static int Piece(in ReadOnlySequence<byte> bytes, bool isChunked, Span<byte> room)
    {
        int count = (int)bytes.Length;
        if (count == 0)
            return 0;
        if (!isChunked)
        {
            bytes.CopyTo(room);
            return count;
        }

        int at = Encoding.ASCII.GetBytes(count.ToString("x", CultureInfo.InvariantCulture), room);
        "\r\n"u8.CopyTo(room[at..]);
        bytes.CopyTo(room[(at + 2)..]);
        at += 2 + count;
        "\r\n"u8.CopyTo(room[at..]);
        return at + 2;
    }
}
