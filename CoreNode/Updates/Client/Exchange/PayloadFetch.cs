using System.Net;
using System.Net.Http.Headers;

namespace CoreNode.Updates.Client.Exchange;

/// <summary>
/// Opens a payload at a server from a byte on. What comes is watched: it must keep coming and have the size that the
/// offer says. Which URL, how often and when is not decided here.
/// </summary>
public sealed class PayloadFetch(TransferOptions options, TimeProvider time)
{
    /// <summary>Opens it; the stream gives the bytes from <paramref name="from"/> to the end.</summary>
    /// <param name="url">Where it is.</param>
    /// <param name="from">First byte that is wanted.</param>
    /// <param name="size">Bytes of the whole payload; null if they are not known.</param>
    /// <param name="cancellation">Ends the opening.</param>
    /// <exception cref="TransferException">It cannot be had; the same comes from the stream later.</exception>
    public Task<PayloadDownload> OpenAsync(Uri url, long from, long? size, CancellationToken cancellation) =>
        OpenAsync(url, from, null, size, cancellation);

    /// <summary>Opens a part of it; from a server that knows no parts, more than that comes.</summary>
    /// <param name="url">Where it is.</param>
    /// <param name="from">First byte that is wanted.</param>
    /// <param name="to">Behind the last byte that is wanted; null for the end.</param>
    /// <param name="size">Bytes of the whole payload; null if they are not known.</param>
    /// <param name="cancellation">Ends the opening.</param>
    /// <exception cref="TransferException">It cannot be had; the same comes from the stream later.</exception>
    public async Task<PayloadDownload> OpenAsync(
        Uri url, long from, long? to, long? size, CancellationToken cancellation)
    {
        // A part that is all of it is none.
        if (to == size)
            to = null;
        ServerConnection connection = Connect(url);
        try
        {
            ServerAnswer answer = await connection.SendAsync(url, at => Get(at, from, to), cancellation);
            Stream body = await OpenBodyAsync(answer, from, to, size, cancellation);
            return new PayloadDownload(body, connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private ServerConnection Connect(Uri url)
    {
        try
        {
            return new ServerConnection(options, TransferPurpose.Payload, time);
        }
        catch (IOException unreadable)
        {
            throw new TransferException(
                TransferFaults.NoAnswer(
                    TransferPurpose.Payload, TransferFaultKind.Tls, url, $"is not asked: {unreadable.Message}"),
                unreadable);
        }
    }

    private static HttpRequestMessage Get(Uri at, long from, long? to)
    {
        HttpRequestMessage message = new(HttpMethod.Get, at);
        if (from > 0 || to is not null)
            message.Headers.Range = new RangeHeaderValue(from, to - 1);
        return message;
    }

    private async Task<Stream> OpenBodyAsync(
        ServerAnswer answer, long from, long? to, long? size, CancellationToken cancellation)
    {
        HttpResponseMessage response = answer.Response;
        bool isPart = response.StatusCode == HttpStatusCode.PartialContent;
        try
        {
            if (Judge(answer, isPart, from, size) is { } fault)
                throw new TransferException(fault);
            WatchedStream stream = new(
                answer, await response.Content.ReadAsStreamAsync(cancellation), TransferPurpose.Payload,
                options.Limits, isPart ? (to ?? size) - from : size, time);
            if (!isPart && from > 0)
                await SkipAsync(stream, from, cancellation);
            return stream;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static TransferFault? Judge(ServerAnswer answer, bool isPart, long from, long? size)
    {
        HttpContentHeaders headers = answer.Response.Content.Headers;
        string place = TransferFaults.Place(TransferPurpose.Payload, answer.At);
        if (headers.ContentType?.MediaType is "text/html" or "application/xhtml+xml")
        {
            return new TransferFault(
                TransferFaultKind.Content, TransferFaults.PayloadMagic,
                $"{place} answered with an HTML page instead of the payload: a proxy or a login page in its place?");
        }

        long? whole = isPart ? headers.ContentRange?.Length : headers.ContentLength;
        if (whole is { } announced && announced != (size ?? announced))
        {
            return new TransferFault(
                TransferFaultKind.Size, TransferFaults.PayloadSize,
                $"{place} has {announced} bytes, but the payload should have {size}");
        }

        return !isPart || headers.ContentRange?.From == from ? null : TransferFaults.NoAnswer(
            TransferPurpose.Payload, TransferFaultKind.Content, answer.At,
            $"another part than that from byte {from} came");
    }

    // A server that knows no ranges sends everything again; what is there already is read and dropped.
    private static async Task SkipAsync(WatchedStream stream, long count, CancellationToken cancellation)
    {
        byte[] buffer = new byte[64 << 10];
        while (count > 0)
        {
            int most = (int)Math.Min(count, buffer.Length);
            int got = await stream.ReadAsync(buffer.AsMemory(0, most), cancellation);
            if (got == 0)
                return;
            count -= got;
        }
    }
}
