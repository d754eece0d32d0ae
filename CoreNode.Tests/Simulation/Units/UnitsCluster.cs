using CoreNode.Cluster.Leading;
using CoreNode.Cluster.Leases;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Agent;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>
/// Machines with supervisors, some of them members of the store, and what lives beside the supervisors, in one thread
/// and from one seed.
/// </summary>
internal sealed class UnitsCluster : ISeededRun<UnitsResult>
{
    private readonly SortedDictionary<int, UnitsAgent> _agents = [];
    private readonly SortedDictionary<int, UnitsManager> _managers = [];
    private readonly SortedDictionary<int, UnitsTerm> _terms = [];
    private readonly FirstFault _fault = new();
    private long _leaderlessSince = -1;

    public UnitsCluster(UnitsPlan plan)
    {
        Plan = plan;
        World = new SimulatedWorld(plan.Seed);
        Chance = new Prng(plan.Seed).Child("units");
        Network = new UnitsNetwork(World, plan);
        Checker = new UnitsChecker(this);
        Nodes = [.. Enumerable.Range(0, plan.Machines + (plan.HasTwin ? 1 : 0)).Select(i => new UnitsNode(
            World, i, Math.Min(i, plan.Machines - 1), 1 + (plan.Drift * ((2 * Chance.NextDouble()) - 1))))];
        Store = new UnitsStore(plan, World, Network, Nodes, Checker.Claimed) { Led = Lead };
        foreach (UnitsNode node in Nodes)
        {
            Prng chance = new Prng(plan.Seed).Child($"units of {node.Index}");
            _managers[node.Index] = new UnitsManager(node, Checker, chance, plan) { Tally = Tally };
        }

        Tally.Count(plan.IsEmbedded ? "cluster: units under the runner" : "cluster: units under PID 1");
        Tally.Count($"cluster: of {plan.Members} members");
        if (plan.IsForeign)
            Tally.Count("cluster: an existing etcd as the store");
        if (plan.HasTwin)
            Tally.Count("cluster: two machines with one id");
    }

    public UnitsPlan Plan { get; }

    public SimulatedWorld World { get; }

    public SimulationTrace Trace => World.Trace;

    public Prng Chance { get; }

    public UnitsNetwork Network { get; }

    public UnitsStore Store { get; }

    public UnitsChecker Checker { get; }

    /// <summary>What happened, by kinds.</summary>
    public UnitsTally Tally { get; } = new();

    public IReadOnlyList<UnitsNode> Nodes { get; }

    public UnitsManager ManagerOf(UnitsNode node) => _managers[node.Index];

    public UnitsAgent? AgentOf(UnitsNode node) => node.IsRunning ? _agents.GetValueOrDefault(node.Index) : null;

    /// <summary>Called when a supervisor's process has begun: what else it does.</summary>
    public Action<UnitsNode>? Begun { get; set; }

    /// <summary>What people do where nothing goes wrong.</summary>
    public UnitsCareful? Careful { get; private set; }

    /// <summary>Turmoil, peace, and rest; or drains and new content in peace.</summary>
    public UnitsResult Run()
    {
        if (Plan.IsCareful)
            return RunCareful();
        foreach (UnitsNode node in Nodes)
            Begin(node);
        UnitsWishes wishes = new(this);
        wishes.Plan();
        UnitsFaults faults = new(this);
        faults.Plan();
        RunUntil(UnitsPlan.Turmoil);
        faults.End();
        wishes.End();
        foreach (UnitsManager manager in _managers.Values)
            manager.IsCalm = true;
        RunUntil(UnitsPlan.Turmoil + UnitsPlan.Bound);
        if (wishes.Open > 0)
            throw new AssertionException($"{wishes.Open} wishes were not taken by the store long after the last fault");
        Checker.CheckPlaces();
        int length = Store.Length;
        int changes = Checker.Changes;
        ulong elections = Store.Elections;
        RunUntil(UnitsPlan.Turmoil + UnitsPlan.Bound + UnitsPlan.Rest);
        // An existing etcd is written to for leases.
        if (Store.Elections == elections && Store.Length != length && !Plan.IsForeign)
            throw new AssertionException($"the log grew by {Store.Length - length} entries at rest");
        if (Checker.Changes != changes)
            throw new AssertionException($"units began or ended {Checker.Changes - changes} times at rest");
        return Result(faults.Count);
    }

    private UnitsResult RunCareful()
    {
        foreach (UnitsManager manager in _managers.Values)
            manager.IsCalm = true;
        foreach (UnitsNode node in Nodes)
            Begin(node);
        Careful = new UnitsCareful(this, new UnitsWishes(this));
        Careful.Plan();
        RunUntil(Careful.End);
        return Result(0);
    }

    private UnitsResult Result(int faults) => new(World.Trace.Hash)
    {
        Faults = faults,
        Elections = (int)Store.Elections,
        Begun = Checker.Begun,
        Stops = Checker.Stops,
        Writes = Store.Length,
        Events = World.EventCount,
        Tally = Tally,
    };

    /// <summary>A supervisor's process begins.</summary>
    public void Begin(UnitsNode node)
    {
        if (node.IsRunning || !node.IsUp)
            return;
        node.Begin();
        _terms.Remove(node.Index);
        if (Store.MemberOf(node) is { } member)
            Store.Begin(member);
        UnitsAgent agent = new(this, node, ManagerOf(node));
        _agents[node.Index] = agent;
        agent.Begin();
        Begun?.Invoke(node);
    }

    /// <summary>A machine goes down, and nothing that it ran goes on.</summary>
    public void PowerOff(UnitsNode node)
    {
        node.Die();
        node.IsUp = false;
        ManagerOf(node).Clear();
        foreach (string name in node.Notes.Keys.ToArray())
            node.Notes[name] = UnitNote.None;
        node.LeaseNote = LeaseFacts.None;
    }

    /// <summary>A member answers a machine that renews its lease.</summary>
    public void AnswerLease(StoreMember member, LeaseRenewal renewal, Action<LeaseReply> reply)
    {
        if (member.Leading != 0)
        {
            if (_terms.GetValueOrDefault(member.Node.Index) is { HasBegun: true } term)
                term.Renew(renewal, reply);
            else
                reply(new LeaseReply.Failed("this member has only just begun to lead"));
        }
        else if (member.Leader is { } leader)
        {
            reply(new LeaseReply.Elsewhere(new NodeId((ulong)leader.Node.Index + 1), []));
        }
        else
        {
            reply(new LeaseReply.Leaderless(
                member.Standing(Store.Members), member.Silence - Plan.Election, LongestLease.Read(member.Keyspace)));
        }
    }

    /// <summary>Something is wrong: the run ends with it.</summary>
    public void Fail(string what) => _fault.Fail(what);

    /// <summary>Sees to it that what goes wrong in a task is not lost.</summary>
    public void Track(Task task) => _fault.Track(task);

    /// <summary>A machine gives its lease back.</summary>
    public void ReleaseLease(StoreMember member, LeaseRenewal renewal)
    {
        if (member.Leading != 0 && _terms.GetValueOrDefault(member.Node.Index) is { HasBegun: true } term)
            term.Release(renewal);
    }

    /// <summary>Lets happen what is planned, up to a time, unless something is wrong.</summary>
    public void RunUntil(long end)
    {
        while (World.Now < end)
        {
            World.RunUntil(Math.Min(end, World.Now + (100 * UnitsPlan.Millisecond)));
            LookForLeader();
            _fault.Look();
        }
    }

    private void Lead(StoreMember member, ulong number)
    {
        if (Plan.IsForeign)
            return;
        UnitsTerm term = new(this, member, number);
        _terms[member.Node.Index] = term;
        Track(term.RunAsync());
    }

    private void LookForLeader()
    {
        long since = _leaderlessSince;
        _leaderlessSince = Store.Leader is not null ? -1 : since < 0 ? World.Now : since;
        if (since < 0 || _leaderlessSince >= 0)
            return;
        Tally.Count("the store has no leader");
        if (World.Now - since > Plan.Lease.Ticks * 100)
            Tally.Count("the store has no leader for longer than a lease");
    }
}
