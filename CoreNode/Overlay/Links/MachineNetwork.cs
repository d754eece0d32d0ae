using System.Net;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Links;

/// <summary>
/// The network of the kernel over netlink: that of the network namespace of the thread that makes this, which is also
/// that of all threads outside of tests. Nothing is undone when it is disposed.
/// </summary>
public sealed class MachineNetwork : IMachineNetwork
{
    /// <summary>The name of the own nftables table, if no other is given.</summary>
    public const string UsualTable = "corenode_overlay";

    private readonly NetlinkSocket _socket;
    private readonly MessageWriter _request = new();
    private readonly Firewall _firewall;
    private readonly ChangeListener _listener;
    private readonly ChangeBatch _batch;

    /// <summary>Opens what it needs.</summary>
    /// <param name="table">The name of the own nftables table: each network that is run apart has its own.</param>
    /// <exception cref="NetworkException">The kernel does not allow it.</exception>
    public MachineNetwork(string table = UsualTable)
    {
        _socket = new NetlinkSocket(LibNetlink.RouteProtocol);
        try
        {
            _listener = new ChangeListener(table);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        _firewall = new Firewall(table);
        _batch = new ChangeBatch(_socket);
    }

    /// <inheritdoc/>
    public IReadOnlyList<InterfaceFacts> Interfaces()
    {
        RouteMessages.DumpLinks(Begin());
        List<LinkEntry> links = _socket.Dump(_request, RouteDecoder.Link);
        List<AddressEntry> addresses = Addresses();
        HashSet<int> leavers = [];
        foreach (bool isIPv6 in (ReadOnlySpan<bool>)[false, true])
        {
            RouteMessages.DumpRoutes(Begin(), isIPv6, 0);
            foreach (RouteEntry route in _socket.Dump(
                _request, static body => body is [_, 0, ..] ? RouteDecoder.Route(body) : null))
                leavers.Add(route.Device);
        }

        return links.ConvertAll(link => new InterfaceFacts(
            link.Index, link.Name, link.Mtu, link.IsUp,
            addresses.FindAll(one => one.Device == link.Index).ConvertAll(static one => one.Address),
            leavers.Contains(link.Index)));
    }

    /// <inheritdoc/>
    public NetworkState Read(IReadOnlyList<string> links)
    {
        List<VxlanLink> found = [];
        List<LinkAddress> addresses = [];
        List<Neighbour> neighbours = [];
        List<Forwarding> forwardings = [];
        List<int> devices = [];
        List<AddressEntry> all = links.Count == 0 ? [] : Addresses();
        foreach (string name in links)
        {
            if (_batch.Find(name) is not { } link)
                continue;
            found.Add(link.AsVxlan());
            devices.Add(link.Index);
            foreach (AddressEntry one in all)
            {
                if (one.Device == link.Index)
                    addresses.Add(new LinkAddress(name, one.Address));
            }

            ReadPeers(link, neighbours, forwardings);
        }

        _listener.Watch([.. devices]);
        _listener.Ignore(_socket.Port, _firewall.Port);
        return new NetworkState(found, addresses, OwnRoutes(), neighbours, forwardings, _firewall.Read())
        {
            ForwardsIPv4 = KernelSettings.IsForwarding(isIPv6: false),
            ForwardsIPv6 = KernelSettings.IsForwarding(isIPv6: true),
        };
    }

    /// <inheritdoc/>
    public IReadOnlyList<NetworkFault> Apply(IReadOnlyList<NetworkChange> changes)
    {
        _batch.Reset();
        foreach (NetworkChange change in changes)
        {
            switch (change)
            {
                case NetworkChange.SetFirewall firewall:
                    _batch.Flush();
                    if (_firewall.Set(firewall.Rules) is { ErrorNumber: not 0 } answer)
                        _batch.Faults.Add(FaultTexts.Of(change, answer));
                    break;
                case NetworkChange.EnableForwarding forwarding:
                    if (KernelSettings.EnableForwarding(forwarding) is { } fault)
                        _batch.Faults.Add(fault);
                    break;
                default:
                    _batch.Add(change);
                    break;
            }
        }

        _batch.Flush();
        _listener.Ignore(_socket.Port, _firewall.Port);
        return _batch.FaultsInOrder(changes);
    }

    /// <inheritdoc/>
    public IPAddress? SourceTowards(IPAddress destination)
    {
        RouteMessages.GetRoute(Begin(), destination);
        IPAddress? source = _socket.Get(_request, RouteDecoder.Source, out NetlinkAnswer answer);
        return answer.ErrorNumber == ErrorNumbers.NotPermitted ? throw FaultTexts.NotReadable(answer) : source;
    }

    /// <inheritdoc/>
    public Task WaitForChangeAsync(CancellationToken cancellation) => _listener.WaitAsync(cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        _firewall.Dispose();
        _socket.Dispose();
    }

    private MessageWriter Begin()
    {
        _request.Clear();
        return _request;
    }

    private List<AddressEntry> Addresses()
    {
        RouteMessages.DumpAddresses(Begin());
        return _socket.Dump(_request, RouteDecoder.Address);
    }

    private void ReadPeers(LinkEntry link, List<Neighbour> neighbours, List<Forwarding> forwardings)
    {
        foreach (bool isIPv6 in (ReadOnlySpan<bool>)[false, true])
        {
            RouteMessages.DumpNeighbours(Begin(), isIPv6, link.Index);
            neighbours.AddRange(
                _socket.Dump(_request, body => RouteDecoder.Neighbour(body, link.Index, link.Name)));
        }

        if (link.Kind != LinkEntry.VxlanKind)
            return;
        RouteMessages.DumpForwardings(Begin(), link.Index);
        forwardings.AddRange(_socket.Dump(_request, body => RouteDecoder.Forwarding(body, link.Index, link.Name)));
    }

    private List<NetworkRoute> OwnRoutes()
    {
        Dictionary<int, string> names = [];
        List<NetworkRoute> routes = [];
        foreach (bool isIPv6 in (ReadOnlySpan<bool>)[false, true])
        {
            RouteMessages.DumpRoutes(Begin(), isIPv6, Netlink.OwnProtocol);
            foreach (RouteEntry one in _socket.Dump(
                _request, static body => RouteDecoder.Route(body) is { IsOurs: true } route ? route : null))
            {
                // Where there is no IPv6 the kernel lists IPv4 instead.
                if (one.To.IsIPv6 != isIPv6)
                    continue;
                if (!names.TryGetValue(one.Device, out string? name))
                    names[one.Device] = name = NameOf(one.Device);
                routes.Add(new NetworkRoute(one.To, one.Via, name, one.IsOnLink));
            }
        }

        return routes;
    }

    // Empty: it went away meanwhile, and its routes with it.
    private string NameOf(int device)
    {
        RouteMessages.GetLink(Begin(), device);
        return _socket.Get(_request, RouteDecoder.Link, out _)?.Name ?? "";
    }
}
