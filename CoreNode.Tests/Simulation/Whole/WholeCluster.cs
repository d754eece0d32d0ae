using CoreNode.Foundation;
using CoreNode.RebootLock.Model;
using CoreNode.Tests.Simulation.Units;
using CoreNode.Updates.Desk;

namespace CoreNode.Tests.Simulation.Whole;

/// <summary>
/// Machines that are updated while they run a service: store, engine, agents, update clients, reboots and the lock
/// together, in one thread and from one seed.
/// </summary>
internal sealed class WholeCluster : ISeededRun<WholeResult>
{
    /// <summary>The release that everybody has in the end.</summary>
    public const string Last = "3.0";

    private const string First = "2.0";
    private const long LookEvery = WholePlan.Second;

    public WholeCluster(WholePlan plan)
    {
        Plan = plan;
        Chance = new Prng(plan.Seed).Child("whole cluster");
        Units = new UnitsCluster(plan.Units);
        Service = new WholeService(this);
        Checker = new WholeChecker(this);
        Faults = new WholeFaults(this);
        Machines = [.. Units.Nodes.Select(node => new WholeMachine(this, node))];
        Units.Begun = node => MachineOf(node).Begin();
        foreach (StoreMember member in Units.Store.Members)
            member.Changed = Checker.Applied;
        foreach (UnitsNode node in Units.Nodes)
            Units.ManagerOf(node).IsCalm = true;
        Tally.Count($"cluster: of {plan.Units.Members} voters, max {plan.Max}");
        Tally.Count(plan.IsBroken ? "release: broken" : "release: good");
    }

    public WholePlan Plan { get; }

    public UnitsCluster Units { get; }

    public SimulatedWorld World => Units.World;

    public SimulationTrace Trace => World.Trace;

    public Prng Chance { get; }

    public IReadOnlyList<WholeMachine> Machines { get; }

    public WholeService Service { get; }

    public WholeChecker Checker { get; }

    public WholeFaults Faults { get; }

    public UnitsTally Tally => Units.Tally;

    /// <summary>What the update server offers to everybody; empty: nothing.</summary>
    public string Offered { get; private set; } = "";

    public bool IsTurmoil => World.Now is > WholePlan.Peace and < WholePlan.Turmoil;

    public WholeMachine MachineOf(UnitsNode node) => Machines[node.Index];

    public WholeMachine MachineOf(string id) => Machines.Single(machine => machine.Id == id);

    public bool IsBroken(string version) => Plan.IsBroken && version == First;

    /// <summary>What is worth reading again of a failed run.</summary>
    public void Mark(string line)
    {
        if (World.Trace.IsVerbose)
            World.Trace.Mark(line);
    }

    /// <summary>A release with everything that goes wrong, and another one in peace.</summary>
    public WholeResult Run()
    {
        foreach (UnitsNode node in Units.Nodes)
            Units.Begin(node);
        UnitsWishes wishes = new(Units);
        Service.Submit(wishes);
        wishes.Want(LockKeys.Semaphore(""), SemaphoreJson.Write(SemaphoreValue.Initial.WithMax(Plan.Max)));
        World.At(WholePlan.Peace + (Chance.Next(5, 15) * WholePlan.Second), () => Offered = First);
        RunUntil(WholePlan.Turmoil, isEndless: true);
        Offered = Last;
        RunUntil(Plan.Bound, isEndless: false);
        if (Checker.Unfinished() is { Length: > 0 } left)
            throw new AssertionException($"not over long after the last fault: {left}");
        RunUntil(World.Now + (60 * WholePlan.Second), isEndless: true);
        Units.Checker.CheckPlaces();
        return new WholeResult(World.Trace.Hash)
        {
            Time = TimeSpan.FromTicks(World.Now / 100),
            Events = World.EventCount,
            Restarts = Checker.Restarts,
            Tally = Tally,
        };
    }

    private void RunUntil(long end, bool isEndless)
    {
        while (World.Now < end && (isEndless || Checker.Unfinished().Length > 0))
        {
            Units.RunUntil(Math.Min(end, World.Now + LookEvery));
            foreach (WholeMachine machine in Machines)
            {
                if (machine.HasStrayed)
                    Units.Fail("something went on on another thread");
                // People take back what waits for its restart once there is something newer.
                if (Offered == Last && machine.Updates?.Status is { Stage: "need-reboot", NewVersion: First })
                    machine.Order(UpdateOrderKind.Reset);
            }
        }
    }
}
