namespace CoreNode.Provision.Model;

/// <summary>How a configuration wants its contents to be fetched (Ignition's timeouts, security and proxy).</summary>
public sealed record FetchOptions
{
    /// <summary>As Ignition does it where nothing is said.</summary>
    public static readonly FetchOptions Default = new();

    /// <summary>Limit for the head of an answer; null: none of its own.</summary>
    public TimeSpan? HeaderLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Limit for a content with all tries; null: none of its own.</summary>
    public TimeSpan? TotalLimit { get; init; }

    /// <summary>Proxy for http; null: none.</summary>
    public Uri? HttpProxy { get; init; }

    /// <summary>Proxy for https; null: that for http.</summary>
    public Uri? HttpsProxy { get; init; }

    /// <summary>
    /// Hosts that are reached without a proxy: names, ".name", addresses, networks, "*", each with a port.
    /// </summary>
    public IReadOnlyList<string> NoProxy { get; init; } = [];

    /// <summary>Certificates (PEM) of authorities that count besides the system's.</summary>
    public IReadOnlyList<ContentPart> Authorities { get; init; } = [];
}
