namespace CoreNode.Updates.Client.Exchange;

/// <summary>How servers are reached.</summary>
public sealed record TransferOptions
{
    /// <summary>Name and version of this client, as User-Agent.</summary>
    public required string Client { get; init; }

    /// <summary>Judges the certificates of servers.</summary>
    public required IServerTrust Trust { get; init; }

    /// <summary>The proxies, if any.</summary>
    public ProxySettings Proxies { get; init; } = ProxySettings.None;

    /// <summary>User for basic authentication; null for none.</summary>
    public string? User { get; init; }

    /// <summary>Its password.</summary>
    public string? Password { get; init; }

    /// <summary>Bounds.</summary>
    public TransferLimits Limits { get; init; } = new();
}
