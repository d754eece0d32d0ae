using CoreNode.Foundation;
using CoreNode.Overlay.Model;
using CoreNode.Overlay.Net;
using CoreNode.Store;

namespace CoreNode.Tests.Simulation.Overlay;

/// <summary>What goes wrong, and what people do.</summary>
internal sealed class OverlayFaults(OverlayCluster cluster)
{
    public static readonly string[] All =
    [
        "killed", "crashed", "lost", "cut", "store away", "watches break", "lease deleted", "hostile lease", "meddled",
        "lease overwritten", "all leases deleted",
    ];

    // None of these takes a lease from a machine that lives.
    private static readonly string[] s_strict =
        ["killed", "crashed", "cut", "store away", "watches break", "meddled"];

    private readonly Prng _chance = cluster.Chance.Child("faults");
    private int _foreigners;

    public void Plan()
    {
        string[] kinds = cluster.Plan.IsStrict ? s_strict : All;
        for (int index = 0; index < cluster.Plan.Faults; index++)
        {
            long at = (60 * OverlayPlan.Second)
                + (long)(_chance.NextDouble() * (cluster.Plan.Turmoil - (900 * OverlayPlan.Second)));
            string what = kinds[_chance.Next(kinds.Length)];
            cluster.World.At(at, () => Do(what));
        }

        if (cluster.Plan.ChangesConfig)
        {
            for (int index = 1; index <= 4; index++)
                cluster.World.At(index * cluster.Plan.Turmoil / 5, () => Change());
        }
    }

    private OverlayMachine Any => cluster.Machines[_chance.Next(cluster.Machines.Count)];

    private void Change()
    {
        if (!cluster.Store.IsThere || cluster.Machines.Exists(static m => m.IsCut))
            return;
        cluster.Tally.Count("configuration changed");
        cluster.Configure();
    }

    private void Do(string what)
    {
        OverlayMachine machine = Any;
        bool needsStore = what is "lease deleted" or "hostile lease" or "lease overwritten" or "all leases deleted"
            or "watches break";
        if (needsStore && !cluster.Store.IsThere)
            return;
        if (what == "lost" && cluster.Machines.Count(static m => !m.IsLost) <= 2)
            return;
        cluster.Tally.Count($"fault: {what}");
        if (cluster.World.Trace.IsVerbose)
            cluster.World.Trace.Mark($"{what}: {machine.Name}");
        switch (what)
        {
            case "killed":
                machine.Kill();
                cluster.World.After(Seconds(1, 100), machine.Begin);
                break;
            case "crashed":
                machine.Crash();
                cluster.World.After(Seconds(30, 4000), machine.Begin);
                break;
            case "lost":
                machine.Crash();
                machine.IsLost = true;
                break;
            case "cut":
                machine.Cut(Seconds(1, 7200));
                break;
            case "store away":
                cluster.Store.GoAway(Seconds(1, 4000));
                break;
            case "watches break":
                cluster.Store.Break(_chance.Chance(0.5) ? machine : null, _chance.Chance(0.5));
                break;
            case "lease deleted":
                DeleteLease(machine);
                break;
            case "hostile lease":
                WriteHostile(machine);
                break;
            case "meddled":
                Meddle(machine);
                break;
            case "lease overwritten":
                Overwrite(machine);
                break;
            default:
                cluster.Store.Delete(OverlayKeys.Default.Subnets, new KvDeleteOptions { IsRecursive = true });
                break;
        }
    }

    private void DeleteLease(OverlayMachine machine)
    {
        if (machine.IsRunning && machine.Status.Lease is { } lease)
            cluster.Store.Delete(OverlayKeys.Default.Lease(lease.Name), KvDeleteOptions.None);
    }

    // The lease goes to a machine that nobody here knows; it looks like any other.
    private void Overwrite(OverlayMachine machine)
    {
        if (!machine.IsRunning || machine.Status.Lease is not { } lease)
            return;
        int number = ++_foreigners;
        string device = cluster.Plan.Backend == "vxlan"
            ? $$""","BackendData":{"VtepMAC":"06:00:00:00:00:{{number:x2}}"}""" : "";
        Write(
            lease.Name,
            $$"""{"PublicIP":"172.31.250.{{number}}","BackendType":"{{cluster.Plan.Backend}}"{{device}}}""");
    }

    private void WriteHostile(OverlayMachine victim)
    {
        string mac = (victim.IsRunning ? victim.Status.Own?.MacV4?.ToString() : null) ?? "06:00:00:00:00:01";
        string network = (victim.IsRunning ? victim.Status.Config?.V4?.Network.Address.ToString() : null) ?? "10.1.0.0";
        string beginning = network[..network.IndexOf(".0.0", StringComparison.Ordinal)];
        string free = $"{beginning}.{_chance.Next(150, 250)}.0-24";
        switch (_chance.Next(cluster.Plan.HasV6 ? 8 : 7))
        {
            case 0:
                Write($"{network}-16", Value("203.0.113.1", "06:00:00:00:00:01"));
                break;
            case 1:
                Write("0.0.0.0-0", Value("203.0.113.2", "06:00:00:00:00:02"));
                break;
            case 2:
                Write(free, "{\"PublicIP\":\"203.0.113.3\",\"BackendType\":\"udp\"}");
                break;
            case 3:
                Write(free, "\0\u0001 nonsense {{{");
                break;
            case 4 when cluster.Plan.Backend == "vxlan":
                if (cluster.Store.Find(OverlayKeys.Default.Lease(free)) is null)
                {
                    cluster.Checker.Rob(victim);
                    Write(free, Value("172.31.251.1", mac));
                }

                break;
            case 5:
                Write("10.99.3.0-24", Value("203.0.113.5", "06:00:00:00:00:05"));
                break;
            case 7:
                Write(
                    "0.0.0.0-0&fd99:1::-64",
                    """{"PublicIP":"0.0.0.0","PublicIPv6":"2001:db8::7","BackendType":"host-gw"}""");
                break;
            default:
                Write("x/y/z", Value("203.0.113.6", "06:00:00:00:00:06"));
                break;
        }
    }

    private void Write(string name, string text)
    {
        KvOutcome outcome = cluster.Store.Set(
            OverlayKeys.Default.Lease(name), text, new KvSetOptions { TimeToLive = TimeSpan.FromHours(24) });
        if (outcome is not KvOutcome.Done && cluster.World.Trace.IsVerbose)
            cluster.World.Trace.Write(outcome.ToString()!);
    }

    private void Meddle(OverlayMachine machine)
    {
        if (!machine.IsRunning)
            return;
        NetworkState state = machine.Kernel.State;
        switch (_chance.Next(4))
        {
            case 0 when state.Links.Count > 0:
                machine.Kernel.Meddle(new NetworkChange.RemoveLink(state.Links[0].Name));
                break;
            case 1 when state.Addresses.Count > 0:
                machine.Kernel.Meddle(new NetworkChange.RemoveAddress(state.Addresses[0]));
                break;
            case 2 when state.Neighbours.Count > 0:
                machine.Kernel.Meddle(new NetworkChange.RemoveNeighbour(state.Neighbours[0]));
                break;
            default:
                machine.Kernel.Meddle(new NetworkChange.SetFirewall(null));
                break;
        }
    }

    private static string Value(string address, string mac) =>
        $$$"""{"PublicIP":"{{{address}}}","BackendType":"vxlan","BackendData":{"VtepMAC":"{{{mac}}}"}}""";

    private long Seconds(int from, int to) =>
        (long)((from + (Math.Pow(_chance.NextDouble(), 3) * (Math.Min(to, cluster.Plan.LongestFault) - from)))
            * OverlayPlan.Second);
}
