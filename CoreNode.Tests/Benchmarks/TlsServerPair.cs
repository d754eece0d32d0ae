using System.Security.Cryptography.X509Certificates;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Pki;

namespace CoreNode.Tests.Benchmarks;

/// <summary>Both servers, each with a plain and an https address for clients and the same certificates.</summary>
internal sealed class TlsServerPair : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly TestAuthority _authority = new();
    private readonly List<(ServerProcess Server, Uri Url)> _servers = [];

    private TlsServerPair()
    {
    }

    public ServerProcess Etcd => _servers[0].Server;

    public ServerProcess Node => _servers[1].Server;

    /// <summary>Starts both.</summary>
    /// <param name="asks">Whether clients must show a certificate; <see cref="TlsClient"/> then shows one.</param>
    public static async Task<TlsServerPair> StartAsync(bool asks)
    {
        TlsServerPair pair = new();
        try
        {
            using X509Certificate2 own = pair._authority.Issue("server", ["127.0.0.1"]);
            TestAuthority.Write(pair._folder.Path, "server", own);
            pair._authority.WriteCa(pair._folder.Path);
            if (asks)
                TlsClient.Show(pair._folder.File("server.crt"), pair._folder.File("server.key"));
            foreach (ServerCommand command in new[] { EtcdProcess.Command, NodeProcess.Command })
                await pair.StartAsync(command, asks);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>Measures etcd, then CoreNode, so many times.</summary>
    public List<(T Etcd, T Node)> InTurn<T>(int passes, Func<ServerProcess, Uri, T> measure)
    {
        List<(T, T)> results = [];
        for (int pass = 0; pass < passes; pass++)
            results.Add((measure(_servers[0].Server, _servers[0].Url), measure(_servers[1].Server, _servers[1].Url)));
        return results;
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((ServerProcess server, Uri _) in _servers)
            await server.DisposeAsync();
        _folder.Dispose();
        _authority.Dispose();
    }

    private async Task StartAsync(ServerCommand command, bool asks)
    {
        Uri url = new($"https://127.0.0.1:{FreePorts.Next()}");
        ServerCommand secured = command with
        {
            Arguments = place => Replaced(
                command.Arguments(place), "--listen-client-urls",
                $"{ServerPlace.Text(place.ClientUrl)},{ServerPlace.Text(url)}"),
        };
        List<string> extra = ["--cert-file", _folder.File("server.crt"), "--key-file", _folder.File("server.key")];
        if (asks)
            extra.AddRange(["--trusted-ca-file", _folder.File("ca.crt"), "--client-cert-auth"]);
        _servers.Add((await ServerProcess.StartAsync(secured, [.. extra]), url));
    }

    private static IEnumerable<string> Replaced(IEnumerable<string> arguments, string flag, string value)
    {
        bool isValue = false;
        foreach (string argument in arguments)
        {
            yield return isValue ? value : argument;
            isValue = argument == flag;
        }
    }
}
