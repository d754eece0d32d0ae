using System.Net;
using System.Net.Sockets;

namespace CoreNode.Tests.EndToEnd.Floods;

/// <summary>
/// One client that sends as fast as it is answered, on many connections at once, from an address of its own. What it is
/// refused does not stop it.
/// </summary>
internal sealed class Flood : IAsyncDisposable
{
    private const int BufferBytes = 64 << 10;

    private static readonly IPAddress s_source = IPAddress.Parse("127.0.0.2");

    private readonly Uri _server;
    private readonly FloodKind _kind;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _connections;
    private long _answers;
    private long _refusals;
    private long _cuts;

    private Flood(Uri server, FloodKind kind)
    {
        _server = server;
        _kind = kind;
        _connections = [.. Enumerable.Range(0, kind.Connections).Select(_ => RunAsync())];
    }

    /// <summary>Begins.</summary>
    public static Flood Start(Uri server, FloodKind kind) => new(server, kind);

    /// <summary>Answers so far.</summary>
    public long Answers => Interlocked.Read(ref _answers);

    /// <inheritdoc/>
    public override string ToString() =>
        $"{_kind.Name}: {Answers} answers, {_refusals} of them refusals, {_cuts} connections ended by the server";

    /// <summary>Waits until there are so many answers: from then on it is a flood.</summary>
    public async Task WaitForAsync(long answers)
    {
        while (Answers < answers)
            await Task.Delay(5);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        byte[] buffer = new byte[BufferBytes];
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
                {
                    NoDelay = true,
                };
                socket.Bind(new IPEndPoint(s_source, 0));
                await socket.ConnectAsync(_server.Host, _server.Port, _stop.Token);
                while (await OnceAsync(socket, buffer))
                {
                }
            }
            catch (SocketException)
            {
                Interlocked.Increment(ref _cuts);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task<bool> OnceAsync(Socket socket, byte[] buffer)
    {
        for (int sent = 0; sent < _kind.Request.Length;)
            sent += await socket.SendAsync(_kind.Request.AsMemory(sent), _stop.Token);
        int wanted = _kind.AnswersPerRequest;
        while (wanted > 0)
        {
            int count = await socket.ReceiveAsync(buffer, _stop.Token);
            if (count == 0)
                return false;
            ReadOnlySpan<byte> bytes = buffer.AsSpan(0, count);
            int refused = bytes.Count("HTTP/1.1 429"u8) + bytes.Count("HTTP/1.1 503"u8);
            int answered = refused > 0 && _kind.IsLong ? refused : bytes.Count(_kind.Mark);
            wanted -= answered;
            Interlocked.Add(ref _answers, answered);
            Interlocked.Add(ref _refusals, refused);
        }

        return true;
    }
}
