namespace CoreNode.Api.Client.Units;

/// <summary>A unit as a machine that has it sees it now.</summary>
public sealed record UnitStatus
{
    /// <summary>The machine.</summary>
    public required string Id { get; init; }

    /// <summary>Its address; empty if unknown.</summary>
    public string Ip { get; init; } = "";

    /// <summary>systemd's load state.</summary>
    public string Load { get; init; } = "";

    /// <summary>systemd's active state.</summary>
    public string Active { get; init; } = "";

    /// <summary>systemd's sub state.</summary>
    public string Sub { get; init; } = "";

    /// <summary>Result of the last run.</summary>
    public string Result { get; init; } = "";

    /// <summary>Main process; 0 if none.</summary>
    public int MainPid { get; init; }

    /// <summary>Exit code or signal of the last main process.</summary>
    public int ExitStatus { get; init; }

    /// <summary>When it came into its active state, RFC 3339; empty if not known.</summary>
    public string Since { get; init; } = "";

    /// <summary>How often it was started again by itself.</summary>
    public int Restarts { get; init; }

    /// <summary>Memory that it has now; 0 if not known.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Processor time so far, in seconds.</summary>
    public double CpuSeconds { get; init; }

    /// <summary>The last lines of its journal.</summary>
    public IReadOnlyList<JournalLine> Lines { get; init; } = [];

    /// <summary>Why the machine could not be asked; empty if it was.</summary>
    public string Error { get; init; } = "";
}
