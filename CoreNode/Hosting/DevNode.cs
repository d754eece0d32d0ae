using System.Net;
using System.Net.NetworkInformation;
using CoreNode.Cluster;

namespace CoreNode.Hosting;

/// <summary>`--dev`: a node to try things on. Nothing of it is left when it stops.</summary>
internal sealed class DevNode : IDisposable
{
    // The port of fleet's examples.
    private static readonly Uri s_admin = new("http://127.0.0.1:49153");

    private readonly string _folder = Directory.CreateTempSubdirectory("corenode-dev-").FullName;

    /// <summary>The options with a temporary folder and, where a usual port is taken, a free one.</summary>
    internal NodeOptions Adapt(NodeOptions options)
    {
        IPEndPoint[] listeners = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners();
        HashSet<int> taken = [.. Array.ConvertAll(listeners, static l => l.Port)];
        List<Uri> clients = [.. options.ListenClientUrls.Select(u => OnFreePort(u, taken))];
        IEnumerable<Uri> wanted = options.ListenAdminUrls.Count > 0 ? options.ListenAdminUrls : [s_admin];
        List<Uri> admins = [.. wanted.Select(u => OnFreePort(u, taken))];
        List<Uri> peers = [.. options.ListenPeerUrls.Select(u => OnFreePort(u, taken))];
        string[] peerTexts = [.. peers.Select(u => u.GetLeftPart(UriPartial.Authority))];
        return options with
        {
            DataFolder = Path.Combine(_folder, "data"),
            ListenClientUrls = clients,
            AdvertiseClientUrls = [.. clients.Select(u => u.GetLeftPart(UriPartial.Authority))],
            ListenPeerUrls = peers,
            AdvertisePeerUrls = peerTexts,
            ListenAdminUrls = admins,
            InitialCluster = [new InitialMember(options.Name, peerTexts)],
            UnixSocket = Path.Combine(_folder, "corenode.sock"),
        };
    }

    /// <summary>Three things to try.</summary>
    internal static string Hints(IReadOnlyList<Uri> urls, string command)
    {
        string url = urls[0].GetLeftPart(UriPartial.Authority);
        string endpoint = urls[0].Port == 2379 ? "" : $"--endpoints {url} ";
        return $"""

            A throw-away node of CoreNode serves on {url}. In another terminal, try:

              {command} {endpoint}kv set /greeting "hello, world"
              curl {url}/v2/keys/greeting
              {command} {endpoint}kv watch --recursive --forever /

            Ctrl-C stops it and removes its data.

            """;
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (IOException)
        {
            // A temporary folder that could not be removed is the system's to clean.
        }
    }

    private static Uri OnFreePort(Uri url, HashSet<int> taken)
    {
        if (taken.Add(url.Port))
            return url;
        using System.Net.Sockets.TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        int port = ((IPEndPoint)probe.LocalEndpoint).Port;
        taken.Add(port);
        return new UriBuilder(url) { Port = port }.Uri;
    }
}
