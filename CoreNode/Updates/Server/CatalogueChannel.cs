namespace CoreNode.Updates.Server;

/// <summary>Which package is the newest for those who follow it: "stable" for "amd64-usr". Immutable.</summary>
public sealed record CatalogueChannel
{
    /// <summary>Its number; never used again.</summary>
    public required long Id { get; init; }

    /// <summary>Id of the application.</summary>
    public required string App { get; init; }

    /// <summary>Unique together with application and board.</summary>
    public required string Name { get; init; }

    /// <summary>The kind of machine that its packages are for; empty for any.</summary>
    public string Board { get; init; } = "";

    /// <summary>Id of the package; null before the first.</summary>
    public long? Package { get; init; }

    /// <summary>Since when it is that package: where the waves of its groups begin.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Steps that must not be left out, oldest version first.</summary>
    public IReadOnlyList<CatalogueFloor> Floors { get; init; } = [];

    /// <summary>Where its package goes next; null for nowhere by rule.</summary>
    public ChannelPromotion? Promotion { get; init; }
}
