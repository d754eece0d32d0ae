namespace CoreNode.Tests.EndToEnd;

/// <summary>The native `corenode node` in a folder of its own on free loopback ports.</summary>
internal static class NodeProcess
{
    public static readonly ServerCommand Command = new("corenode", TestPrograms.Corenode, Arguments);

    /// <summary>Starts a fresh node and waits until it serves.</summary>
    public static Task<ServerProcess> StartAsync(params string[] extra) => ServerProcess.StartAsync(Command, extra);

    private static IEnumerable<string> Arguments(ServerPlace place) =>
    [
        "node",
        "--name", "default",
        "--data-dir", place.DataFolder,
        "--listen-client-urls", Text(place.ClientUrl),
        "--advertise-client-urls", Text(place.ClientUrl),
        "--listen-peer-urls", Text(place.PeerUrl),
        "--initial-advertise-peer-urls", Text(place.PeerUrl),
        "--initial-cluster", $"default={Text(place.PeerUrl)}",
        "--unix-socket", place.SocketPath,
    ];

    private static string Text(Uri url) => url.GetLeftPart(UriPartial.Authority);
}
