namespace CoreNode.Updates.Server;

/// <summary>A file of a package, verified when it came in. Immutable.</summary>
public sealed record CatalogueFile
{
    /// <summary>What it is.</summary>
    public required CatalogueFileKind Kind { get; init; }

    /// <summary>Its name in URLs; unique in the package.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 in hexadecimal, small letters: its name on the shelf.</summary>
    public required string Sha256 { get; init; }

    /// <summary>SHA-1 in hexadecimal, which the protocol has a place for.</summary>
    public required string Sha1 { get; init; }

    /// <summary>Bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Of a delta: the version that a machine must run.</summary>
    public string FromVersion { get; init; } = "";

    /// <summary>Of an extra file: machines cannot do without.</summary>
    public bool IsRequired { get; init; }

    /// <summary>It is a payload: full or delta.</summary>
    public bool IsPayload => Kind != CatalogueFileKind.Extra;
}
