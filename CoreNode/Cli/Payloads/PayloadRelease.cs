namespace CoreNode.Cli.Payloads;

/// <summary>What a payload says of its release.</summary>
public sealed record PayloadRelease
{
    /// <summary>For people.</summary>
    public required string Version { get; init; }

    /// <summary>Release counter.</summary>
    public required ulong Counter { get; init; }

    /// <summary>Lowest counter to come from; 0 for any.</summary>
    public required ulong MinimumCounter { get; init; }

    /// <summary>Last day and time; null for never.</summary>
    public required string? Expires { get; init; }

    /// <summary>Kind of machine; empty for any.</summary>
    public required string Board { get; init; }

    /// <summary>Application; empty for any.</summary>
    public required string AppId { get; init; }

    /// <summary>Root hash of the dm-verity tree; empty for none.</summary>
    public required string VerityRootHash { get; init; }

    /// <summary>SHA-256 of the kernels that the slot may boot.</summary>
    public required IReadOnlyList<string> KernelHashes { get; init; }
}
