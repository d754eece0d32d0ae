using CoreNode.Overlay.Model;
using CoreNode.Tests.Simulation.Overlay;

namespace CoreNode.Tests.Overlay;

/// <summary>Three machines over a simulated store and kernel, without faults: time passes as a test says.</summary>
internal abstract class SimulatedOverlay
{
    protected const long Second = OverlayPlan.Second;
    protected const string Prefix = "/coreos.com/network";

    private SynchronizationContext? _context;

    protected OverlayCluster Cluster { get; set; } = null!;

    protected OverlayMachine First => Cluster.Machines[0];

    protected OverlayMachine Other => Cluster.Machines[1];

    [SetUp]
    public void SetUp()
    {
        _context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        Cluster = new OverlayCluster(new OverlayPlan(7, OverlayBug.None) { Machines = 3, Faults = 0 });
    }

    [TearDown]
    public void TearDown() => SynchronizationContext.SetSynchronizationContext(_context);

    protected void Begin()
    {
        if (Cluster.Store.Find(OverlayKeys.Default.Config) is null)
            Cluster.Configure();
        foreach (OverlayMachine machine in Cluster.Machines)
            machine.Begin();
        Pass(5);
    }

    protected void Pass(int seconds)
    {
        Cluster.World.RunUntil(Cluster.World.Now + (seconds * Second));
        Cluster.Fault.Look();
    }

    protected static bool Sends(OverlayMachine from, OverlayMachine to) => from.Kernel.Sends(
        to.Status.Lease!.Subnets.V4!, to.Status.Own!.MacV4!, to.Address);
}
