namespace CoreNode.Cli.Discovery;

/// <summary>How `corenode discovery serve` was called.</summary>
public sealed record DiscoveryServing
{
    /// <summary>Where clients are served.</summary>
    public required IReadOnlyList<Uri> ListenUrls { get; init; }

    /// <summary>The service's URL in new tokens; null for the one that the client used.</summary>
    public required string? AdvertiseUrl { get; init; }

    /// <summary>Everything durable is below it.</summary>
    public required string DataFolder { get; init; }

    /// <summary>How long a token lives.</summary>
    public required TimeSpan TokenTtl { get; init; }

    /// <summary>Most tokens at a time.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>New tokens that one client may have in a minute.</summary>
    public required int TokensPerMinute { get; init; }

    /// <summary>Certificate for https URLs (PEM); null for none.</summary>
    public required string? CertFile { get; init; }

    /// <summary>Its key (PEM).</summary>
    public required string? KeyFile { get; init; }
}
