using System.Net;
using CoreNode.Foundation;
using CoreNode.Overlay.Model;
using CoreNode.Store;
using CoreNode.Tests.Simulation.Units;

namespace CoreNode.Tests.Simulation.Overlay;

/// <summary>Machines that share a store and a network, in one thread and from one seed.</summary>
internal sealed class OverlayCluster : ISeededRun<OverlayResult>
{
    private const long LookEvery = 5 * OverlayPlan.Second;

    private long _changedAt;
    private int _configs;

    public OverlayCluster(OverlayPlan plan)
    {
        Plan = plan;
        World = new SimulatedWorld(plan.Seed);
        Chance = new Prng(plan.Seed).Child("cluster");
        Store = new OverlayStore(this);
        Checker = new OverlayChecker(this);
        for (int index = 0; index < plan.Machines; index++)
        {
            int number = plan.HasTwins && index == plan.Machines - 1 ? 0 : index;
            IPAddress address = IPAddress.Parse($"172.31.{number / 200}.{(number % 200) + 1}");
            Machines.Add(new OverlayMachine(this, index, address, IPAddress.Parse($"fd31::{number + 1:x}")));
        }
    }

    public OverlayPlan Plan { get; }

    public SimulatedWorld World { get; }

    public SimulationTrace Trace => World.Trace;

    public Prng Chance { get; }

    public OverlayStore Store { get; }

    public OverlayChecker Checker { get; }

    public FirstFault Fault { get; } = new();

    public UnitsTally Tally { get; } = new();

    public List<OverlayMachine> Machines { get; } = [];

    public bool IsTurmoil => Plan.Faults > 0 && World.Now < Plan.Turmoil;

    /// <summary>The configuration was changed a moment ago, or not all reach it.</summary>
    public bool IsUnsettled => World.Now < _changedAt + (20 * OverlayPlan.Second)
        || (_configs > 1 && World.Now - Store.Since < 20 * OverlayPlan.Second);

    public bool Reaches(OverlayMachine machine) => Store.IsThere && !machine.IsCut;

    public bool IsTwin(OverlayMachine machine) =>
        Plan.HasTwins && machine.Address.Equals(Machines[0].Address);

    public long Latency() => 500_000 + Chance.Next(20_000_000);

    /// <summary>Somebody writes another configuration.</summary>
    public void Configure()
    {
        string backend = Plan.Backend == "vxlan"
            ? $$"""{"Type":"vxlan","VNI":{{(_configs % 3) + 1}}}""" : """{"Type":"host-gw"}""";
        int length = Plan.Machines > 200 ? 26 : 24;
        int which = (_configs / 2 % 2) + 1;
        string v4 = Plan.HasV4
            ? $"\"Network\":\"10.{which}.0.0/16\",\"SubnetLen\":{length}" : "\"EnableIPv4\":false";
        string v6 = Plan.HasV6 ? $",\"EnableIPv6\":true,\"IPv6Network\":\"fd10:{which}::/48\"" : "";
        string text = "{" + $"{v4}{v6},\"Backend\":{backend}" + "}";
        _configs++;
        _changedAt = World.Now;
        Store.Set(OverlayKeys.Default.Config, text, KvSetOptions.None);
    }

    public OverlayResult Run()
    {
        Configure();
        foreach (OverlayMachine machine in Machines)
            World.After((long)(Chance.NextDouble() * Plan.Joining), machine.Begin);
        new OverlayFaults(this).Plan();
        RunUntil(Plan.Turmoil);
        foreach (OverlayMachine machine in Machines)
            machine.Begin();
        while (!Store.IsThere || Machines.Exists(static m => m.IsCut))
            RunUntil(World.Now + (60 * OverlayPlan.Second));
        RunUntil(World.Now + Plan.Peace);
        Checker.LookAtEnd();
        Fault.Look();
        return new OverlayResult(
            Trace.Hash, World.EventCount, Checker.Checked, Machines.Max(static m => m.Kernel.Batches), Tally);
    }

    private void RunUntil(long end)
    {
        while (World.Now < end)
        {
            World.RunUntil(Math.Min(end, World.Now + LookEvery));
            Store.Expire();
            Checker.Look();
            if (Machines.Exists(static m => m.HasStrayed))
                Fault.Fail("something went on on another thread");
            Fault.Look();
        }
    }
}
