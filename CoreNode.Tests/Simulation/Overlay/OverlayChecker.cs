using System.Net;
using CoreNode.Overlay.Model;
using CoreNode.Overlay.Net;
using CoreNode.Store;

namespace CoreNode.Tests.Simulation.Overlay;

/// <summary>What must hold whatever happens.</summary>
internal sealed class OverlayChecker(OverlayCluster cluster)
{
    /// <summary>How long a new lease may take to every machine.</summary>
    public const long Reach = OverlayPlan.Second / 2;

    /// <summary>How long two machines may have one subnet once the store answers both.</summary>
    public const long Double = 10 * OverlayPlan.Second;

    /// <summary>How long a machine that reaches the store may be without a lease.</summary>
    public const long Without = 15 * OverlayPlan.Second;

    private readonly Dictionary<string, long> _writtenAt = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _since = new(StringComparer.Ordinal);
    private readonly HashSet<OverlayMachine> _robbed = [];

    /// <summary>How often a machine was found to have a new lease in its kernel in time.</summary>
    public int Checked { get; private set; }

    /// <summary>Somebody claims its device: who is first may win.</summary>
    public void Rob(OverlayMachine machine) => _robbed.Add(machine);

    /// <summary>The store has written, or ended, something.</summary>
    public void Written(KvChange change)
    {
        if (OverlayKeys.Default.NameOf(change.Node.Key) is not { } name)
            return;
        if (change is { Action: KeyAction.Expire, Previous: { } ended } && Owner(EntryOf(name, ended)) is { } late
            && late.IsConnectedFor(2 * OverlayPlan.Hour) && late.Status.Lease?.Name == name && !IsExcused(late))
            cluster.Fault.Fail($"{late.Name} lets its lease {name} end although it reaches the store");
        if (change.Node.Value is null)
            return;
        bool isRenewal = change.Previous?.Value == change.Node.Value;
        _writtenAt[name] = isRenewal ? _writtenAt.GetValueOrDefault(name) : cluster.World.Now;
        LeaseEntry entry = EntryOf(name, change.Node);
        if (!cluster.Plan.IgnoresWrites && change.Previous?.Value is { } text
            && Owner(EntryOf(name, change.Previous)) is { } before && Owner(entry) is { } after && before != after
            && !IsExcused(before) && !IsExcused(after))
            cluster.Fault.Fail($"{after.Name} writes over the lease of {before.Name}: {text}");
        if (Owner(entry) is not { } owner || isRenewal || cluster.IsUnsettled)
            return;
        foreach (OverlayMachine machine in cluster.Machines)
        {
            if (machine != owner && !IsExcused(machine) && machine.IsConnectedFor(5 * OverlayPlan.Second))
                Follow(machine, entry, cluster.World.Now, machine.ConnectedSince);
        }
    }

    /// <summary>A machine has changed its kernel.</summary>
    public void Made(OverlayMachine machine, NetworkChange change)
    {
        cluster.World.Trace.Note(3, (ulong)machine.Index);
        if (cluster.World.Trace.IsVerbose)
            cluster.World.Trace.Write($"{machine.Name}: {change}");
        if (cluster.Plan.IsStrict)
            LookAtOnce(machine, change);
        if (change is not NetworkChange.RemoveRoute { Route.To: var to } || cluster.IsUnsettled || IsExcused(machine))
            return;
        if (Lease(to) is not { } entry || Owner(entry) is not { } owner || owner == machine || IsExcused(owner))
            return;
        bool isAway = cluster.World.Now - cluster.Store.Since > OverlayPlan.Second && !cluster.Store.IsThere;
        bool isCut = machine.IsCut && cluster.World.Now - machine.CutAt > OverlayPlan.Second;
        if (isAway || isCut)
            cluster.Fault.Fail($"{machine.Name} removes {to} of {owner.Name} while the store is away");
        else if (machine.IsConnectedFor(5 * OverlayPlan.Second)
            && cluster.World.Now - _writtenAt.GetValueOrDefault(entry.Name) > 2 * OverlayPlan.Second)
            cluster.Fault.Fail($"{machine.Name} removes {to} although {owner.Name} holds it");
    }

    /// <summary>A machine tells its containers what their subnet is.</summary>
    public void Told(OverlayMachine machine, SubnetEnv env)
    {
        if (!cluster.Plan.IsStrict)
            return;
        foreach (IpPrefix? subnet in (IpPrefix?[])[env.Subnets.V4, env.Subnets.V6])
        {
            if (subnet is not null)
                LookForDouble(machine, subnet.Address);
        }
    }

    /// <summary>Looks at everything.</summary>
    public void Look()
    {
        Dictionary<IPAddress, OverlayMachine> users = [];
        foreach (OverlayMachine machine in cluster.Machines)
        {
            LookForForeigners(machine);
            bool isConnected = !cluster.IsUnsettled && machine.IsConnectedFor(OverlayPlan.Second);
            string both = "";
            foreach (IPAddress subnet in isConnected && !IsSharing(machine) ? machine.Subnets : [])
            {
                if (!users.TryAdd(subnet, machine))
                    both = $"{machine.Name} and {users[subnet].Name} both have {subnet}";
            }

            if (HasLasted($"double {machine.Name}", both.Length > 0, Double))
                cluster.Fault.Fail(both);
            if (HasLasted($"without {machine.Name}", isConnected && !HasLease(machine), Without))
                cluster.Fault.Fail($"{machine.Name} has no lease: {string.Join("; ", machine.Status.Waiting)}");
        }
    }

    /// <summary>Every machine has exactly what the store says.</summary>
    public void LookAtEnd()
    {
        List<LeaseEntry> leases = [];
        foreach (KvNode node in cluster.Store.Find(OverlayKeys.Default.Subnets)?.Nodes ?? [])
            leases.Add(EntryOf(OverlayKeys.Default.NameOf(node.Key)!, node));
        foreach (OverlayMachine machine in cluster.Machines)
        {
            if (!machine.IsRunning || IsExcused(machine))
                continue;
            foreach (LeaseEntry lease in leases)
            {
                if (Owner(lease) is { } owner && owner != machine && !IsExcused(owner) && !Has(machine, lease))
                    cluster.Fault.Fail($"{machine.Name} does not reach {owner.Name} at the end");
            }

            foreach (NetworkRoute route in machine.Kernel.Routes)
            {
                if (!leases.Exists(lease => route.To.Equals(lease.Subnets?.V4) || route.To.Equals(lease.Subnets?.V6)))
                    cluster.Fault.Fail($"{machine.Name} still has a route to {route.To} at the end");
            }
        }
    }

    private void Follow(OverlayMachine machine, LeaseEntry entry, long at, long since) =>
        cluster.World.At(at + Reach, () =>
        {
            KvNode? node = cluster.Store.Find(OverlayKeys.Default.Lease(entry.Name));
            bool isSame = machine.IsConnectedFor(Reach) && machine.ConnectedSince == since
                && node?.ModifiedIndex == entry.Stored.Modified && !cluster.IsUnsettled
                && !machine.Subnets.Contains((entry.Subnets!.V4 ?? entry.Subnets.V6)!.Address);
            if (!isSame || IsExcused(machine) || Owner(entry) is not { } owner || IsExcused(owner))
                return;
            Checked++;
            if (!Has(machine, entry))
                cluster.Fault.Fail($"{machine.Name} does not reach {owner.Name} at {entry.Name} after 500 ms");
        });

    private bool HasLasted(string what, bool isSo, long bound)
    {
        if (!isSo)
        {
            _since.Remove(what);
            return false;
        }

        _since.TryAdd(what, cluster.World.Now);
        return cluster.World.Now - _since[what] > bound;
    }

    private void LookForForeigners(OverlayMachine machine)
    {
        if (machine.Kernel.HasForeigner(static to => to.GetAddressBytes() is [203, 0, 113, _] or [0x20, 0x01, ..]))
            cluster.Fault.Fail($"{machine.Name} sends to what a hostile lease named");
    }

    private bool HasLease(OverlayMachine machine)
    {
        if (machine.Status is not { Own: { } own, Lease: { } lease })
            return false;
        return cluster.Store.Find(OverlayKeys.Default.Lease(lease.Name))?.Value == LeaseJson.Write(own);
    }

    private bool Has(OverlayMachine machine, LeaseEntry entry)
    {
        LeaseValue value = entry.Value!;
        return (entry.Subnets!.V4 is not { } v4 || Sends(v4, value.MacV4, value.PublicV4!))
            && (entry.Subnets.V6 is not { } v6 || Sends(v6, value.MacV6, value.PublicV6!));

        bool Sends(IpPrefix to, MacAddress? mac, IPAddress address) => cluster.Plan.Backend == "vxlan"
            ? machine.Kernel.Sends(to, mac!, address) : machine.Kernel.HasRoute(to, address);
    }

    private OverlayMachine? Owner(LeaseEntry entry)
    {
        if (entry is not { Value: { } value, Subnets: { } subnets, Problem.Length: 0 }
            || value.Backend != cluster.Plan.Backend || (subnets.V4 is not null) != cluster.Plan.HasV4
            || (subnets.V6 is not null) != cluster.Plan.HasV6)
            return null;
        bool isVxlan = cluster.Plan.Backend == "vxlan";
        bool isWhole = (subnets.V4 is null || (value.PublicV4 is not null && (!isVxlan || value.MacV4 is not null)))
            && (subnets.V6 is null || (value.PublicV6 is not null && (!isVxlan || value.MacV6 is not null)));
        return !isWhole ? null : cluster.Machines.FirstOrDefault(machine => machine.IsRunning
            && (subnets.V4 is null || machine.Address.Equals(value.PublicV4))
            && (subnets.V6 is null || machine.AddressV6.Equals(value.PublicV6)));
    }

    private LeaseEntry? Lease(IpPrefix subnet)
    {
        foreach (KvNode node in cluster.Store.Find(OverlayKeys.Default.Subnets)?.Nodes ?? [])
        {
            LeaseSubnets? subnets = LeaseKey.Read(OverlayKeys.Default.NameOf(node.Key) ?? "", out _);
            if (subnet.Equals(subnets?.V4) || subnet.Equals(subnets?.V6))
                return EntryOf(OverlayKeys.Default.NameOf(node.Key)!, node);
        }

        return null;
    }

    // At every moment: no two machines use a subnet, and nobody takes the way to a living one away.
    private void LookAtOnce(OverlayMachine machine, NetworkChange change)
    {
        switch (change)
        {
            case NetworkChange.AddAddress { Address.Address.Address: var subnet }:
                LookForDouble(machine, subnet);
                break;
            case NetworkChange.RemoveRoute or NetworkChange.RemoveNeighbour or NetworkChange.RemoveForwarding
                or NetworkChange.RemoveLink:
                cluster.Fault.Fail($"{machine.Name} takes away what a living machine needs: {change}");
                break;
            default:
                break;
        }
    }

    private void LookForDouble(OverlayMachine machine, IPAddress subnet)
    {
        foreach (OverlayMachine other in cluster.Machines)
        {
            if (other != machine && other.Subnets.Contains(subnet))
                cluster.Fault.Fail($"{machine.Name} uses {subnet} while {other.Name} does");
        }
    }

    // Without devices nothing tells them apart.
    private bool IsSharing(OverlayMachine machine) => cluster.IsTwin(machine) && cluster.Plan.Backend != "vxlan";

    private bool IsExcused(OverlayMachine machine) => _robbed.Contains(machine) || cluster.IsTwin(machine);

    private static LeaseEntry EntryOf(string name, KvNode node) => LeaseEntry.Of(new StoredLease(
        name, node.Value ?? "", node.CreatedIndex, node.ModifiedIndex, null));
}
