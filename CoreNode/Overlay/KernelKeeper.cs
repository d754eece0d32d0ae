using System.Net;
using CoreNode.Foundation;
using CoreNode.Overlay.Model;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay;

/// <summary>
/// One network in the kernel: which interface is below it, which devices this machine has, and the changes that bring
/// what is there to what is wanted. One owner: the loop.
/// </summary>
internal sealed class KernelKeeper(OverlayServiceParts parts, string network)
{
    private readonly List<IpPrefix> _mine = [];
    private readonly List<string> _links = [];

    /// <summary>This machine; what was known last while no interface is found. Null before the first one.</summary>
    public OwnMachine? Own { get; private set; }

    /// <summary>What is missing; empty if nothing is.</summary>
    public string Trouble { get; private set; } = "";

    /// <summary>Other machines, as they were judged last.</summary>
    public IReadOnlyList<OverlayPeer> Peers { get; private set; } = [];

    /// <summary>Something is there that was not asked for: read again.</summary>
    public bool IsUnsure { get; private set; }

    /// <summary>What is wrong with a configuration on this machine.</summary>
    public IReadOnlyList<ConfigProblem> ProblemsOf(OverlayConfig config, LeaseSubnets? held)
    {
        IReadOnlyList<ConfigProblem> problems = parts.Claims.ProblemsOf(network, config);
        InterfaceChoice? choice = InterfaceChoice.Of(parts.Network.Interfaces(), Wish(), config, out _);
        // Bridges of an earlier subnet may still be there: only what other machines are reached by is looked at.
        return problems.Count > 0 || choice is null ? problems : ConfigCheck.Against(config, [choice.Facts], held);
    }

    /// <summary>Looks which interface is there, and which devices.</summary>
    public void Look(OverlayConfig config)
    {
        InterfaceWish wish = Wish();
        InterfaceChoice? choice = InterfaceChoice.Of(parts.Network.Interfaces(), wish, config, out string problem);
        Trouble = problem;
        if (choice is null)
            return;
        bool isVxlan = config.Backend.Kind == BackendKind.Vxlan;
        string[] names = isVxlan ? [config.Backend.Link, config.Backend.LinkV6] : [];
        NetworkState? there = isVxlan ? parts.Network.Read(names) : null;
        MacAddress? v4 = isVxlan && config.V4 is not null ? Device(config, choice, there!, true) : null;
        MacAddress? v6 = isVxlan && config.V6 is not null ? Device(config, choice, there!, false) : null;
        Own = choice.Own(config, wish, v4, v6);
        Remember(config, names);
    }

    /// <summary>Brings the kernel to what is wanted; what failed, and notes.</summary>
    public IReadOnlyList<NetworkFault> Keep(OverlayConfig config, LeaseBook book, HeldLease? held)
    {
        OwnMachine own = Own!;
        IsUnsure = false;
        Peers = PeerRules.Judge(config, book, own, held?.Name);
        parts.Claims.Set(network, config, held?.Subnets);
        NetworkState there = parts.Network.Read(_links);
        NetworkState wanted = WantedNetwork.Of(
            config, own, held?.Subnets, Peers, parts.Claims.Firewall(there.Firewall));
        List<NetworkChange> changes = NetworkDifference.Plan(there, wanted, parts.Claims.OwnerFor(network, _mine));
        if (changes.Count == 0)
            return [];
        IReadOnlyList<NetworkFault> faults = parts.Network.Apply(changes);
        foreach (NetworkFault fault in faults)
        {
            // A note on a device: it was made anew, and with it went what was on it.
            IsUnsure |= fault.IsDone && fault.Change is NetworkChange.AddLink;
            if (!fault.IsDone)
                Blame(fault);
        }

        return faults;
    }

    private InterfaceWish Wish()
    {
        InterfaceWish wish = parts.Options.Interface;
        return parts.Options.RouteTo is { } store && parts.Network.SourceTowards(store) is { } source
            ? wish with { Text = source.ToString() } : wish;
    }

    // A device that is there keeps its address, so that an update, or a flannel before this, is not noticed by others.
    private MacAddress Device(OverlayConfig config, InterfaceChoice choice, NetworkState there, bool isV4)
    {
        string name = isV4 ? config.Backend.Link : config.Backend.LinkV6;
        OwnMachine any = choice.Own(config, parts.Options.Interface, null, null);
        foreach (VxlanLink link in WantedNetwork.Of(config, any, null, [], null).Links)
        {
            foreach (VxlanLink one in there.Links)
            {
                if (link.Name == name && one.Name == name && link.DifferenceFrom(one) is null && one.Mac is not null)
                    return one.Mac;
            }
        }

        IPAddress local = (isV4 ? choice.V4 : choice.V6)!;
        return MacAddress.Local(new Prng(0).Child($"{parts.Options.MachineId} {name} {local}").NextUInt64());
    }

    private void Remember(OverlayConfig config, string[] names)
    {
        foreach (string name in names)
        {
            if (!_links.Contains(name))
                _links.Add(name);
        }

        if (config.V4 is { } v4 && !_mine.Contains(v4.Network))
            _mine.Add(v4.Network);
        if (config.V6 is { } v6 && !_mine.Contains(v6.Network))
            _mine.Add(v6.Network);
    }

    private void Blame(NetworkFault fault)
    {
        IPAddress? of = fault.Change switch
        {
            NetworkChange.PutRoute { Route: var route } => route.To.Address,
            NetworkChange.PutNeighbour { Neighbour: var neighbour } => neighbour.Address,
            _ => null,
        };
        if (of is null)
            return;
        List<OverlayPeer> peers = [.. Peers];
        for (int index = 0; index < peers.Count; index++)
        {
            LeaseSubnets? subnets = peers[index].Entry.Subnets;
            if (of.Equals(subnets?.V4?.Address) || of.Equals(subnets?.V6?.Address))
                peers[index] = peers[index] with { Problem = fault.Message };
        }

        Peers = peers;
    }
}
