namespace CoreNode.Api.Limits;

/// <summary>
/// Limits as they were wanted, and as they hold: no more connections than the process may open files.
/// </summary>
/// <param name="Wanted">By the configuration.</param>
/// <param name="Effective">What holds.</param>
internal sealed record HeldLimits(ApiLimits Wanted, ApiLimits Effective)
{
    // Log, snapshots, peers and other listeners need files besides.
    private const long FilesForOthers = 512;

    /// <summary>What holds where a process may open that many files.</summary>
    public static HeldLimits Of(ApiLimits wanted, long openFiles)
    {
        long files = Math.Max(openFiles - FilesForOthers, openFiles / 2);
        int connections = (int)Math.Min(wanted.MaxConnections, files);
        int ofClient = Math.Min(wanted.MaxClientConnections, ThreeQuarters(connections));
        return new HeldLimits(wanted, wanted with
        {
            MaxConnections = connections,
            MaxClientConnections = ofClient,
            MaxWatches = Math.Min(wanted.MaxWatches, ThreeQuarters(connections)),
            MaxClientWatches = Math.Min(wanted.MaxClientWatches, ThreeQuarters(ofClient)),
        });
    }

    private static int ThreeQuarters(int number) => Math.Max(1, (int)(number * 3L / 4));
}
