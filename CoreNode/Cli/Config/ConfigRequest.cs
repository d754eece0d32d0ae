namespace CoreNode.Cli.Config;

/// <summary>Which configuration, and for which machine.</summary>
public sealed record ConfigRequest
{
    /// <summary>
    /// A file or a URL, "-" where <see cref="Content"/> holds it; null: what the machine's sources give.
    /// </summary>
    public string? Where { get; init; }

    /// <summary>What standard input gave.</summary>
    public ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>The machine's sources by name; none: those that it says it has.</summary>
    public IReadOnlyList<string> From { get; init; } = [];

    /// <summary>Folder that is the machine's root; "/" is the running machine.</summary>
    public string Root { get; init; } = "/";

    /// <summary>
    /// True where the machine is starting: it gets its id, no source at all is well, and no unit is waited for.
    /// </summary>
    public bool IsBoot { get; init; }

    /// <summary>The longest that sources and what a configuration names are waited for.</summary>
    public TimeSpan Limit { get; init; }

    /// <summary>The plan is wanted as JSON.</summary>
    public bool WantsJson { get; init; }
}
