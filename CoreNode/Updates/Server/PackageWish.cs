namespace CoreNode.Updates.Server;

/// <summary>What a package shall be, beside what its payload says of itself; null takes that or the default.</summary>
public sealed record PackageWish
{
    /// <summary>Needed for payloads that carry no version; others must not contradict.</summary>
    public string? Version { get; init; }

    /// <summary>The kind of machine, likewise.</summary>
    public string? Board { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>A page about it.</summary>
    public string? MoreInfo { get; init; }

    /// <summary>The payload's name in URLs; "update.payload" if null.</summary>
    public string? FileName { get; init; }

    /// <summary>Bytes that are announced; another number is refused.</summary>
    public long? Size { get; init; }

    /// <summary>SHA-256 that is announced, hexadecimal; another one is refused.</summary>
    public string? Sha256 { get; init; }
}
