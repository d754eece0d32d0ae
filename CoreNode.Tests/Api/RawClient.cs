using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace CoreNode.Tests.Api;

/// <summary>A connection that sends exactly the bytes it is given and reads answers one after the other.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    // Passwords are hashed at the lowest priority, beside whatever else the machine builds.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly Socket _socket;
    private readonly List<byte> _received = [];

    private RawClient(Socket socket) => _socket = socket;

    /// <summary>What encrypts the connection; null without TLS.</summary>
    public SslStream? Tls { get; private init; }

    public static async Task<RawClient> OpenAsync(Uri server, int receiveBufferBytes = 0)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBufferBytes > 0)
            socket.ReceiveBufferSize = receiveBufferBytes;
        await socket.ConnectAsync(server.Host, server.Port);
        return new RawClient(socket);
    }

    /// <summary>A connection from another address of this machine.</summary>
    public static async Task<RawClient> OpenFromAsync(IPAddress source, Uri server, int receiveBufferBytes = 0)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBufferBytes > 0)
            socket.ReceiveBufferSize = receiveBufferBytes;
        socket.Bind(new IPEndPoint(source, 0));
        await socket.ConnectAsync(server.Host, server.Port);
        return new RawClient(socket);
    }

    /// <summary>A connection whose handshake is done; the server's certificate is taken as it is.</summary>
    public static async Task<RawClient> OpenTlsAsync(
        Uri server, SslClientAuthenticationOptions? options = null, Func<Stream, Stream>? wrap = null)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server.Host, server.Port);
        Stream stream = new NetworkStream(socket);
        SslStream tls = new(wrap is null ? stream : wrap(stream));
        options ??= new SslClientAuthenticationOptions();
        options.TargetHost ??= server.Host;
#pragma warning disable CA5359 // the test looks at the certificate itself, or at the server
        options.RemoteCertificateValidationCallback ??= static (_, _, _, _) => true;
#pragma warning restore CA5359
        using CancellationTokenSource deadline = new(s_patience);
        try
        {
            await tls.AuthenticateAsClientAsync(options, deadline.Token);
            return new RawClient(socket) { Tls = tls };
        }
        catch
        {
            await tls.DisposeAsync();
            socket.Dispose();
            throw;
        }
    }

    public static async Task<RawClient> OpenAsync(string unixSocket)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(unixSocket));
        return new RawClient(socket);
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Sends below what encrypts.</summary>
    public async Task SendBelowAsync(byte[] bytes) => await _socket.SendAsync(bytes);

    public async Task SendAsync(byte[] bytes)
    {
        if (Tls is not null)
        {
            await Tls.WriteAsync(bytes);
            return;
        }

        for (int sent = 0; sent < bytes.Length;)
            sent += await _socket.SendAsync(bytes.AsMemory(sent));
    }

    /// <summary>Says that nothing more will be sent.</summary>
    public void CloseSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Cuts the connection so that the server sees a reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    /// <summary>Sends a request and reads its answer.</summary>
    public async Task<RawAnswer> AskAsync(string method, string target, string headers = "", string body = "")
    {
        string length = body.Length == 0 && method is "GET" or "HEAD"
            ? "" : $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n";
        await SendAsync($"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{length}{headers}\r\n{body}");
        return await ReadAsync(method == "HEAD");
    }

    /// <summary>Sends a form and reads the answer.</summary>
    public Task<RawAnswer> PutAsync(string key, string form) =>
        AskAsync("PUT", "/v2/keys" + key, "Content-Type: application/x-www-form-urlencoded\r\n", form);

    /// <summary>Reads one whole answer.</summary>
    public async Task<RawAnswer> ReadAsync(bool isHead = false)
    {
        RawAnswer head = await ReadHeadAsync();
        if (isHead || head.Status == 204)
            return head;
        if (head["Transfer-Encoding"] != "chunked")
        {
            byte[] body = head["Content-Length"] is { } length
                ? await TakeAsync(int.Parse(length, CultureInfo.InvariantCulture)) : await TakeToEndAsync();
            return head with { Body = Encoding.UTF8.GetString(body) };
        }

        StringBuilder text = new();
        while (await ReadChunkAsync() is { } chunk)
            text.Append(chunk);
        return head with { Body = text.ToString() };
    }

    /// <summary>Reads status line and headers.</summary>
    public async Task<RawAnswer> ReadHeadAsync()
    {
        List<string> lines = [];
        while (await ReadLineAsync() is { Length: > 0 } line)
            lines.Add(line);
        int status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        return new RawAnswer(status, lines[0], lines[1..], "");
    }

    /// <summary>Reads one chunk of a body; null at its proper end.</summary>
    public async Task<string?> ReadChunkAsync()
    {
        int length = int.Parse(await ReadLineAsync(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        byte[] chunk = await TakeAsync(length);
        await ReadLineAsync();
        return length == 0 ? null : Encoding.UTF8.GetString(chunk);
    }

    /// <summary>Everything up to the end of the connection.</summary>
    public async Task<byte[]> TakeToEndAsync()
    {
        while (await FillAsync())
        {
        }

        byte[] all = [.. _received];
        _received.Clear();
        return all;
    }

    /// <summary>True if the connection ends (or is reset) before anything more comes.</summary>
    public async Task<bool> IsEndedAsync()
    {
        try
        {
            return _received.Count == 0 && !await FillAsync();
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return true;
        }
    }

    /// <summary>Takes what has come or comes next, at least a byte.</summary>
    public async Task<int> DrainSomeAsync()
    {
        if (_received.Count == 0)
            await FillAsync();
        int count = _received.Count;
        _received.Clear();
        return count;
    }

    public ValueTask DisposeAsync()
    {
        Tls?.Dispose();
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string> ReadLineAsync()
    {
        int end;
        while ((end = _received.IndexOf((byte)'\n')) < 0)
        {
            if (!await FillAsync())
                throw new EndOfStreamException("the connection ended inside a line");
        }

        string line = Encoding.Latin1.GetString([.. _received[..end]]).TrimEnd('\r');
        _received.RemoveRange(0, end + 1);
        return line;
    }

    private async Task<byte[]> TakeAsync(int count)
    {
        while (_received.Count < count)
        {
            if (!await FillAsync())
                throw new EndOfStreamException("the connection ended inside a body");
        }

        byte[] taken = [.. _received[..count]];
        _received.RemoveRange(0, count);
        return taken;
    }

    private async Task<bool> FillAsync()
    {
        byte[] buffer = new byte[64 << 10];
        using CancellationTokenSource deadline = new(s_patience);
        int count = Tls is null
            ? await _socket.ReceiveAsync(buffer, deadline.Token) : await Tls.ReadAsync(buffer, deadline.Token);
        _received.AddRange(buffer.AsSpan(0, count));
        return count > 0;
    }
}
