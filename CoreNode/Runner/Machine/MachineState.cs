using CoreNode.Platform.Processes;
using CoreNode.Runner.Settings;

namespace CoreNode.Runner.Machine;

/// <summary>
/// All that a <see cref="UnitMachine"/> remembers: what is kept in a file, so that the next process goes on with it.
/// Times are of the clock that the caller uses throughout (since the machine's start).
/// </summary>
internal sealed class MachineState
{
    public UnitPhase Phase { get; set; }

    public string Result { get; set; } = UnitResult.Success;

    /// <summary>0 if there is none, or it is not known.</summary>
    public int MainPid { get; set; }

    /// <summary>False: the unit lives as long as any process of it (Type=forking without a main process).</summary>
    public bool IsMainKnown { get; set; }

    public int ControlPid { get; set; }

    /// <summary>The list that the control process, or the main one of a oneshot, is from.</summary>
    public ExecStage Stage { get; set; }

    /// <summary>Its place in that list.</summary>
    public int CommandIndex { get; set; }

    /// <summary>Place of the main process's command in ExecStart=.</summary>
    public int MainIndex { get; set; }

    /// <summary>How the last main process ended.</summary>
    public ProcessEnd? MainEnd { get; set; }

    /// <summary>When the phase takes too long; null: never.</summary>
    public TimeSpan? Deadline { get; set; }

    /// <summary>When the watchdog bites; null: never.</summary>
    public TimeSpan? WatchdogDeadline { get; set; }

    /// <summary>Between pings; WATCHDOG_USEC= may change it.</summary>
    public TimeSpan WatchdogSpan { get; set; } = Timeout.InfiniteTimeSpan;

    public int Restarts { get; set; }

    public StartLimit StartLimit { get; } = new();

    /// <summary>It was told to stop: it is not started again by itself.</summary>
    public bool IsStopWanted { get; set; }

    /// <summary>It was killed from outside of its own rules: no command of it is run until the next start.</summary>
    public bool IsFenced { get; set; }

    public string StatusText { get; set; } = "";

    /// <summary>It waits for its PID file.</summary>
    public bool IsWaitingForPidFile { get; set; }
}
