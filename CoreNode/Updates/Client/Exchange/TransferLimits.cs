namespace CoreNode.Updates.Client.Exchange;

/// <summary>Bounds of every transfer, with update_engine's values where it had one.</summary>
public sealed record TransferLimits
{
    /// <summary>Until a connection is there, TLS included.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Within so long at least <see cref="SlowBytesPerSecond"/> each second must come.</summary>
    public TimeSpan SlowWindow { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Less is as good as nothing.</summary>
    public int SlowBytesPerSecond { get; init; } = 10;

    /// <summary>A whole exchange of small documents.</summary>
    public TimeSpan Exchange { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Redirects that are followed.</summary>
    public int MaxRedirects { get; init; } = 10;

    /// <summary>Attempts beside the first when there is no connection at all.</summary>
    public int NoNetworkRetries { get; init; } = 3;

    /// <summary>The same when a person waits.</summary>
    public int NoNetworkRetriesOnDemand { get; init; } = 1;

    /// <summary>Between such attempts.</summary>
    public TimeSpan NoNetworkPause { get; init; } = TimeSpan.FromSeconds(10);
}
