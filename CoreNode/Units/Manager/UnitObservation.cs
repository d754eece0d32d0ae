using CoreNode.Units.Model;

namespace CoreNode.Units.Manager;

/// <summary>One unit as its manager sees it now.</summary>
/// <param name="Name">Its full name.</param>
/// <param name="Hash">Hash of the text that was loaded (<see cref="UnitFile.Hash"/>, 40 hex digits).</param>
/// <param name="States">How it stands.</param>
public sealed record UnitObservation(string Name, string Hash, UnitStates States)
{
    /// <summary>
    /// systemd's Result of the last run (success, exit-code, signal, timeout, oom-kill …); empty if none.
    /// </summary>
    public string Result { get; init; } = "";

    /// <summary>Main process; 0 if none.</summary>
    public int MainPid { get; init; }

    /// <summary>Exit code or signal of the last main process, by <see cref="Result"/>.</summary>
    public int ExitStatus { get; init; }

    /// <summary>When it came into its active state; null before.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>How often the manager started it again by itself.</summary>
    public int Restarts { get; init; }

    /// <summary>Its control group, as a path below the hierarchy's root; empty if none.</summary>
    public string ControlGroup { get; init; } = "";

    /// <summary>Bytes that it has in memory now; 0 if not known.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Processor time so far; zero if not known.</summary>
    public TimeSpan ProcessorTime { get; init; }
}
