namespace CoreNode.Updates.Lifecycle;

/// <summary>A version that went back here.</summary>
public sealed record BadVersion
{
    /// <summary>How many strikes a version has before it is refused.</summary>
    public const int Limit = 2;

    /// <summary>The version.</summary>
    public required string Version { get; init; }

    /// <summary>Its release counter: a release of the same version with a higher one is taken again.</summary>
    public ulong Counter { get; init; }

    /// <summary>The payload (SHA-256) that brought it; empty if unknown.</summary>
    public string Payload { get; init; } = "";

    /// <summary>When it went back last.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>
    /// What counts against it: a failed gate or a boot that did not come up is as much as the limit; a boot of which
    /// nobody could say whether the site or the version was at fault counts once.
    /// </summary>
    public int Strikes { get; init; }

    /// <summary>Why, for people.</summary>
    public string Why { get; init; } = "";

    /// <summary>True if it is not taken again by itself.</summary>
    public bool IsRefused => Strikes >= Limit;
}
