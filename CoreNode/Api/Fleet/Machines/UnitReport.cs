using CoreNode.Units.Model;

namespace CoreNode.Api.Fleet.Machines;

/// <summary>How a unit stands on one machine at this moment.</summary>
/// <param name="States">In its manager's words.</param>
public sealed record UnitReport(UnitStates States)
{
    /// <summary>How its last run ended; empty if there was none.</summary>
    public string Result { get; init; } = "";

    /// <summary>Main process; 0 if none.</summary>
    public int MainPid { get; init; }

    /// <summary>Exit code or signal of the last main process.</summary>
    public int ExitStatus { get; init; }

    /// <summary>When it came into its active state; null before.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>How often it was started again by its manager.</summary>
    public int Restarts { get; init; }

    /// <summary>Bytes in memory; 0 if not known.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Processor time so far; zero if not known.</summary>
    public TimeSpan ProcessorTime { get; init; }

    /// <summary>The last lines that it wrote.</summary>
    public IReadOnlyList<JournalLine> Lines { get; init; } = [];

    /// <summary>Why this machine does not tell more; empty if it does.</summary>
    public string Error { get; init; } = "";
}
