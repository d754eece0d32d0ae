namespace CoreNode.Tests.EndToEnd;

/// <summary>The native `corenode node` in a folder of its own on free loopback ports.</summary>
internal static class NodeProcess
{
    public static readonly ServerCommand Command = new("corenode", TestPrograms.Corenode, Arguments);

    /// <summary>Starts a fresh node and waits until it serves.</summary>
    public static Task<ServerProcess> StartAsync(params string[] extra) => ServerProcess.StartAsync(Command, extra);

    private static IEnumerable<string> Arguments(ServerPlace place) =>
        ["node", .. place.CommonFlags, "--unix-socket", place.SocketPath];
}
