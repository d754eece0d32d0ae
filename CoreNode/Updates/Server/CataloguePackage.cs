namespace CoreNode.Updates.Server;

/// <summary>
/// A version of an application for one kind of machine, with its files. What it says of itself is what its payload's
/// signed metadata says, where that does. Immutable.
/// </summary>
public sealed record CataloguePackage
{
    /// <summary>Its number; never used again.</summary>
    public required long Id { get; init; }

    /// <summary>Id of the application.</summary>
    public required string App { get; init; }

    /// <summary>Unique together with application and board.</summary>
    public required string Version { get; init; }

    /// <summary>The kind of machine; empty for any.</summary>
    public string Board { get; init; } = "";

    /// <summary>The signed counter that grows with every release; 0 for payloads of others, which have none.</summary>
    public ulong Counter { get; init; }

    /// <summary>The lowest counter that a machine must come from; 0 for any.</summary>
    public ulong MinimumCounter { get; init; }

    /// <summary>From when on machines do not take it any more; null for never.</summary>
    public DateTimeOffset? Expiry { get; init; }

    /// <summary>For people.</summary>
    public string Description { get; init; } = "";

    /// <summary>A page about it; machines are told.</summary>
    public string MoreInfo { get; init; } = "";

    /// <summary>Where it came from: "upload", "import", "sync https://…".</summary>
    public string Origin { get; init; } = "";

    /// <summary>When it came.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Its files, the full payload first.</summary>
    public required IReadOnlyList<CatalogueFile> Files { get; init; }

    /// <summary>The payload that needs nothing; null while there are only deltas.</summary>
    public CatalogueFile? Full => Files.Count > 0 && Files[0].Kind == CatalogueFileKind.Full ? Files[0] : null;
}
