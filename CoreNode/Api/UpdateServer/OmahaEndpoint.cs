using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using CoreNode.Api.Limits;
using CoreNode.Foundation;
using CoreNode.Updates.Omaha;
using CoreNode.Updates.Server;

namespace CoreNode.Api.UpdateServer;

/// <summary>
/// POST /v1/update and /v1/update/: machines ask for updates and tell of them. Whatever comes is answered with a
/// document of Omaha, also what is too long or none; no more of it is read than a request may have.
/// </summary>
internal sealed class OmahaEndpoint
{
    private static readonly double[] s_seconds = [.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5];
    private static readonly SearchValues<char> s_hostCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]");

    private readonly IUpdateServer _server;
    private readonly ServerGate _gate;
    private readonly string? _advertiseUrl;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stopping;
    private readonly MetricHistogram _seconds;

    /// <summary>Registers its figure.</summary>
    public OmahaEndpoint(
        IUpdateServer server, ServerGate gate, UpdateServerSettings settings, MetricRegistry metrics,
        TimeProvider time, CancellationToken stopping)
    {
        _server = server;
        _gate = gate;
        _advertiseUrl = settings.AdvertiseUrl;
        _time = time;
        _stopping = stopping;
        _seconds = metrics.Histogram(
            "corenode_update_server_request_seconds", "How long machines waited for an answer of Omaha.", s_seconds);
    }

    /// <summary>Answers a machine.</summary>
    public async ValueTask AnswerAsync(RequestContext context)
    {
        if (context.Method != "POST")
        {
            await context.MethodNotAllowed("POST");
            return;
        }

        if (!_gate.MayDownload(context))
        {
            await ServerAnswer.AskForDownloadUser(context, _gate);
            return;
        }

        long begun = _time.GetTimestamp();
        (ReadOnlyMemory<byte> body, LimitRule? noRoom) = await ReadAsync(context);
        if (noRoom is not null)
        {
            await LimitAnswer.Refuse(context, noRoom);
            return;
        }

        OmahaReply reply;
        try
        {
            reply = await _server.ServeAsync(
                new OmahaCall(body, _advertiseUrl ?? BaseUrl(context), _gate.Origin(context)), _stopping);
        }
        catch (OperationCanceledException)
        {
            // The server stops; the machine asks again.
            context.Abort();
            return;
        }

        context.Status = reply.HttpStatus;
        context.Headers.ContentType = "text/xml; charset=utf-8";
        context.Headers.CacheControl = "no-store";
        await context.Answer(reply.Body);
        _seconds.Observe(_time.GetElapsedTime(begun));
    }

    // One byte more than a request may have is enough to see that it is too long; the rest stays unread.
    private static async ValueTask<(ReadOnlyMemory<byte> Body, LimitRule? NoRoom)> ReadAsync(RequestContext context)
    {
        if (!context.CanHaveBody)
            return default;
        int most = MarkupLimits.Request.MaxBytes + 1;
        long announced = Math.Min(context.RequestHeaders.ContentLength ?? most, most);
        if (context.TakeBodyRoom(announced) is { } full)
        {
            Refuse(context);
            return (default, full);
        }

        byte[] bytes = new byte[(int)announced];
        int count = 0;
        PipeReader pipe = context.BodyPipe;
        while (true)
        {
            ReadResult read = await pipe.ReadAsync(CancellationToken.None);
            int taken = (int)Math.Min(read.Buffer.Length, bytes.Length - count);
            read.Buffer.Slice(0, taken).CopyTo(bytes.AsSpan(count));
            count += taken;
            pipe.AdvanceTo(read.Buffer.End);
            if (count == most || read.IsCompleted)
            {
                if (read.IsCompleted)
                    context.Body = BodyState.Read;
                else
                    Refuse(context);
                return (bytes.AsMemory(0, count), null);
            }
        }
    }

    private static void Refuse(RequestContext context)
    {
        context.Body = BodyState.Refused;
        context.CloseAfterAnswer();
    }

    // By the name that the machine knows the server by, if it is one.
    private static string BaseUrl(RequestContext context)
    {
        string scheme = context.Listener.IsTls ? "https" : "http";
        string host = context.RequestHeaders.Host.ToString();
        bool isName = host.Length is > 0 and <= 260 && !host.AsSpan().ContainsAnyExcept(s_hostCharacters)
            && Uri.TryCreate($"{scheme}://{host}", UriKind.Absolute, out _);
        if (isName)
            return $"{scheme}://{host}/";
        return context.Listener.EndPoint is IPEndPoint address ? $"{scheme}://{address}/" : $"{scheme}://localhost/";
    }
}
