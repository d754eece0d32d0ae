using CoreNode.Platform.Processes;
using CoreNode.Runner.Logs;
using CoreNode.Runner.Machine;
using CoreNode.Units.Manager;
using CoreNode.Units.Model;

namespace CoreNode.Runner.Live;

/// <summary>A loaded unit with its processes, sockets and files. Owned by the runner's thread.</summary>
internal sealed class LiveUnit(string name, UnitMachine machine, UnitJournal journal)
{
    /// <summary>Full name.</summary>
    public string Name { get; } = name;

    /// <summary>Decides.</summary>
    public UnitMachine Machine { get; } = machine;

    /// <summary>What it writes and what is said about it.</summary>
    public UnitJournal Journal { get; } = journal;

    public string Hash { get; set; } = "";

    /// <summary>Variables besides its own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; set; } = new Dictionary<string, string>();

    /// <summary>What of its file is not done, to be said at its next start.</summary>
    public IReadOnlyList<string> Notes { get; set; } = [];

    public string InvocationId { get; set; } = "";

    public TrackedProcess? Main { get; set; }

    public TrackedProcess? Control { get; set; }

    /// <summary>Others of it, which are watched while it is waited for that none is left.</summary>
    public Dictionary<int, TrackedProcess> Others { get; } = [];

    public bool IsWatchingGroup { get; set; }

    public NotifyReceiver? Notify { get; set; }

    public long NotifyKey { get; set; }

    public OutputTail? Tail { get; set; }

    /// <summary>Of the watch on its output; 0: none.</summary>
    public int WatchId { get; set; }

    /// <summary>When its PID file is looked for again.</summary>
    public TimeSpan? NextPidFileCheck { get; set; }

    /// <summary>How often its group had been short of memory when it was started.</summary>
    public long MemoryKills { get; set; }

    /// <summary>When it became active last.</summary>
    public DateTimeOffset? Since { get; set; }

    /// <summary>False of a unit that was loaded and never started.</summary>
    public bool HasRun { get; set; }

    /// <summary>The main process, or the last one that it was: who wrote what is read now.</summary>
    public int LastPid { get; set; }

    /// <summary>As it was told last.</summary>
    public UnitObservation Observation { get; set; } = new(name, "", UnitStates.Dead);

    public long MemoryBytes { get; set; }

    public TimeSpan ProcessorTime { get; set; }

    /// <summary>How it stands, in systemd's words.</summary>
    public UnitStates States()
    {
        UnitPhase phase = Machine.State.Phase;
        return new UnitStates("loaded", PhaseWords.Active(phase), PhaseWords.Sub(phase, Machine.Settings.IsTarget));
    }

    /// <summary>Pids of all processes that are watched.</summary>
    public List<int> KnownPids()
    {
        List<int> pids = [.. Others.Keys];
        if (Main is not null)
            pids.Add(Main.Pid);
        if (Control is not null)
            pids.Add(Control.Pid);
        return pids;
    }
}
