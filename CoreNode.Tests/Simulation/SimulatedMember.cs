using CoreNode.Cluster;
using CoreNode.Foundation;

namespace CoreNode.Tests.Simulation;

/// <summary>
/// A machine: its disk and clocks outlive the process that runs on it. Crashes are of the process, which the kernel's
/// page cache survives, or of the machine, which loses what was not synced.
/// </summary>
internal sealed class SimulatedMember
{
    private readonly SimulatedWorld _world;
    private readonly SimulatedCluster _cluster;
    private readonly ReplicaOptions _options;
    private readonly Prng _chance;
    private int _starts;

    public SimulatedMember(SimulatedCluster cluster, ReplicaOptions options, NodeId id)
    {
        _cluster = cluster;
        _world = cluster.World;
        _options = options;
        _chance = new Prng(cluster.Plan.Seed).Child($"member {options.Name}");
        Id = id;
        Files = new SimulatedFiles(_chance.Child("files"));
        Time = new SimulatedTime(_world)
        {
            Rate = 1 + ((_chance.NextDouble() - 0.5) * 2 * cluster.Plan.ClockDrift),
        };
    }

    public NodeId Id { get; }

    public string Name => _options.Name;

    public SimulatedCluster Cluster => _cluster;

    public SimulatedFiles Files { get; private set; }

    public SimulatedTime Time { get; }

    /// <summary>The process; nothing while it is down.</summary>
    public SimulatedProcess? Process { get; private set; }

    /// <summary>Who it is in a cluster that it joins; nothing for one of the first members.</summary>
    public JoinPlan? Plan { get; init; }

    /// <summary>False once it has left for good.</summary>
    public bool IsWanted { get; private set; } = true;

    /// <summary>Syncs that are under way end no earlier.</summary>
    public long DiskHangsUntil { get; set; }

    /// <summary>The machine loses power between the next write of the log and the end of its sync.</summary>
    public bool MustCrashInSync { get; set; }

    /// <summary>Syncs take that many times as long.</summary>
    public int DiskSlowness { get; set; } = 1;

    /// <summary>Nothing of the process runs before.</summary>
    public long PausedUntil { get; set; }

    /// <summary>Starts the process from what is on the disk; it may crash while it does.</summary>
    public void Start()
    {
        if (Process is not null || !IsWanted)
            return;
        ReplicaOptions options = _options with { Seed = _chance.NextUInt64() };
        _world.Trace.Note(1, Id.Value, (ulong)_starts);
        Write($"{Name} starts");
        _starts++;
        try
        {
            Process = new SimulatedProcess(this, options);
            Process.Begin();
        }
        catch (SimulatedCrashException)
        {
            Crash(isPowerCut: _chance.Chance(0.5));
        }
    }

    /// <summary>The process dies now, or the machine does; it comes back after a while.</summary>
    public void Crash(bool isPowerCut)
    {
        _world.Trace.Note(2, Id.Value, isPowerCut ? 1UL : 0);
        Write($"{Name} {(isPowerCut ? "loses power" : "is killed")}");
        SimulatedProcess? process = Process;
        Process = null;
        process?.End();
        Files = isPowerCut ? Files.AfterPowerCut(_chance.Child($"cut {_starts}")) : Files.AfterKill();
        DiskHangsUntil = 0;
        MustCrashInSync = false;
        _world.After((50 + _chance.Next(_chance.Chance(0.7) ? 2000 : 10_000)) * SimulationPlan.Millisecond, Start);
    }

    /// <summary>The process dies at one of its next calls to the file system.</summary>
    public void CrashAtFileOperation() => Files.CrashAt = Files.OperationCount + 1 + _chance.Next(30);

    /// <summary>Its process says that it must not take part any more.</summary>
    public void StopForGood(MemberStop stop)
    {
        _world.Trace.Note(10, Id.Value, (ulong)stop.Kind);
        Write($"{Name} stops: {stop.Message}");
        if (stop.Kind != MemberStopKind.Removed)
            throw new AssertionException($"{Name} stops: {stop.Message}");
        IsWanted = false;
        SimulatedProcess? process = Process;
        Process = null;
        process?.End();
    }

    /// <summary>How long the next sync takes.</summary>
    public long DrawSync()
    {
        long usual = _cluster.Plan.Sync;
        long time = (usual / 10) + (long)(_chance.NextDouble() * usual);
        return (_chance.Chance(0.01) ? time * 20 : time) * DiskSlowness;
    }

    public void Write(string line)
    {
        if (_world.Trace.IsVerbose)
            _world.Trace.Write(line);
    }
}
