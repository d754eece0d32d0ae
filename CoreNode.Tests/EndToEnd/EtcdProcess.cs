namespace CoreNode.Tests.EndToEnd;

/// <summary>Debian's etcd 3.4 with the v2 API: the reference that suites are checked against.</summary>
internal static class EtcdProcess
{
    public static readonly ServerCommand Command = new("etcd", TestPrograms.Etcd, Arguments);

    /// <summary>Starts a fresh one and waits until it serves.</summary>
    public static Task<ServerProcess> StartAsync(params string[] extra) => ServerProcess.StartAsync(Command, extra);

    private static IEnumerable<string> Arguments(ServerPlace place) =>
    [
        "--enable-v2",
        "--name", "default",
        "--data-dir", place.DataFolder,
        "--listen-client-urls", Text(place.ClientUrl),
        "--advertise-client-urls", Text(place.ClientUrl),
        "--listen-peer-urls", Text(place.PeerUrl),
        "--initial-advertise-peer-urls", Text(place.PeerUrl),
        "--initial-cluster", $"default={Text(place.PeerUrl)}",
    ];

    // Without the slash that Uri adds: the URL becomes part of what etcdctl prints.
    private static string Text(Uri url) => url.GetLeftPart(UriPartial.Authority);
}
