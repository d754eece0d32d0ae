namespace CoreNode.Api.Relay;

/// <summary>Settings of a worker's surface towards the members. Every wait and retry has its bound here.</summary>
public sealed record RelayOptions
{
    /// <summary>This worker's name, for its status page.</summary>
    public string Name { get; init; } = "";

    /// <summary>Only reads are passed on.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>How long a member may take to accept a connection, TLS included.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a member may take to begin its answer to a plain read of a key, which needs no other member; then the
    /// next one is asked.
    /// </summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The same for everything else: longer than the 7 s after which a member without quorum answers with the reason.
    /// </summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an answer that has begun may stand still; watches have no limit.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a probe of a member may take.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Idle connections to one member that are kept.</summary>
    public int MaxIdleConnections { get; init; } = 256;

    /// <summary>Idle connections are closed after this.</summary>
    public TimeSpan IdleConnectionTime { get; init; } = TimeSpan.FromSeconds(60);
}
