namespace CoreNode.Runner.Settings;

/// <summary>What processes of a unit run in (systemd.exec(5), systemd.resource-control(5)).</summary>
internal sealed record ExecSettings
{
    /// <summary>Assignments, a later one counts.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>Files of assignments, as written: a `-` before the path means that it may be missing.</summary>
    public IReadOnlyList<string> EnvironmentFiles { get; init; } = [];

    public IReadOnlyList<string> UnsetEnvironment { get; init; } = [];

    public IReadOnlyList<string> PassEnvironment { get; init; } = [];

    /// <summary>Absolute, `~` for the user's home, or empty for the root folder.</summary>
    public string WorkingDirectory { get; init; } = "";

    public bool IsWorkingDirectoryOptional { get; init; }

    public string User { get; init; } = "";

    public string Group { get; init; } = "";

    public IReadOnlyList<string> SupplementaryGroups { get; init; } = [];

    public int FileMask { get; init; } = 0x12; // 0022

    public int? Nice { get; init; }

    public int? OutOfMemoryScore { get; init; }

    public bool IgnoresPipeSignal { get; init; } = true;

    public IReadOnlyList<ResourceLimit> Limits { get; init; } = [];

    public OutputTarget Output { get; init; } = OutputTarget.Journal;

    public OutputTarget Error { get; init; } = new(OutputKind.Inherit, "");

    /// <summary>File that standard input reads; empty: nothing.</summary>
    public string InputFile { get; init; } = "";

    public string Identifier { get; init; } = "";

    public bool HasLevelPrefixes { get; init; } = true;

    public IReadOnlyList<OwnFolder> Folders { get; init; } = [];

    /// <summary>Bytes; null: no limit.</summary>
    public ulong? MemoryMax { get; init; }

    /// <summary>Thousandths of a processor; null: no limit.</summary>
    public int? ProcessorMillis { get; init; }

    public long? TasksMax { get; init; }
}
