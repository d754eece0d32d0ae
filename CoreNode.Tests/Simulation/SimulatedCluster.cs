using CoreNode.Cluster;
using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Tests.Histories;
using CoreNode.Tests.Raft;

namespace CoreNode.Tests.Simulation;

/// <summary>
/// A whole cluster under one seed: members with the real loop, log, recovery, Raft and key space on simulated disks, a
/// network and clocks; clients, watchers and faults; and the judges of it all.
/// </summary>
internal sealed class SimulatedCluster
{
    private const long Second = SimulationPlan.Second;
    private const long ClientsFrom = 3 * Second / 2;
    private const long ClientsUntil = SimulationPlan.Turmoil + (8 * Second);
    private const long ProgressWithin = 20 * Second;
    private const long RestWithin = 60 * Second;

    private readonly List<SimulatedClient> _clients = [];
    private readonly List<SimulatedWatcher> _watchers = [];
    private readonly SimulatedFaults _faults;

    public SimulatedCluster(SimulationPlan plan)
    {
        Plan = plan;
        World = new SimulatedWorld(plan.Seed);
        Network = new SimulatedNetwork(World, plan);
        Checker = new ClusterChecker(World, plan);
        InitialMember[] initial = [.. Enumerable.Range(1, plan.Members)
            .Select(n => new InitialMember($"n{n}", [$"http://10.0.0.{n}:2380"]))];
        foreach (InitialMember member in initial)
        {
            NodeId id = Identities.OfMember("etcd-cluster", member.PeerUrls);
            Members.Add(new SimulatedMember(this, Options(member.Name, initial), id));
        }

        for (int i = 0; i < plan.Clients; i++)
            _clients.Add(new SimulatedClient(this, i + 1));
        for (int i = 0; i < 2; i++)
            _watchers.Add(new SimulatedWatcher(this, i));
        ClusterId = Identities.OfCluster("etcd-cluster", Members.Select(static member => member.Id));
        Membership = new SimulatedMembership(this);
        _faults = new SimulatedFaults(this);
    }

    public SimulationPlan Plan { get; }

    public ulong ClusterId { get; }

    public SimulatedWorld World { get; }

    public SimulatedMembership Membership { get; }

    public SimulatedNetwork Network { get; }

    public ClusterChecker Checker { get; }

    public HistoryRecorder History { get; } = new();

    /// <summary>What any client was told last of a key.</summary>
    public Dictionary<string, (string? Value, ulong Index)> Known { get; } = [];

    /// <summary>Machines, those that joined later included.</summary>
    public List<SimulatedMember> Members { get; } = [];

    /// <summary>Processes that run.</summary>
    public IEnumerable<SimulatedProcess> Processes => Members.Select(static m => m.Process).OfType<SimulatedProcess>();

    /// <summary>Who leads the highest term; nothing if nobody does.</summary>
    public SimulatedProcess? Leader => Processes.Where(static one => one.Core.Raft.Role == RaftRole.Leader)
        .MaxBy(static one => one.Core.Raft.Term);

    /// <summary>Runs it to its end; throws at the first thing that is wrong.</summary>
    public SimulationResult Run()
    {
        foreach (SimulatedMember member in Members)
            World.After(World.Chance.Next(200) * SimulationPlan.Millisecond, member.Start);
        foreach (SimulatedClient client in _clients)
            World.At(ClientsFrom, client.Think);
        foreach (SimulatedWatcher watcher in _watchers)
            World.At(ClientsFrom, watcher.Connect);
        World.At(ClientsFrom, new SimulatedExpiry(this).Begin);
        _faults.Plan();
        for (long at = Second; at <= SimulationPlan.Turmoil; at += Second)
        {
            World.RunUntil(at);
            CheckLogs();
        }

        MakeProgress();
        ComeToRest();
        Judge();
        return new SimulationResult(World.Trace.Hash)
        {
            Operations = History.Count,
            Succeeded = _clients.Sum(static client => client.Succeeded),
            Faults = _faults.Count,
            Elections = Checker.Elections,
            MemberChanges = Membership.Done,
            Events = World.EventCount,
            End = World.Now,
        };
    }

    /// <summary>A process has done a round.</summary>
    public void RoundEnded(SimulatedProcess process)
    {
        foreach (SimulatedWatcher watcher in _watchers)
            watcher.RoundEnded(process);
    }

    /// <summary>A process is gone.</summary>
    public void ProcessEnded(SimulatedProcess process)
    {
        Checker.Ended(process);
        Network.ProcessEnded(process);
        foreach (SimulatedWatcher watcher in _watchers)
            watcher.ProcessEnded(process);
    }

    /// <summary>How each member runs.</summary>
    public ReplicaOptions Options(string name, IReadOnlyList<InitialMember> initial) => new()
    {
        Folder = "/data/raft",
        Name = name,
        InitialMembers = initial,
        AdvertiseClientUrls = [$"http://{name}:2379"],
        HeartbeatInterval = Plan.Heartbeat,
        ElectionTimeout = Plan.Election,
        SnapshotCount = Plan.SnapshotCount,
        HistoryCapacity = Plan.HistoryCapacity,
        RetainedEntries = Plan.RetainedEntries,
        Log = SimulationPlan.Log,
    };

    private void CheckLogs()
    {
        SimulatedProcess[] running = [.. Processes];
        for (int i = 0; i < running.Length; i++)
        {
            for (int j = 0; j < i; j++)
                ClusterChecker.Matching(running[i], running[j]);
        }
    }

    // All is well again: writes must be accepted soon.
    private void MakeProgress()
    {
        _faults.End();
        int before = _clients.Sum(static client => client.Succeeded);
        long until = World.Now + ProgressWithin;
        while (_clients.Sum(static client => client.Succeeded) == before)
        {
            if (World.Now >= until)
            {
                throw new AssertionException(
                    $"no request succeeded in {ProgressWithin / Second} s of peace: {Status()}");
            }

            World.RunUntil(World.Now + (Second / 10));
        }

        World.RunUntil(Math.Max(World.Now, ClientsUntil));
    }

    // Without requests all members come to the same state, and watchers to its end.
    private void ComeToRest()
    {
        foreach (SimulatedClient client in _clients)
            client.MustStop = true;
        World.RunUntil(World.Now + (10 * Second));
        long until = World.Now + RestWithin;
        while (!IsAtRest())
        {
            if (World.Now >= until)
                throw new AssertionException($"no common state in {RestWithin / Second} s of peace: {Status()}");
            World.RunUntil(World.Now + (Second / 10));
        }

        CheckLogs();
    }

    private bool IsAtRest()
    {
        if (Leader is not { } leader || leader.Core.Raft.Configuration is { Learners.Count: > 0 } or { IsJoint: true })
            return false;
        IReadOnlyList<NodeId> members = leader.Core.Raft.Configuration.Members();
        foreach (SimulatedMember member in Members.Where(static member => member.IsWanted))
        {
            // Who was removed, and knows only of others who were, has nobody to tell it.
            bool isLost = !members.Contains(member.Id) && member.Process is { } process
                && !members.Any(process.Peers.Knows);
            if (!isLost && member.Process?.Core.Keys.AppliedIndex != Checker.LastApplied)
                return false;
        }

        return _watchers.TrueForAll(watcher => watcher.IsWaitingAt(Checker.LastIndex));
    }

    private void Judge()
    {
        IReadOnlyList<HistoryOperation> history = History.ToList();
        LinearizabilityChecker.Check(history).ThrowUnlessLinearizable();
        ulong last = Checker.LastIndex;
        WatchRun[] runs = [.. _watchers.SelectMany(watcher => watcher.Runs(last))];
        WatchChecker.ThrowUnlessRight(runs, Checker.Changes);

        Membership.Check(Leader!.Core.Raft.Configuration.Members());

        // Everything that was acknowledged is among what was committed, and is just that.
        int known = Checker.Changes.All.Count;
        foreach (WatchedChange change in CommittedChanges.Of(history, []).All)
            Checker.Changes.Add(change);
        if (Checker.Changes.All.Count != known)
            throw new AssertionException("an acknowledged write was never committed");
    }

    private string Status() => string.Join("; ", Members.Select(static member => member.Process is { } process
        ? $"{member.Name}: {RaftText.Status(process.Core.Raft.Status())}"
        : $"{member.Name} is down"));
}
