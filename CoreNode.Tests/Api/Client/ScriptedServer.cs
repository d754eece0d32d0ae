using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CoreNode.Tests.Api.Client;

/// <summary>
/// An HTTP server on a loopback port or a unix socket that answers as a test tells it, also wrongly: it may close the
/// connection instead, or send parts of an answer when the test says so. Keeps every request that it got.
/// </summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Func<ScriptedRequest, ScriptedAnswer, Task> _handle;
    private readonly Task _accepting;

    private ScriptedServer(Socket listener, string endpoint, Func<ScriptedRequest, ScriptedAnswer, Task> handle)
    {
        _listener = listener;
        _handle = handle;
        Endpoint = endpoint;
        _accepting = AcceptAsync();
    }

    /// <summary>What clients are told: http://127.0.0.1:PORT or unix:///PATH.</summary>
    public string Endpoint { get; }

    /// <summary>All requests so far, in order of arrival.</summary>
    public ConcurrentQueue<ScriptedRequest> Requests { get; } = new();

    /// <summary>Starts one whose answers the function gives: status, body, X-Etcd-Index.</summary>
    public static ScriptedServer Start(Func<ScriptedRequest, (int Status, string Body, ulong Index)> answer) =>
        Start((request, to) =>
        {
            (int status, string body, ulong index) = answer(request);
            return to.SendAsync(status, body, index);
        });

    /// <summary>Starts one that the function answers for as it likes.</summary>
    public static ScriptedServer Start(Func<ScriptedRequest, ScriptedAnswer, Task> handle)
    {
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return new ScriptedServer(listener, $"http://{listener.LocalEndPoint}", handle);
    }

    /// <summary>Starts one on a unix socket.</summary>
    public static ScriptedServer StartOnSocket(string path, Func<ScriptedRequest, ScriptedAnswer, Task> handle)
    {
        Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        return new ScriptedServer(listener, $"unix://{path}", handle);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _connections.Add(ServeAsync(await _listener.AcceptAsync(_stop.Token)));
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using NetworkStream stream = new(socket, ownsSocket: true);
        try
        {
            while (await ReadAsync(stream) is { } request)
            {
                Requests.Enqueue(request);
                ScriptedAnswer answer = new(stream, _stop.Token);
                await _handle(request, answer);
                if (answer.IsClosing)
                    return;
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // The client has gone, or the test is over.
        }
    }

    private async Task<ScriptedRequest?> ReadAsync(NetworkStream stream)
    {
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
                return null;
            head.Append((char)one[0]);
        }

        string[] lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        string[] start = lines[0].Split(' ');
        Dictionary<string, string> headers = lines.Skip(1).Select(line => line.Split(": ", 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        int length = headers.TryGetValue("Content-Length", out string? text)
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : 0;
        byte[] body = new byte[length];
        await stream.ReadExactlyAsync(body, _stop.Token);
        return new ScriptedRequest(start[0], start[1], headers, Encoding.UTF8.GetString(body));
    }
}
