namespace CoreNode.Updates.Client.Ports;

/// <summary>What update.conf, release files and flags say now.</summary>
public sealed record ServerSettings
{
    /// <summary>Where is asked; empty: nowhere.</summary>
    public string Server { get; init; } = "";

    /// <summary>The group.</summary>
    public string Group { get; init; } = "";

    /// <summary>Why nobody is asked; empty: somebody is.</summary>
    public string OffReason { get; init; } = "";

    /// <summary>Why there are no checks by themselves; empty: there are.</summary>
    public string PeriodicOffReason { get; init; } = "";

    /// <summary>What kind of machine this is; empty: any release fits.</summary>
    public string Board { get; init; } = "";

    /// <summary>Which product this is; empty: any release fits.</summary>
    public string AppId { get; init; } = "";

    /// <summary>What is wrong in the files: one line each.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}
