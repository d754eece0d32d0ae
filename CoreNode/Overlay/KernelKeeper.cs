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
    private readonly HashSet<string> _strangers = new(StringComparer.Ordinal);
    private IReadOnlyList<InterfaceFacts> _facts = [];
    private NetworkState? _complete;

    /// <summary>This machine; what was known last while no interface is found. Null before the first one.</summary>
    public OwnMachine? Own { get; private set; }

    /// <summary>What is missing; empty if nothing is.</summary>
    public string Trouble { get; private set; } = "";

    /// <summary>Other machines, as they were judged last.</summary>
    public IReadOnlyList<OverlayPeer> Peers { get; private set; } = [];

    /// <summary>Something is there that was not asked for: read again.</summary>
    public bool IsUnsure { get; private set; }

    /// <summary>
    /// What somebody else had changed before the last <see cref="Keep"/>, which put it back; empty if nothing.
    /// </summary>
    public string Mended { get; private set; } = "";

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
        _facts = parts.Network.Interfaces();
        InterfaceChoice? choice = InterfaceChoice.Of(_facts, wish, config, out string problem);
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
        List<NetworkFault> notes = FindLeft(config);
        NetworkState there = parts.Network.Read(_links);
        NetworkState wanted = WantedNetwork.Of(
            config, own, held?.Subnets, Peers, parts.Claims.Firewall(there.Firewall));
        RouteOwner owner = parts.Claims.OwnerFor(network, _mine);
        List<NetworkChange> changes = NetworkDifference.Plan(there, wanted, owner);
        Mended = changes.Count > 0 && notes.Count == 0 && _complete is { } before
            ? MendedOf(there, before, wanted, owner) : "";
        _complete = null;
        IReadOnlyList<NetworkFault> faults = changes.Count == 0 ? [] : parts.Network.Apply(changes);
        // What is missing after a fault was not taken away by somebody.
        _complete = faults.Count == 0 ? wanted : null;
        foreach (NetworkFault fault in faults)
        {
            // A note on a device: it was made anew, and with it went what was on it.
            IsUnsure |= fault.IsDone && fault.Change is NetworkChange.AddLink;
            if (!fault.IsDone)
                Blame(fault);
        }

        notes.AddRange(faults);
        return notes;
    }

    // Rules that another network of this machine changed meanwhile are nobody else's doing.
    private static string MendedOf(NetworkState there, NetworkState before, NetworkState wanted, RouteOwner owner)
    {
        if (!Equals(before.Firewall, wanted.Firewall))
            before = before with { Firewall = there.Firewall };
        List<NetworkChange> changes = NetworkDifference.Plan(there, before, owner);
        string more = changes.Count > 1 ? $" and {changes.Count - 1} more" : "";
        return changes.Count == 0 ? "" : $"somebody changed the kernel's network; put back: {changes[0]}{more}";
    }

    // Devices of a configuration that was changed while nobody followed it. Ours have an address of our making; of
    // others, a flannel's for instance, only a note is made.
    private List<NetworkFault> FindLeft(OverlayConfig config)
    {
        List<string> names = [];
        foreach (InterfaceFacts facts in _facts)
        {
            if (facts.Name.StartsWith("flannel", StringComparison.Ordinal) && !_links.Contains(facts.Name)
                && !_strangers.Contains(facts.Name) && IsInNetwork(facts, config) && !parts.Claims.MayHave(facts.Name))
                names.Add(facts.Name);
        }

        List<NetworkFault> notes = [];
        if (names.Count == 0)
            return notes;
        foreach (VxlanLink link in parts.Network.Read(names).Links)
        {
            bool isOurs = !link.IsStrange && link.Mac == MacOf(link.Name, link.Local);
            if (isOurs)
                _links.Add(link.Name);
            else
                _strangers.Add(link.Name);
            notes.Add(new NetworkFault(
                new NetworkChange.RemoveLink(link.Name), 0,
                $"device {link.Name} is left from another configuration "
                    + (isOurs ? "and removed" : $"and not of CoreNode's making; remove it: ip link del {link.Name}")));
        }

        return notes;
    }

    private bool IsInNetwork(InterfaceFacts facts, OverlayConfig config)
    {
        LeaseSubnets? leased = parts.Options.Previous.GetValueOrDefault(network);
        foreach (IpPrefix address in facts.Addresses)
        {
            IPAddress one = address.Address;
            if (config.V4?.Network.Contains(one) == true || config.V6?.Network.Contains(one) == true
                || one.Equals(leased?.V4?.Address) || one.Equals(leased?.V6?.Address))
                return true;
        }

        return false;
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

        return MacOf(name, (isV4 ? choice.V4 : choice.V6)!);
    }

    private MacAddress MacOf(string name, IPAddress local) =>
        MacAddress.Local(new Prng(0).Child($"{parts.Options.MachineId} {name} {local}").NextUInt64());

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
