using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CoreNode.Tests.Updates.Client;

/// <summary>
/// A server on loopback that reads a request and then does with the connection whatever the test says, over TLS if it
/// has a certificate. Each connection ends after one answer.
/// </summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly X509Certificate2? _certificate;
    private readonly Func<RawRequest, Stream, CancellationToken, Task> _handle;
    private readonly Task _accepting;

    public RawServer(
        Func<RawRequest, Stream, CancellationToken, Task> handle, X509Certificate2? certificate = null)
    {
        _handle = handle;
        _certificate = certificate;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Answers every request with the bytes that the function gives.</summary>
    public RawServer(Func<RawRequest, string> answer, X509Certificate2? certificate = null)
        : this(
            (request, stream, stop) => stream.WriteAsync(Encoding.Latin1.GetBytes(answer(request)), stop).AsTask(),
            certificate)
    {
    }

    public int Port { get; }

    /// <summary>Its address with a path.</summary>
    public Uri At(string path) => new($"http{(_certificate is null ? "" : "s")}://127.0.0.1:{Port}{path}");

    /// <summary>What came so far.</summary>
    public ConcurrentQueue<RawRequest> Requests { get; } = new();

    /// <summary>A whole answer.</summary>
    public static string Answer(int status, string body, string headers = "") => string.Create(
        CultureInfo.InvariantCulture,
        $"HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {body.Length}\r\n"
        + $"{headers}\r\n{body}");

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
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using Stream stream = await OpenAsync(new NetworkStream(socket, ownsSocket: true));
            RawRequest request = await RawRequest.ReadAsync(stream, _stop.Token);
            Requests.Enqueue(request);
            await _handle(request, stream, _stop.Token);
            // What the client still sends is taken, so that closing resets nothing that it has not read.
            socket.Shutdown(SocketShutdown.Send);
            await socket.ReceiveAsync(new byte[1], _stop.Token);
        }
        catch (Exception over) when (
            over is IOException or OperationCanceledException or AuthenticationException or SocketException
                or ObjectDisposedException)
        {
            // The client has gone, or the test is over.
        }
    }

    private async Task<Stream> OpenAsync(NetworkStream plain)
    {
        if (_certificate is null)
            return plain;
        SslStream tls = new(plain);
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
        return tls;
    }
}
