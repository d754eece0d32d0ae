using System.Net;
using CoreNode.Overlay.Net;

namespace CoreNode.Tests.Overlay;

/// <summary>
/// A kernel in memory: what needs a device fails without it, and goes with it. Others may change it too.
/// </summary>
internal sealed class MemoryNetwork : IMachineNetwork
{
    private readonly List<VxlanLink> _links = [];
    private readonly List<LinkAddress> _addresses = [];
    private readonly Dictionary<IpPrefix, NetworkRoute> _routes = [];
    private readonly Dictionary<(string, IPAddress), Neighbour> _neighbours = [];
    private readonly Dictionary<(string, MacAddress), Forwarding> _forwardings = [];
    private FirewallRules? _firewall;
    private bool _forwardsV4;
    private bool _forwardsV6;
    private ulong _macs = 0x02_FF_00_00_00_00;
    private TaskCompletionSource? _waiting;
    private bool _isChanged = true;

    public List<InterfaceFacts> Facts { get; } = [];

    /// <summary>Every change that was made, in order.</summary>
    public List<NetworkChange> Changes { get; } = [];

    /// <summary>How often changes came.</summary>
    public int Batches { get; private set; }

    public int Reads { get; private set; }

    public bool KeepsChanges { get; set; } = true;

    /// <summary>Why a change fails; null if it does not.</summary>
    public Func<NetworkChange, string?> Fails { get; set; } = static _ => null;

    /// <summary>The kernel does not answer at all.</summary>
    public bool IsMute { get; set; }

    /// <summary>Told of each change that is made.</summary>
    public Action<NetworkChange> Made { get; set; } = static _ => { };

    public NetworkState State => new(
        [.. _links], [.. _addresses], [.. _routes.Values], [.. _neighbours.Values], [.. _forwardings.Values], _firewall)
    {
        ForwardsIPv4 = _forwardsV4,
        ForwardsIPv6 = _forwardsV6,
    };

    public IReadOnlyList<LinkAddress> Addresses => _addresses;

    public IReadOnlyCollection<NetworkRoute> Routes => _routes.Values;

    /// <summary>True if packets to a subnet go to that machine itself.</summary>
    public bool HasRoute(IpPrefix to, IPAddress via) =>
        _routes.TryGetValue(to, out NetworkRoute? route) && !route.IsOnLink && via.Equals(route.Via);

    /// <summary>True if packets to a subnet go to that device of that machine.</summary>
    public bool Sends(IpPrefix to, MacAddress mac, IPAddress machine) =>
        _routes.TryGetValue(to, out NetworkRoute? route) && route is { IsOnLink: true, Via: { } via }
        && _neighbours.TryGetValue((route.Link, via), out Neighbour? neighbour) && neighbour.Mac == mac
        && _forwardings.TryGetValue((route.Link, mac), out Forwarding? forwarding) && forwarding.To.Equals(machine);

    /// <summary>True if any packet goes to such a machine.</summary>
    public bool HasForeigner(Func<IPAddress, bool> isForeign) =>
        _forwardings.Values.Any(one => isForeign(one.To))
        || _routes.Values.Any(one => one.Via is not null && isForeign(one.Via));

    public IReadOnlyList<InterfaceFacts> Interfaces()
    {
        Ask();
        return [.. Facts];
    }

    public NetworkState Read(IReadOnlyList<string> links)
    {
        Ask();
        Reads++;
        return new NetworkState(
            _links.FindAll(link => links.Contains(link.Name)),
            _addresses.FindAll(address => links.Contains(address.Link)), [.. _routes.Values],
            [.. _neighbours.Values.Where(one => links.Contains(one.Link))],
            [.. _forwardings.Values.Where(one => links.Contains(one.Link))], _firewall)
        {
            ForwardsIPv4 = _forwardsV4,
            ForwardsIPv6 = _forwardsV6,
        };
    }

    public IReadOnlyList<NetworkFault> Apply(IReadOnlyList<NetworkChange> changes)
    {
        Ask();
        Batches++;
        List<NetworkFault> faults = [];
        foreach (NetworkChange change in changes)
        {
            string? reason = Fails(change) ?? Make(change);
            if (reason is not null)
                faults.Add(new NetworkFault(change, 22, reason));
            else
                Made(change);
            if (KeepsChanges)
                Changes.Add(change);
        }

        Tell();
        return faults;
    }

    /// <summary>Somebody else changes something.</summary>
    public void Meddle(NetworkChange change)
    {
        Make(change);
        Tell();
    }

    public void Tell()
    {
        _isChanged = true;
        if (_waiting is { } waiting)
        {
            _waiting = null;
            _isChanged = false;
            waiting.TrySetResult();
        }
    }

    public IPAddress? SourceTowards(IPAddress destination) =>
        Facts.Find(static one => one.HasDefaultRoute)?.Addresses[0].Address;

    public Task WaitForChangeAsync(CancellationToken cancellation)
    {
        if (_isChanged)
        {
            _isChanged = false;
            return Task.CompletedTask;
        }

        TaskCompletionSource waiting = new();
        if (cancellation.CanBeCanceled)
            cancellation.Register(() => waiting.TrySetCanceled(cancellation));
        _waiting = waiting;
        return waiting.Task;
    }

    public void Dispose()
    {
    }

    private void Ask()
    {
        if (IsMute)
            throw new NetworkException("the kernel does not answer", 11);
    }

    private string? Make(NetworkChange change)
    {
        switch (change)
        {
            case NetworkChange.AddLink { Link: var link }:
                RemoveLink(link.Name);
                _links.Add(link with { Mac = link.Mac ?? new MacAddress(++_macs) });
                return null;
            case NetworkChange.RemoveLink { Name: var name }:
                RemoveLink(name);
                return null;
            case NetworkChange.SetUp { Link: var name }:
                return ChangeLink(name, static link => link with { IsUp = true });
            case NetworkChange.SetMtu { Link: var name, Mtu: var mtu }:
                return ChangeLink(name, link => link with { Mtu = mtu });
            case NetworkChange.AddAddress { Address: var address }:
                _addresses.Remove(address);
                _addresses.Add(address);
                return Without(address.Link);
            case NetworkChange.RemoveAddress { Address: var address }:
                _addresses.Remove(address);
                return null;
            case NetworkChange.PutRoute { Route: var route }:
                _routes[route.To] = route;
                return Without(route.Link);
            case NetworkChange.RemoveRoute { Route: var route }:
                if (_routes.GetValueOrDefault(route.To) == route)
                    _routes.Remove(route.To);
                return null;
            case NetworkChange.PutNeighbour { Neighbour: var one }:
                _neighbours[(one.Link, one.Address)] = one;
                return Without(one.Link);
            case NetworkChange.RemoveNeighbour { Neighbour: var one }:
                _neighbours.Remove((one.Link, one.Address));
                return null;
            case NetworkChange.PutForwarding { Forwarding: var one }:
                _forwardings[(one.Link, one.Mac)] = one;
                return Without(one.Link);
            case NetworkChange.RemoveForwarding { Forwarding: var one }:
                _forwardings.Remove((one.Link, one.Mac));
                return null;
            case NetworkChange.SetFirewall { Rules: var rules }:
                _firewall = rules;
                return null;
            case NetworkChange.EnableForwarding { IsIPv6: var isV6 }:
                _forwardsV4 |= !isV6;
                _forwardsV6 |= isV6;
                return null;
            default:
                throw new InvalidOperationException($"no such change: {change}");
        }
    }

    private string? Without(string link) =>
        _links.Exists(one => one.Name == link) || Facts.Exists(one => one.Name == link)
            ? null : $"there is no device {link}";

    private string? ChangeLink(string name, Func<VxlanLink, VxlanLink> change)
    {
        int place = _links.FindIndex(link => link.Name == name);
        if (place < 0)
            return $"there is no device {name}";
        _links[place] = change(_links[place]);
        return null;
    }

    private void RemoveLink(string name)
    {
        _links.RemoveAll(link => link.Name == name);
        _addresses.RemoveAll(one => one.Link == name);
        foreach (NetworkRoute route in _routes.Values.Where(one => one.Link == name).ToArray())
            _routes.Remove(route.To);
        foreach (Neighbour one in _neighbours.Values.Where(one => one.Link == name).ToArray())
            _neighbours.Remove((one.Link, one.Address));
        foreach (Forwarding one in _forwardings.Values.Where(one => one.Link == name).ToArray())
            _forwardings.Remove((one.Link, one.Mac));
    }
}
