using CoreNode.Units.Agent;
using CoreNode.Units.Engine;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;
using CoreNode.Units.Scheduling;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>
/// What must hold: never two copies of a singleton; nothing healthy is stopped without a cause; at most a quarter of
/// the machines is emptied a minute; and once all is well again, everything runs where it is to be, and then nothing
/// happens and nothing is written.
/// </summary>
internal sealed class UnitsChecker(UnitsCluster cluster)
{
    private static readonly TimeSpan s_steady = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_newsTime = TimeSpan.FromSeconds(2);
    private readonly SortedDictionary<string, SortedSet<int>> _copies = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _claimedTwice = new(StringComparer.Ordinal);
    private readonly List<(IUnitsOffice Term, DateTimeOffset At, string Machine)> _emptied = [];

    /// <summary>Processes that began or ended.</summary>
    public int Changes { get; private set; }

    public int Begun { get; private set; }

    public int Stops { get; private set; }

    public static bool IsFenced(string unit) => unit.Contains("single", StringComparison.Ordinal);

    /// <summary>It asks to be placed elsewhere when it fails, and does not start again by itself.</summary>
    public static bool IsMoving(string unit) => unit.Contains("moves", StringComparison.Ordinal);

    /// <summary>Its health is checked.</summary>
    public static bool IsChecked(string unit) => unit.Contains("well", StringComparison.Ordinal);

    /// <summary>A key that a unit announces.</summary>
    public static bool IsTold(string key) => key.StartsWith("/told/", StringComparison.Ordinal);

    public void Began(UnitsNode node, string unit)
    {
        Changes++;
        Begun++;
        cluster.Tally.Count($"unit runs: {unit.Split('-')[^1].Split('.', '@')[0]}");
        Note(10, node, unit, "runs");
        if (!_copies.TryGetValue(unit, out SortedSet<int>? on))
            _copies[unit] = on = [];
        on.Add(node.Index);
        // Where writes are not bound to a term two claims can stand for a moment (docs/decisions/0027).
        bool isKnown = cluster.Plan.IsForeign && _claimedTwice.GetValueOrDefault(unit, long.MinValue / 2)
            > cluster.World.Now - (10 * UnitsPlan.Second);
        if (IsFenced(unit) && on.Count > 1 && !isKnown)
            cluster.Fail($"two copies of {unit} run, on machines {string.Join(" and ", on)}");
    }

    public void Ended(UnitsNode node, string unit)
    {
        Changes++;
        Note(11, node, unit, "ended");
        _copies[unit].Remove(node.Index);
    }

    public void Step(UnitsNode node, AgentStep step)
    {
        if (step.Kind == StepKind.Withdraw)
            Withdrawing(node, step.Unit);
        if (step is { Kind: StepKind.RemoveEntry, Entry: { IsSingleton: true, State: not ScheduleState.Revoked } })
            cluster.Tally.Count("a claim from before a lapse is given back");
        // The guard is armed again and again.
        if (step.Kind != StepKind.Arm)
            Note(12, node, step.Unit, step.Kind.ToString());
        if (step.Kind == StepKind.Kill && cluster.World.Trace.IsVerbose && cluster.AgentOf(node) is { } agent)
        {
            cluster.World.Trace.Write(
                $"machine {node.Index} at {node.Now.TotalSeconds:F4}: lease until "
                + $"{agent.Core.Lease.Until.TotalSeconds:F4}, "
                + $"floor {agent.Core.Lease.Floor}, armed until {agent.Core.ArmedLease?.Until.TotalSeconds:F4} "
                + $"{agent.Core.Units.GetValueOrDefault(step.Unit)?.Entry}");
        }
    }

    /// <summary>An agent has removed an announced key.</summary>
    public void Removed(UnitsNode node, string key, string held)
    {
        cluster.Tally.Count("an announced key is removed");
        if (held != node.Id)
            cluster.Fail($"machine {node.Index} removes {key}, which machine {held} announces");
    }

    /// <summary>The agent stops a unit that is active.</summary>
    public void Stopping(UnitsNode node, string unit)
    {
        Stops++;
        cluster.Careful?.Stopping(node, unit);
        if (IsFenced(unit) || cluster.AgentOf(node) is not { IsLeaving: false } agent)
            return;
        UnitFacts? facts = agent.Core.Units.GetValueOrDefault(unit);
        // What was wanted when it was decided: a call takes its time.
        ScheduleEntry? wanted = facts?.Acting is { } acting ? acting.Entry : facts?.Entry;
        bool isWanted = wanted is { State: ScheduleState.Launched } entry && facts!.Observed?.Hash == entry.Hash
            && facts.Note.Claim == 0 && facts.Problem.Length == 0;
        if (!agent.IsListed || isWanted)
            cluster.Fail($"machine {node.Index} stops {unit}, which is to run there");
    }

    /// <summary>A process of a unit that the guard holds begins at that moment of its machine.</summary>
    public void BeganUnder(UnitsNode node, string unit, TimeSpan? deadline)
    {
        if (IsFenced(unit) && (deadline is not { } moment || node.Now >= moment))
            cluster.Fail($"{unit} begins on machine {node.Index} after its lease");
    }

    /// <summary>Somebody has a claim, and so has another machine.</summary>
    public void Claimed(string unit, int machines)
    {
        if (machines <= 1)
            return;
        _claimedTwice[unit] = cluster.World.Now;
        cluster.Tally.Count("two claims on a singleton");
        if (!cluster.Plan.IsForeign)
            cluster.Fail($"{machines} machines have a claim on the singleton {unit}");
    }

    /// <summary>The engine is about to take everything from a machine.</summary>
    public void Deciding(EngineEvent what)
    {
        if (what.Kind is not (EngineEventKind.Emptied or EngineEventKind.Evicted))
            return;
        foreach (UnitsNode node in cluster.Nodes)
        {
            if (node.Id != what.Machine || cluster.AgentOf(node) is not { IsLeaving: false } agent)
                continue;
            // Of an existing etcd's keys the engine knows by a watch, and its writes go there one by one: who came back
            // while a plan is carried out loses what it had when that was made.
            bool isNews = cluster.Plan.IsForeign && node.Now - agent.GrantedSince < s_newsTime;
            if (!isNews && node.Now < agent.GrantedUntil - (cluster.Plan.Lease / LeaseRule.MarginPart))
                cluster.Fail($"machine {node.Index} loses what it has though its lease, {agent.GrantedSince} to "
                    + $"{agent.GrantedUntil}, is not over at {node.Now}");
        }
    }

    /// <summary>The engine wrote something.</summary>
    public void Decided(IUnitsOffice term, UnitsNode leader, EngineEvent what, EngineFacts facts)
    {
        cluster.Tally.Count($"engine: {what.Kind}");
        Note(13, leader, what.Unit, $"{what.Kind} {what.Machine} {what.Reason}");
        RegistryState registry = facts.Registry;
        if (what.Kind == EngineEventKind.Revoked && registry.Jobs.GetValueOrDefault(what.Unit) is { } job
            && job.Desired != DesiredState.Inactive && !MayMove(registry, job, what)
            && registry.Machines.GetValueOrDefault(what.Machine)?.Cordon is null)
            cluster.Fail($"{what.Unit} is taken from machine {what.Machine} without need: {what.Reason}");
        if (what.Kind != EngineEventKind.Emptied)
            return;
        int all = registry.Machines.Values.Count(static m => m.Object is not null);
        // A machine that people asked to drain may be away.
        int lost = registry.Machines.Values.Count(m => m.Object is not null && facts.Lost.Contains(m.Id)
            && m.Cordon is not { IsDraining: true });
        bool isAsked = registry.Machines[what.Machine].Cordon is { IsDraining: true };
        if (isAsked)
            return;
        // As decided: a slow network may hold up what it says.
        _emptied.Add((term, facts.Now, what.Machine));
        int lately = _emptied.Where(e => e.Term == term && facts.Now - e.At < TimeSpan.FromSeconds(60))
            .Select(static e => e.Machine).Distinct().Count();
        if (lately > Math.Max(1, cluster.Plan.Machines / 4))
            cluster.Fail($"{lately} machines were emptied within a minute");
        if (lost * 2 > all)
            cluster.Fail($"machine {what.Machine} was emptied while {lost} of {all} were missing");
    }

    /// <summary>All is well again for long: everything is where it is to be.</summary>
    public void CheckPlaces()
    {
        RegistryState registry = cluster.Store.Newest.Registry;
        Scheduler scheduler = new();
        foreach (RegisteredMachine machine in registry.Machines.Values)
        {
            if (machine.Machine is { } facts)
                scheduler.SetMachine(facts);
        }

        int there = registry.Machines.Values.Count(static m => m.Object is not null);
        Check(there == cluster.Plan.Machines, $"{there} machines are registered");
        foreach (Job job in registry.Jobs.Values)
        {
            scheduler.SetUnit(new UnitToPlace
            {
                Name = job.Name.Full,
                Requirements = job.Requirements,
                IsWanted = job.Desired != DesiredState.Inactive && !job.HasReplicas,
            });
            scheduler.SetPlaces(job.Name.Full, [.. registry.EntriesOf(job.Name.Full).Keys]);
        }

        IReadOnlyList<PlacementChange> changes = scheduler.Decide();
        Check(changes.Count == 0, $"not placed as it could be: {string.Join("; ", changes)}");
        foreach (UnitsNode node in cluster.Nodes)
        {
            if (cluster.Nodes.All(other => other == node || other.Id != node.Id))
                CheckMachine(node, registry);
        }

        CheckTwins();
        CheckReplicas(registry);
        CheckAnnounced();
        Check(registry.Problems.Count == 0, "values are damaged");
    }

    private static bool MayMove(RegistryState registry, Job job, EngineEvent what)
    {
        bool hasFailed = job.Requirements.IsRescheduledOnFailure
            && what.Reason.StartsWith("it failed", StringComparison.Ordinal)
            && registry.State(job.Name.Full, what.Machine) is { HasFailed: true };
        // Handed over by a machine that was drained then: the copy that works stays, here or there.
        bool isHandedOver = registry.Entry(what.Machine, job.Name.Full) is { Successor.Length: > 0 }
            || registry.EntriesOf(job.Name.Full).Values.Any(entry => entry.Successor == what.Machine);
        return hasFailed || isHandedOver || job.Requirements.MachineOf.Count > 0 || registry.Jobs.Values.Any(other =>
            other.Desired != DesiredState.Inactive && other.Requirements.Replaces.Contains(job.Name.Full));
    }

    private static void Check(bool condition, string complaint)
    {
        if (!condition)
            throw new AssertionException($"long after the last fault: {complaint}");
    }

    private static void CheckReplicas(RegistryState registry)
    {
        foreach (Job template in registry.Jobs.Values)
        {
            if (!template.HasReplicas)
                continue;
            int wanted = template.Desired == DesiredState.Inactive ? 0 : template.Requirements.Replicas;
            int there = registry.Jobs.Values.Count(
                job => job.IsReplica && job.Name.Template == template.Name.Full && job.Hash == template.Hash);
            Check(there == wanted, $"{there} of {wanted} replicas of {template.Name} are there");
        }
    }

    // Two machines under one id: one of them is the machine.
    private void CheckTwins()
    {
        foreach (IGrouping<string, UnitsNode> twins in cluster.Nodes.GroupBy(static n => n.Id))
        {
            int holders = twins.Count(node => cluster.AgentOf(node)?.Core.Lease.IsHeld(node.Now) == true);
            Check(holders == 1, $"{holders} machines hold the lease of {twins.Key}");
        }
    }

    private void CheckAnnounced()
    {
        // What a machine with a twin announces is not told apart.
        if (cluster.Plan.HasTwin)
            return;
        SortedDictionary<string, string> wanted = new(StringComparer.Ordinal);
        foreach (UnitsNode node in cluster.Nodes)
        {
            UnitsManager manager = cluster.ManagerOf(node);
            foreach (string unit in manager.Units.Keys)
            {
                bool isAnnounced = unit.Contains("tells", StringComparison.Ordinal)
                    || (IsChecked(unit) && !manager.IsSick(unit, TimeSpan.Zero));
                if (isAnnounced && manager.Runs(unit))
                    wanted["/told/" + unit] = node.Id;
            }
        }

        foreach ((string key, string value) in cluster.Store.Newest.Told)
            Check(wanted.GetValueOrDefault(key) == value, $"{key} is announced by {value}, where it does not run well");
        foreach ((string key, string value) in wanted)
            Check(cluster.Store.Newest.Told.ContainsKey(key), $"{key} is not announced by {value}, where it runs well");
    }

    // The key of a unit that has been well for long, and is to go on, stays.
    private void Withdrawing(UnitsNode node, string unit)
    {
        UnitsManager manager = cluster.ManagerOf(node);
        if (cluster.AgentOf(node) is not { IsLeaving: false } agent
            || agent.Core.Units.GetValueOrDefault(unit) is not { WithdrawingSince: null } facts
            || facts.Entry is not { State: ScheduleState.Launched } entry || facts.Observed?.Hash != entry.Hash
            || !manager.HasRunFor(unit, s_steady) || manager.IsSick(unit, s_steady))
        {
            return;
        }

        cluster.Fail($"machine {node.Index} withdraws what {unit} announces, which runs well");
    }

    private void CheckMachine(UnitsNode node, RegistryState registry)
    {
        UnitsManager manager = cluster.ManagerOf(node);
        foreach (ScheduleEntry entry in registry.ScheduleOf(node.Id).Values)
        {
            Check(entry.State != ScheduleState.Revoked, $"{entry.Unit} still leaves machine {node.Index}");
            bool isLaunched = entry.State == ScheduleState.Launched;
            bool stands = manager.Runs(entry.Unit) == isLaunched || (isLaunched && manager.FailedAlone(entry.Unit));
            Check(stands, $"{entry.Unit} is to be {entry.State} on machine {node.Index}, and is not");
        }

        foreach (string unit in manager.Units.Keys)
        {
            Check(
                registry.Entry(node.Id, unit) is not null,
                $"machine {node.Index} still has {unit}, which is not to be there");
            Check(registry.State(unit, node.Id) is not null, $"no state of {unit} on machine {node.Index} is told");
        }
    }

    private void Note(int kind, UnitsNode node, string unit, string what)
    {
        ulong hash = 14695981039346656037UL;
        unchecked
        {
            foreach (char c in unit)
                hash = (hash ^ c) * 1099511628211UL;
            foreach (char c in what)
                hash = (hash ^ c) * 1099511628211UL;
        }

        SimulationTrace trace = cluster.World.Trace;
        trace.Note(kind, (ulong)node.Index, hash);
        if (trace.IsVerbose)
            trace.Write($"machine {node.Index}: {what} {unit}");
    }
}
