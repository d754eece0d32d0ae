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
        if (change.Previous?.Value is { } text && Owner(EntryOf(name, change.Previous)) is { } before
            && Owner(entry) is { } after && before != after && !IsExcused(before) && !IsExcused(after))
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
        if (change is not NetworkChange.RemoveRoute { Route.To: var to } || cluster.IsUnsettled || IsExcused(machine))
            return;
        string name = LeaseKey.Write(new LeaseSubnets(to, null));
        KvNode? node = cluster.Store.Find(OverlayKeys.Default.Lease(name));
        if (node is null || Owner(EntryOf(name, node)) is not { } owner || owner == machine || IsExcused(owner))
            return;
        bool isAway = cluster.World.Now - cluster.Store.Since > OverlayPlan.Second && !cluster.Store.IsThere;
        bool isCut = machine.IsCut && cluster.World.Now - machine.CutAt > OverlayPlan.Second;
        if (isAway || isCut)
            cluster.Fault.Fail($"{machine.Name} removes {to} of {owner.Name} while the store is away");
        else if (machine.IsConnectedFor(5 * OverlayPlan.Second)
            && cluster.World.Now - _writtenAt.GetValueOrDefault(name) > 2 * OverlayPlan.Second)
            cluster.Fault.Fail($"{machine.Name} removes {to} although {owner.Name} holds it");
    }

    /// <summary>Looks at everything.</summary>
    public void Look()
    {
        Dictionary<IPAddress, OverlayMachine> users = [];
        foreach (OverlayMachine machine in cluster.Machines)
        {
            LookForForeigners(machine);
            bool isConnected = !cluster.IsUnsettled && machine.IsConnectedFor(OverlayPlan.Second);
            bool isDouble = isConnected && machine.Subnet is { } subnet && !users.TryAdd(subnet, machine);
            if (HasLasted($"double {machine.Name}", isDouble, Double))
                cluster.Fault.Fail($"{machine.Name} and {users[machine.Subnet!].Name} both have {machine.Subnet}");
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
                string name = LeaseKey.Write(new LeaseSubnets(route.To, null));
                if (!leases.Exists(lease => lease.Name == name))
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
                && machine.Subnet?.Equals(entry.Subnets!.V4!.Address) != true;
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
        if (machine.Kernel.HasForeigner(static to => to.GetAddressBytes() is [203, 0, 113, _]))
            cluster.Fault.Fail($"{machine.Name} sends to what a hostile lease named");
    }

    private bool HasLease(OverlayMachine machine)
    {
        if (machine.Status is not { Own: { } own, Lease: { } lease })
            return false;
        return cluster.Store.Find(OverlayKeys.Default.Lease(lease.Name))?.Value == LeaseJson.Write(own);
    }

    private bool Has(OverlayMachine machine, LeaseEntry entry) => cluster.Plan.Backend == "vxlan"
        ? machine.Kernel.Sends(entry.Subnets!.V4!, entry.Value!.MacV4!, entry.Value.PublicV4!)
        : machine.Kernel.HasRoute(entry.Subnets!.V4!, entry.Value!.PublicV4!);

    private OverlayMachine? Owner(LeaseEntry entry) =>
        entry is { Value.PublicV4: { } address, Subnets.V4: not null } && entry.Problem.Length == 0
            && (cluster.Plan.Backend != "vxlan" || entry.Value.MacV4 is not null)
            && entry.Value.Backend == cluster.Plan.Backend
            ? cluster.Machines.FirstOrDefault(machine => machine.Address.Equals(address) && machine.IsRunning) : null;

    private bool IsExcused(OverlayMachine machine) => _robbed.Contains(machine) || cluster.IsTwin(machine);

    private static LeaseEntry EntryOf(string name, KvNode node) => LeaseEntry.Of(new StoredLease(
        name, node.Value ?? "", node.CreatedIndex, node.ModifiedIndex, null));
}
