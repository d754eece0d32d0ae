namespace CoreNode.Proxy;

/// <summary>Where a worker begins to look for its members.</summary>
public sealed record FollowerOptions
{
    /// <summary>Folder of <c>members.json</c>; made if absent.</summary>
    public required string Folder { get; init; }

    /// <summary>Peer URLs of the members that the options name, asked while nobody else is known to answer.</summary>
    public required IReadOnlyList<string> InitialPeerUrls { get; init; }

    /// <summary>Becomes this worker's identity at its first start; later the one in its file stays.</summary>
    public required ulong Seed { get; init; }

    /// <summary>First wait while no member answers; doubles up to <see cref="MaxSearchWait"/>.</summary>
    public TimeSpan MinSearchWait { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest wait between two searches.</summary>
    public TimeSpan MaxSearchWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often it is said again that no member answers.</summary>
    public TimeSpan ComplainInterval { get; init; } = TimeSpan.FromSeconds(30);
}
