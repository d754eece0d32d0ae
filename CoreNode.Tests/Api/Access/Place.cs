using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Api.Access;

/// <summary>A real listener and who asks there: one way into a column of the table in docs/security.md.</summary>
/// <param name="Column">The column's heading.</param>
/// <param name="AskAsync">Sends a request there; gives status and body.</param>
internal sealed record Place(string Column, Func<AskedRequest, Task<(int Status, string Body)>> AskAsync)
{
    /// <summary>No user is named, where users count.</summary>
    public bool IsGuest { get; init; }

    /// <summary>A user and group that own nothing on this machine ("nobody").</summary>
    private const string Stranger = "65534";

    /// <summary>Asks over TCP, with TLS if the URL says so, as this process.</summary>
    public static Place At(
        string column, Uri listener, X509Certificate2? certificate = null, AuthenticationHeaderValue? user = null)
    {
        // A listener on all addresses is reached by loopback like by any other one.
        Uri url = new UriBuilder(listener) { Host = "127.0.0.1" }.Uri;
        SslClientAuthenticationOptions tls = new()
        {
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            ClientCertificates = certificate is null ? [] : [certificate],
        };
        return new Place(column, async request =>
        {
            using HttpClient client = new(new SocketsHttpHandler { SslOptions = tls, UseProxy = false });
            client.DefaultRequestHeaders.Authorization = user;
            return await AskAsyncBy(client, url, request);
        });
    }

    /// <summary>Asks through a unix socket as this process.</summary>
    public static Place AtSocket(string column, string path) => new(column, async request =>
    {
        using HttpClient client = new(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        return await AskAsyncBy(client, new Uri("http://corenode/"), request);
    });

    /// <summary>Asks through a unix socket as a process of another user.</summary>
    public static Place AtSocketAsStranger(string column, string path) => new(column, async request =>
    {
        string[] arguments =
        [
            "--reuid", Stranger, "--regid", Stranger, "--clear-groups", TestPrograms.Curl(), "--silent",
            "--unix-socket", path, request.Method == "HEAD" ? "--head" : "-X" + request.Method,
            "--write-out", "\n%{http_code}", "http://corenode" + request.Target,
        ];
        ProgramResult result = await ProgramResult.OfAsync(TestPrograms.Setpriv(), arguments);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        int end = result.Output.LastIndexOf('\n');
        int status = int.Parse(result.Output.AsSpan(end + 1), NumberStyles.None, CultureInfo.InvariantCulture);
        return (status, result.Output[..end]);
    });

    public override string ToString() => Column;

    private static async Task<(int Status, string Body)> AskAsyncBy(HttpClient client, Uri url, AskedRequest asked)
    {
        using HttpRequestMessage request = new(new HttpMethod(asked.Method), new Uri(url, asked.Target));
        using HttpResponseMessage answer = await client.SendAsync(request);
        byte[] body = await answer.Content.ReadAsByteArrayAsync();
        return ((int)answer.StatusCode, Encoding.UTF8.GetString(body));
    }
}
