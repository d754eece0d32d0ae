namespace CoreNode.Tests.EndToEnd;

/// <summary>
/// How one kind of server is run, so that the same suite judges corenode and, as a check of itself, etcd.
/// </summary>
/// <param name="Name">Shown in test names and failures.</param>
/// <param name="Program">Finds the executable; ignores the test where it is missing.</param>
/// <param name="Arguments">The arguments for one data folder and its ports.</param>
internal sealed record ServerCommand(
    string Name,
    Func<string> Program,
    Func<ServerPlace, IEnumerable<string>> Arguments)
{
    /// <summary>
    /// The command called "corenode" or "etcd" (the names that test fixtures take as their argument).
    /// </summary>
    public static ServerCommand Named(string name) => name switch
    {
        "corenode" => NodeProcess.Command,
        "etcd" => EtcdProcess.Command,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "corenode or etcd"),
    };
}
