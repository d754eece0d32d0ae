using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CoreNode.Tests.Api.Relay;

/// <summary>
/// A member made of a socket: it reads whole requests and does with the connection what the test says. Keeps every
/// request that it got, so that a test can count what was sent twice.
/// </summary>
internal sealed class RawUpstream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _serving = [];
    private readonly Func<RawUpstream, RawExchange, Task> _answer;
    private readonly Task _accepting;

    private RawUpstream(Func<RawUpstream, RawExchange, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Its client URL.</summary>
    public string Url => $"http://{_listener.LocalEndpoint}";

    /// <summary>All requests, in the order of their arrival.</summary>
    public ConcurrentQueue<RawExchange> Requests { get; } = new();

    /// <summary>Connections that are open.</summary>
    public int Open => _open;

    private int _open;

    /// <summary>Starts one.</summary>
    public static RawUpstream Start(Func<RawExchange, Task> answer) => new((_, exchange) => answer(exchange));

    /// <summary>Starts one that always answers this.</summary>
    public static RawUpstream Start(string answer) => Start(exchange => exchange.SendAsync(answer));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_serving);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _serving.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException
            or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        Interlocked.Increment(ref _open);
        List<byte> held = [];
        try
        {
            using (socket)
            {
                while (await ReadAsync(socket, held) is { } exchange)
                {
                    Requests.Enqueue(exchange);
                    await _answer(this, exchange);
                    if (exchange.IsClosed)
                        return;
                }
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The worker has closed it, or the test is over.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task<RawExchange?> ReadAsync(Socket socket, List<byte> held)
    {
        byte[] buffer = new byte[64 << 10];
        int end;
        while ((end = Find(held, "\r\n\r\n")) < 0)
        {
            int count = await socket.ReceiveAsync(buffer, _stop.Token);
            if (count == 0)
                return null;
            held.AddRange(buffer.AsSpan(0, count));
        }

        string head = Encoding.Latin1.GetString([.. held[..end]]);
        held.RemoveRange(0, end + 4);
        int length = head.Split("\r\n").Where(l => l.StartsWith("Content-Length: ", StringComparison.Ordinal))
            .Select(l => int.Parse(l[16..], CultureInfo.InvariantCulture)).FirstOrDefault();
        bool isChunked = head.Contains("Transfer-Encoding: chunked");
        while (isChunked ? Find(held, "0\r\n\r\n") < 0 : held.Count < length)
        {
            int count = await socket.ReceiveAsync(buffer, _stop.Token);
            if (count == 0)
                return null;
            held.AddRange(buffer.AsSpan(0, count));
        }

        int taken = isChunked ? held.Count : length;
        string body = Encoding.Latin1.GetString([.. held[..taken]]);
        held.RemoveRange(0, taken);
        return new RawExchange(socket, head, body, _stop.Token);
    }

    private static int Find(List<byte> bytes, string text) =>
        Encoding.Latin1.GetString([.. bytes]).IndexOf(text, StringComparison.Ordinal);
}
