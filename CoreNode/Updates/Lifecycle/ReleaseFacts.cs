namespace CoreNode.Updates.Lifecycle;

/// <summary>
/// What the payload's metadata say of the release, after a trusted key's signature on them was verified.
/// </summary>
public sealed record ReleaseFacts
{
    /// <summary>The version.</summary>
    public required string Version { get; init; }

    /// <summary>The release counter, which only grows; 0 if the payload carries none (major version 1).</summary>
    public ulong Counter { get; init; }

    /// <summary>The lowest release counter that a machine may come from; 0: any.</summary>
    public ulong MinimumCounter { get; init; }

    /// <summary>When it must not be taken any more; null: no date.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>For which machines it is; empty: for any.</summary>
    public string Board { get; init; } = "";

    /// <summary>Of which product it is; empty: not said.</summary>
    public string AppId { get; init; } = "";

    /// <summary>
    /// What names the payload, the same for the same bytes only (its SHA-256, or that of its signed metadata): a
    /// checkpoint of another one is of no use. Empty: not known, so nothing is resumed.
    /// </summary>
    public string PayloadId { get; init; } = "";

    /// <summary>True if its version is older than the one that runs, by the order of versions.</summary>
    public bool IsOlderThanRunning { get; init; }
}
