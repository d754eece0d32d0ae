namespace CoreNode.Updates.Server;

/// <summary>An application: what machines ask updates for. Immutable.</summary>
public sealed record CatalogueApp
{
    /// <summary>Without braces, in small letters; never changes.</summary>
    public required string Id { get; init; }

    /// <summary>For people; no two applications have the same.</summary>
    public required string Name { get; init; }

    /// <summary>For people.</summary>
    public string Description { get; init; } = "";

    /// <summary>
    /// Id of the group that machines of unknown groups are taken for; empty for none: they are refused then.
    /// </summary>
    public string DefaultGroup { get; init; } = "";

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }
}
