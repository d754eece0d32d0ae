namespace CoreNode.Updates.Server;

/// <summary>An update server elsewhere that a channel follows. Immutable.</summary>
public sealed record CatalogueUpstream
{
    /// <summary>Its number; never used again.</summary>
    public required long Id { get; init; }

    /// <summary>Number of the channel that gets what it offers.</summary>
    public required long Channel { get; init; }

    /// <summary>Where it answers Omaha.</summary>
    public required string Url { get; init; }

    /// <summary>Id of the application there.</summary>
    public required string App { get; init; }

    /// <summary>Group there.</summary>
    public required string Track { get; init; }

    /// <summary>Kind of machine that is asked for.</summary>
    public required string Board { get; init; }

    /// <summary>The machine id that this server calls itself by.</summary>
    public required string Machine { get; init; }

    /// <summary>How often it is asked.</summary>
    public required TimeSpan Every { get; init; }

    /// <summary>When it was asked last; null for never.</summary>
    public DateTimeOffset? Checked { get; init; }

    /// <summary>What came of that, for people.</summary>
    public string Result { get; init; } = "";
}
