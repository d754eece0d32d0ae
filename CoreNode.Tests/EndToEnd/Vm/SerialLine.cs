using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace CoreNode.Tests.EndToEnd.Vm;

/// <summary>
/// A serial port of a virtual machine: what is typed at it, and all that came from it. It is always read: QEMU
/// sends each character by itself, and some hundred of them that nobody reads would stop the port. QEMU's own log of
/// the port is no substitute: a character that the socket does not take at once is in that log twice.
/// </summary>
internal sealed class SerialLine : IAsyncDisposable
{
    private static readonly TimeSpan _connectLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(5);

    private readonly StringBuilder _text = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task<Socket> _socket;

    /// <summary>The port at the socket that QEMU makes, or will soon.</summary>
    public SerialLine(string path)
    {
        _socket = ConnectAsync(path);
        Ended = ReadAsync();
    }

    /// <summary>What it wrote, with plain line ends.</summary>
    public string Text
    {
        get
        {
            lock (_text)
                return _text.ToString();
        }
    }

    /// <summary>Done once nothing more comes from it; <see cref="Text"/> is whole then. It does not fail.</summary>
    public Task Ended { get; }

    /// <summary>
    /// QEMU's words for such a port; it does not start the machine before somebody is connected, so that nothing is
    /// lost.
    /// </summary>
    public static string[] Arguments(string name, string path) =>
        ["-chardev", $"socket,id={name},path={path},server=on,wait=on", "-serial", $"chardev:{name}"];

    /// <summary>Types it.</summary>
    public async Task SendAsync(string text) =>
        await (await _socket).SendAsync(Encoding.ASCII.GetBytes(text), _end.Token);

    /// <summary>Ends it; what it wrote stays.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Ended;
        _end.Dispose();
    }

    private async Task<Socket> ConnectAsync(string path)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), _end.Token);
                return socket;
            }
            catch (SocketException) when (watch.Elapsed < _connectLimit)
            {
                // QEMU is about to make it.
                socket.Dispose();
            }

            await Task.Delay(_pause, _end.Token);
        }
    }

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[4096];
        char[] characters = new char[buffer.Length + 1];
        Decoder decoder = Encoding.UTF8.GetDecoder();
        try
        {
            using Socket socket = await _socket;
            int read;
            while ((read = await socket.ReceiveAsync(buffer, _end.Token)) > 0)
                Add(characters.AsSpan(0, decoder.GetChars(buffer, 0, read, characters, 0)));
        }
        catch (Exception over) when (over is SocketException or OperationCanceledException)
        {
            // The machine is off, or nobody listens any more.
        }
    }

    private void Add(ReadOnlySpan<char> characters)
    {
        lock (_text)
        {
            foreach (char one in characters)
            {
                if (one != '\r')
                    _text.Append(one);
            }
        }
    }
}
