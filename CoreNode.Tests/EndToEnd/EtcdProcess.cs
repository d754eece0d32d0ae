namespace CoreNode.Tests.EndToEnd;

/// <summary>Debian's etcd 3.4 with the v2 API: the reference that suites are checked against.</summary>
internal static class EtcdProcess
{
    public static readonly ServerCommand Command = new("etcd", TestPrograms.Etcd, Arguments);

    /// <summary>Starts a fresh one and waits until it serves.</summary>
    public static Task<ServerProcess> StartAsync(params string[] extra) => ServerProcess.StartAsync(Command, extra);

    private static IEnumerable<string> Arguments(ServerPlace place) => ["--enable-v2", .. place.CommonFlags];
}
