using System.Globalization;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Updates.Server;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Api.UpdateServer;

/// <summary>
/// GET and HEAD /packages/SHA256/NAME: the files of packages, whole or a range of them. The hash is in the path, so an
/// answer never changes and may be kept by whoever is between. A file is read and sent in small pieces, never more than
/// one at a time for each machine.
/// </summary>
internal sealed class PackageEndpoint
{
    private const int PieceBytes = 64 << 10;

    private readonly IUpdateServer _server;
    private readonly ServerGate _gate;
    private readonly MetricCounter _bytes;
    private readonly MetricCounter _whole;
    private readonly MetricCounter _part;
    private readonly MetricCounter _cut;
    private long _underWay;

    /// <summary>Registers the counters.</summary>
    public PackageEndpoint(IUpdateServer server, ServerGate gate, MetricRegistry metrics)
    {
        _server = server;
        _gate = gate;
        _bytes = metrics.Counter("corenode_update_server_download_bytes_total", "Bytes of packages sent to machines.");
        _whole = Downloads(metrics, "whole");
        _part = Downloads(metrics, "part");
        _cut = Downloads(metrics, "cut");
        metrics.Gauge("corenode_update_server_downloads", "Downloads of packages under way.",
            () => Interlocked.Read(ref _underWay));
    }

    /// <summary>Answers a request for what follows "/packages/".</summary>
    public Task AnswerAsync(RequestContext context, ReadOnlySpan<byte> rest)
    {
        if (context.Method is not ("GET" or "HEAD"))
            return context.MethodNotAllowed("GET, HEAD");
        if (!_gate.MayDownload(context))
            return ServerAnswer.AskForDownloadUser(context, _gate);
        int slash = rest.IndexOf((byte)'/');
        if (slash <= 0 || rest[(slash + 1)..].Contains((byte)'/'))
            return context.NotFound();
        return _server.FindFile(Encoding.UTF8.GetString(rest[..slash]), Encoding.UTF8.GetString(rest[(slash + 1)..]))
            is { } file
            ? SendAsync(context, file)
            : context.NotFound();
    }

    private async Task SendAsync(RequestContext context, ShelvedFile file)
    {
        string tag = $"\"{file.Sha256}\"";
        context.Headers.ETag = tag;
        context.Headers.AcceptRanges = "bytes";
        context.Headers.CacheControl = "public, max-age=31536000, immutable";
        if (Names(context.RequestHeaders.IfNoneMatch.ToString(), tag))
        {
            context.Status = 304;
            return;
        }

        ByteRange range = ByteRange.Of(RangeOf(context, tag), file.Size);
        if (range.Kind == ByteRangeKind.Beyond)
        {
            context.Status = 416;
            context.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{file.Size}");
            await context.Answer(default);
            return;
        }

        // Not on the thread that polls the sockets: it opens a file.
        await Task.Yield();
        using SafeFileHandle? handle = Open(file);
        if (handle is null)
        {
            await context.NotFound();
            return;
        }

        context.Headers.ContentType = "application/octet-stream";
        context.Headers.ContentLength = range.Length;
        context.Headers.XContentTypeOptions = "nosniff";
        if (range.Kind == ByteRangeKind.Part)
        {
            context.Status = 206;
            context.Headers.ContentRange = string.Create(
                CultureInfo.InvariantCulture, $"bytes {range.From}-{range.From + range.Length - 1}/{file.Size}");
        }

        if (!context.IsHead)
            await SendAsync(context, handle, range);
    }

    private async Task SendAsync(RequestContext context, SafeFileHandle handle, ByteRange range)
    {
        Interlocked.Increment(ref _underWay);
        bool isDone = false;
        try
        {
            byte[] piece = new byte[(int)Math.Min(PieceBytes, range.Length)];
            long at = range.From;
            long end = range.From + range.Length;
            while (at < end)
            {
                int wanted = (int)Math.Min(piece.Length, end - at);
                int count = await RandomAccess.ReadAsync(handle, piece.AsMemory(0, wanted), at);

                // Shorter than it was: what was promised cannot be sent.
                if (count == 0)
                    return;
                context.Write(piece.AsSpan(0, count));
                if ((await context.FlushAsync()).IsCompleted)
                    return;
                at += count;
                _bytes.Add(count);
                await Task.Yield();
            }

            isDone = true;
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
            (isDone ? range.Kind == ByteRangeKind.Whole ? _whole : _part : _cut).Increment();
            if (!isDone)
                context.Abort();
        }
    }

    // RFC 9110 §13.1.5: a range of another content is no range. A date never fits: files have none.
    private static string? RangeOf(RequestContext context, string tag)
    {
        string condition = context.RequestHeaders.IfRange.ToString();
        return context.Method == "GET" && (condition.Length == 0 || condition == tag)
            ? context.RequestHeaders.Range.ToString()
            : null;
    }

    private static bool Names(string tags, string tag) =>
        tags == "*" || (tags.Length > 0 && tags.Contains(tag, StringComparison.Ordinal));

    // Taken off the shelf a moment ago, or not readable: there is no such file then.
    private static SafeFileHandle? Open(ShelvedFile file)
    {
        try
        {
            return File.OpenHandle(
                file.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete,
                FileOptions.SequentialScan);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static MetricCounter Downloads(MetricRegistry metrics, string end) => metrics.Counter(
        "corenode_update_server_downloads_total",
        "Downloads of packages that ended: the whole file, a part that was asked for, or cut before their end.",
        $"end=\"{end}\"");
}
