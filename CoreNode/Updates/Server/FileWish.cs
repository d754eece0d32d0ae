namespace CoreNode.Updates.Server;

/// <summary>A further file of a package.</summary>
public sealed record FileWish
{
    /// <summary>A delta, an extra file, or the full payload where there is none yet.</summary>
    public required CatalogueFileKind Kind { get; init; }

    /// <summary>Its name in URLs; "delta-from-VERSION.payload" for a delta if null.</summary>
    public string? Name { get; init; }

    /// <summary>Of a delta: the version that a machine must run.</summary>
    public string FromVersion { get; init; } = "";

    /// <summary>Of an extra file: machines cannot do without.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Bytes that are announced; another number is refused.</summary>
    public long? Size { get; init; }

    /// <summary>SHA-256 that is announced, hexadecimal; another one is refused.</summary>
    public string? Sha256 { get; init; }
}
