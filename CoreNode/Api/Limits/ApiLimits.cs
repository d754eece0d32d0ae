namespace CoreNode.Api.Limits;

/// <summary>
/// What the surface bounds, with the defaults: far above what a few members serving hundreds of workers meet, far below
/// what ends a node. A client is a remote IP address; the unix socket is bounded by the sums only. What each answers,
/// and which flag sets it, says <see cref="LimitTable"/>.
/// </summary>
public sealed record ApiLimits
{
    /// <summary>Connections at the same time; also bounded by the process' limit of open files.</summary>
    public int MaxConnections { get; init; } = 30_000;

    /// <summary>Connections of one client; never more than three quarters of all.</summary>
    public int MaxClientConnections { get; init; } = 10_000;

    /// <summary>Watches at the same time; never more than three quarters of the connections.</summary>
    public int MaxWatches { get; init; } = 20_000;

    /// <summary>Watches of one client; never more than three quarters of its connections.</summary>
    public int MaxClientWatches { get; init; } = 7_500;

    /// <summary>Requests of one client that are read, wait or are answered, watches included.</summary>
    public int MaxClientRequests { get; init; } = 8_192;

    /// <summary>Writes that wait for the log, all clients together.</summary>
    public int MaxWaitingWrites { get; init; } = 16_384;

    /// <summary>Writes of one client that wait for the log.</summary>
    public int MaxClientWaitingWrites { get; init; } = 4_096;

    /// <summary>Long listings and snapshots that are being sent; each holds a state of the store.</summary>
    public int MaxListings { get; init; } = 512;

    /// <summary>Long listings and snapshots that one client is being sent.</summary>
    public int MaxClientListings { get; init; } = 64;

    /// <summary>Bytes of bodies that do not come at one go and of writes that wait, all clients together.</summary>
    public long MaxBodyBytes { get; init; } = 256L << 20;

    /// <summary>
    /// The same of one client. More at once can keep a slow disk busy for longer than an election, because what waits
    /// is written together.
    /// </summary>
    public long MaxClientBodyBytes { get; init; } = 20L << 20;

    /// <summary>Longest request line with headers, which is Go's: 1 MiB and 4 KiB.</summary>
    public int MaxHeaderBytes { get; init; } = (1 << 20) + 4096;

    /// <summary>Bytes of request lines and headers that are not complete, beyond 16 KiB each.</summary>
    public long MaxHeaderBytesInSum { get; init; } = 128L << 20;

    /// <summary>The same of one client.</summary>
    public long MaxClientHeaderBytes { get; init; } = 32L << 20;

    /// <summary>Longest form, which is etcd's and Go's: 10 MiB.</summary>
    public int MaxFormBytes { get; init; } = 10 << 20;

    /// <summary>Longest JSON body of the members and auth surfaces.</summary>
    public int MaxJsonBytes { get; init; } = 1 << 20;

    /// <summary>How long request line and headers may take from their first byte on.</summary>
    public TimeSpan HeadTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Slowest body and slowest reader of an answer, in bytes a second.</summary>
    public int MinBytesPerSecond { get; init; } = 1024;

    /// <summary>How long a body or a reader may stand still before its rate counts.</summary>
    public TimeSpan GraceTime { get; init; } = TimeSpan.FromSeconds(10);
}
