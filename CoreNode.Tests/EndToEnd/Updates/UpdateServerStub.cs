using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using CoreNode.Tests.Updates.Client;

namespace CoreNode.Tests.EndToEnd.Updates;

/// <summary>
/// An Omaha server with one payload, which it also serves, in parts if asked. Notes the events that it is told and what
/// was fetched.
/// </summary>
internal sealed partial class UpdateServerStub : IAsyncDisposable
{
    private readonly RawServer _server;
    private readonly string _version;
    private readonly byte[] _payload;
    private readonly string _sha256;
    private bool _hasEnded;
    private long _sentBytes;
    private int _refused;

    public UpdateServerStub(string version, byte[] payload)
    {
        _version = version;
        _payload = payload;
        _sha256 = Convert.ToBase64String(SHA256.HashData(payload));
        _server = new RawServer((request, stream, stop) => AnswerAsync(request, stream, stop));
    }

    /// <summary>Where machines ask.</summary>
    public string Url => _server.At("/v1/update/").AbsoluteUri;

    /// <summary>type:result, with :code if there is one, in the order in which they came.</summary>
    public ConcurrentQueue<string> Events { get; } = new();

    /// <summary>First byte of each request for the payload.</summary>
    public ConcurrentQueue<long> FetchedFrom { get; } = new();

    /// <summary>Bytes of the payload that were sent.</summary>
    public long SentBytes => Volatile.Read(ref _sentBytes);

    /// <summary>It is too busy for anything: 503, and what it is at breaks off.</summary>
    public bool IsBusy { get; set; }

    /// <summary>Requests that met it so.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>The last request of Omaha.</summary>
    public string LastRequest { get; private set; } = "";

    /// <summary>Ends; a second time does nothing.</summary>
    public ValueTask DisposeAsync()
    {
        bool isFirst = !_hasEnded;
        _hasEnded = true;
        return isFirst ? _server.DisposeAsync() : ValueTask.CompletedTask;
    }

    private Task AnswerAsync(RawRequest request, Stream stream, CancellationToken stop) =>
        IsBusy
            ? RefuseAsync(stream, stop)
            : request.Line.StartsWith("POST", StringComparison.Ordinal)
            ? stream.WriteAsync(Encoding.Latin1.GetBytes(Omaha(request.Body)), stop).AsTask()
            : SendPayloadAsync(request, stream, stop);

    private Task RefuseAsync(Stream stream, CancellationToken stop)
    {
        Interlocked.Increment(ref _refused);
        return stream.WriteAsync(Encoding.Latin1.GetBytes(Head(503, 0, "")), stop).AsTask();
    }

    private string Omaha(string request)
    {
        LastRequest = request;
        foreach (Match told in Event().Matches(request))
        {
            string code = Code().Match(told.Value) is { Success: true } found ? ":" + found.Groups[1].Value : "";
            Events.Enqueue($"{told.Groups[1].Value}:{told.Groups[2].Value}{code}");
        }

        string running = Version().Match(request).Groups[1].Value;
        string check = !request.Contains("<updatecheck", StringComparison.Ordinal) ? ""
            : running == _version ? "<updatecheck status=\"noupdate\"/>"
            : Offer();
        string app = AppId().Match(request).Groups[1].Value;
        string body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><response protocol=\"3.0\" server=\"stub\">"
            + $"<daystart elapsed_seconds=\"0\"/><app appid=\"{app}\" status=\"ok\">{check}</app></response>";
        return Head(200, body.Length, "") + body;
    }

    private static string Head(int status, long length, string more) => string.Create(
        CultureInfo.InvariantCulture,
        $"HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {length}\r\n{more}\r\n");

    private string Offer() =>
        $"<updatecheck status=\"ok\"><urls><url codebase=\"{_server.At("/packages/")}\"/></urls>"
        + $"<manifest version=\"{_version}\"><packages><package name=\"update.payload\" size=\"{_payload.Length}\""
        + " required=\"true\"/></packages><actions><action event=\"postinstall\" DisablePayloadBackoff=\"true\""
        + $" sha256=\"{_sha256}\"/></actions></manifest></updatecheck>";

    private async Task SendPayloadAsync(RawRequest request, Stream stream, CancellationToken stop)
    {
        const int pieceBytes = 64 << 10;
        Match range = Range().Match(request.Header("Range"));
        long from = range.Success ? long.Parse(range.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
        long end = range.Success && range.Groups[2].Length > 0
            ? long.Parse(range.Groups[2].Value, CultureInfo.InvariantCulture) + 1
            : _payload.Length;
        FetchedFrom.Enqueue(from);
        string content = range.Success
            ? string.Create(
                CultureInfo.InvariantCulture, $"Content-Range: bytes {from}-{end - 1}/{_payload.Length}\r\n")
            : "";
        await stream.WriteAsync(
            Encoding.Latin1.GetBytes(Head(range.Success ? 206 : 200, end - from, content)), stop);
        while (from < end && !IsBusy)
        {
            int count = (int)Math.Min(pieceBytes, end - from);
            await stream.WriteAsync(_payload.AsMemory((int)from, count), stop);
            Interlocked.Add(ref _sentBytes, count);
            from += count;
        }
    }

    [GeneratedRegex("<event eventtype=\"(\\d+)\" eventresult=\"(\\d+)\"[^>]*>")]
    private static partial Regex Event();

    [GeneratedRegex("errorcode=\"(\\d+)\"")]
    private static partial Regex Code();

    [GeneratedRegex("<app appid=\"[^\"]*\" version=\"([^\"]*)\"")]
    private static partial Regex Version();

    [GeneratedRegex("<app appid=\"([^\"]*)\"")]
    private static partial Regex AppId();

    [GeneratedRegex("bytes=(\\d+)-(\\d*)")]
    private static partial Regex Range();
}
