namespace CoreNode.Updates.Omaha;

/// <summary>A file of a version.</summary>
public sealed record OmahaPackage
{
    /// <summary>Its name below a codebase.</summary>
    public string? Name { get; init; }

    /// <summary>SHA-1 in Base64.</summary>
    public string? Sha1 { get; init; }

    /// <summary>SHA-256 in Base64, or hexadecimal from newer servers.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Bytes, as written: what is no number is a fault only where the size is needed.</summary>
    public string? Size { get; init; }

    /// <summary>It is needed.</summary>
    public bool IsRequired { get; init; }
}
