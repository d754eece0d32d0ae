namespace CoreNode.Updates.Omaha;

/// <summary>One version and what belongs to it.</summary>
public sealed record OmahaManifest
{
    /// <summary>The version.</summary>
    public string? Version { get; init; }

    /// <summary>A step that must not be left out (go-omaha).</summary>
    public bool IsFloor { get; init; }

    /// <summary>Why it must not.</summary>
    public string? FloorReason { get; init; }

    /// <summary>Where the steps lead.</summary>
    public bool IsTarget { get; init; }

    /// <summary>Its files; the first is the payload.</summary>
    public IReadOnlyList<OmahaPackage> Packages { get; init; } = [];

    /// <summary>What to do with them.</summary>
    public IReadOnlyList<OmahaAction> Actions { get; init; } = [];
}
