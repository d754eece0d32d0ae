namespace CoreNode.Updates.Server;

/// <summary>What a file of a package is.</summary>
public enum CatalogueFileKind
{
    /// <summary>A payload that needs nothing of the old version.</summary>
    Full = 1,

    /// <summary>A payload for machines that run a certain version and take such.</summary>
    Delta = 2,

    /// <summary>A further signed file that the machine's own tools fetch (Flatcar's extensions).</summary>
    Extra = 3,
}
