using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Links;

/// <summary>
/// Makes changes over rtnetlink, many in one system call. Devices are made one by one, since what follows needs their
/// numbers; all else is gathered until <see cref="Flush"/>. One caller at a time.
/// </summary>
internal sealed class ChangeBatch(NetlinkSocket socket)
{
    private readonly MessageWriter _messages = new();
    private readonly MessageWriter _request = new();
    private readonly List<NetworkChange> _pending = [];
    private readonly Dictionary<string, int> _devices = new(StringComparer.Ordinal);

    /// <summary>What failed so far, and notes.</summary>
    public List<NetworkFault> Faults { get; } = [];

    /// <summary>The device of a name; null if there is none.</summary>
    public LinkEntry? Find(string name)
    {
        RouteMessages.GetLink(Begin(), name);
        LinkEntry? link = socket.Get(_request, RouteDecoder.Link, out NetlinkAnswer answer);
        return answer.ErrorNumber is 0 or ErrorNumbers.NoDevice ? link : throw FaultTexts.NotReadable(answer);
    }

    /// <summary>Makes a change, now or with the next flush.</summary>
    public void Add(NetworkChange change)
    {
        switch (change)
        {
            case NetworkChange.AddLink add:
                Flush();
                AddLink(add);
                break;
            case NetworkChange.RemoveLink remove:
                Flush();
                RemoveLink(remove, remove.Name);
                break;
            default:
                Queue(change, LinkOf(change));
                break;
        }
    }

    /// <summary>Sends what was gathered.</summary>
    public void Flush()
    {
        if (_pending.Count == 0)
            return;
        NetlinkAnswer[] answers = socket.Exchange(_messages);
        List<NetworkChange.PutRoute> taken = [];
        List<NetlinkAnswer> refusals = [];
        for (int i = 0; i < answers.Length; i++)
        {
            // IPv6 takes no gateway that a route by another device leads to: often one to the same destination.
            bool isTaken = answers[i].ErrorNumber is ErrorNumbers.Exists or ErrorNumbers.Invalid;
            if (isTaken && _pending[i] is NetworkChange.PutRoute route)
            {
                taken.Add(route);
                refusals.Add(answers[i]);
            }
            else
            {
                Judge(_pending[i], answers[i]);
            }
        }

        _pending.Clear();
        _messages.Clear();
        if (taken.Count > 0)
            ReplaceRoutes(taken, refusals);
    }

    /// <summary>Forgets everything, also what a round left that broke off.</summary>
    public void Reset()
    {
        _devices.Clear();
        _pending.Clear();
        _messages.Clear();
        Faults.Clear();
    }

    /// <summary>What failed, in the order of the changes.</summary>
    public IReadOnlyList<NetworkFault> FaultsInOrder(IReadOnlyList<NetworkChange> changes)
    {
        if (Faults.Count == 0)
            return [];
        List<NetworkFault> sorted = [];
        foreach (NetworkChange change in changes)
            sorted.AddRange(Faults.FindAll(fault => ReferenceEquals(fault.Change, change)));
        return sorted;
    }

    private static string LinkOf(NetworkChange change) => change switch
    {
        NetworkChange.SetUp one => one.Link,
        NetworkChange.SetMtu one => one.Link,
        NetworkChange.AddAddress one => one.Address.Link,
        NetworkChange.RemoveAddress one => one.Address.Link,
        NetworkChange.PutRoute one => one.Route.Link,
        NetworkChange.RemoveRoute one => one.Route.Link,
        NetworkChange.PutNeighbour one => one.Neighbour.Link,
        NetworkChange.RemoveNeighbour one => one.Neighbour.Link,
        NetworkChange.PutForwarding one => one.Forwarding.Link,
        NetworkChange.RemoveForwarding one => one.Forwarding.Link,
        _ => throw new ArgumentOutOfRangeException(nameof(change), change, "no change of a device"),
    };

    private static bool IsRemoval(NetworkChange change) =>
        change is NetworkChange.RemoveAddress or NetworkChange.RemoveRoute or NetworkChange.RemoveNeighbour
            or NetworkChange.RemoveForwarding;

    private void Queue(NetworkChange change, string link)
    {
        int device = DeviceOf(link);
        if (device == 0)
        {
            // What was on it went with it.
            if (!IsRemoval(change))
                Faults.Add(new NetworkFault(change, ErrorNumbers.NoDevice, $"{change}: there is no device {link}"));
            return;
        }

        switch (change)
        {
            case NetworkChange.SetUp:
                RouteMessages.SetUp(_messages, link);
                break;
            case NetworkChange.SetMtu one:
                RouteMessages.SetMtu(_messages, link, one.Mtu);
                break;
            case NetworkChange.AddAddress one:
                RouteMessages.AddAddress(_messages, one.Address.Address, device);
                break;
            case NetworkChange.RemoveAddress one:
                RouteMessages.RemoveAddress(_messages, one.Address.Address, device);
                break;
            case NetworkChange.PutRoute one:
                RouteMessages.AddRoute(_messages, one.Route, device);
                break;
            case NetworkChange.RemoveRoute one:
                RouteMessages.RemoveRoute(_messages, one.Route, device);
                break;
            case NetworkChange.PutNeighbour one:
                RouteMessages.PutNeighbour(_messages, one.Neighbour, device);
                break;
            case NetworkChange.RemoveNeighbour one:
                RouteMessages.RemoveNeighbour(_messages, one.Neighbour, device);
                break;
            case NetworkChange.PutForwarding one:
                RouteMessages.PutForwarding(_messages, one.Forwarding, device);
                break;
            case NetworkChange.RemoveForwarding one:
                RouteMessages.RemoveForwarding(_messages, one.Forwarding, device);
                break;
        }

        _pending.Add(change);
    }

    private void Judge(NetworkChange change, NetlinkAnswer answer)
    {
        bool isFine = (change, answer.ErrorNumber) switch
        {
            (_, 0) => true,
            (NetworkChange.AddAddress, ErrorNumbers.Exists) => true,
            (_, ErrorNumbers.NoEntry or ErrorNumbers.NoProcess or ErrorNumbers.NoDevice or ErrorNumbers.NoAddress) =>
                IsRemoval(change),
            _ => false,
        };
        if (!isFine)
            Faults.Add(FaultTexts.Of(change, answer));
    }

    private void AddLink(NetworkChange.AddLink add)
    {
        VxlanLink wanted = add.Link;
        LinkEntry? there = Find(wanted.Name);
        if (there is not null && there.Kind != LinkEntry.VxlanKind)
        {
            Faults.Add(new NetworkFault(
                add, ErrorNumbers.Exists,
                $"{add}: a device of this name and of another kind is there; rename it, remove it or use another VNI"));
            return;
        }

        string? difference = there is null ? null : wanted.DifferenceFrom(there.AsVxlan());
        if (there is not null && difference is null)
        {
            if (there.Mtu != wanted.Mtu)
                Add(new NetworkChange.SetMtu(wanted.Name, wanted.Mtu));
            if (!there.IsUp)
                Add(new NetworkChange.SetUp(wanted.Name));
            Refer(add);
            return;
        }

        if (there is not null && !RemoveLink(add, wanted.Name))
            return;
        if (Create(add) && difference is not null)
        {
            Faults.Add(new NetworkFault(
                add, 0, $"{add} was made anew, since the one that was there differed: {difference}"));
        }
    }

    // Faults of what was made out of a change are faults of that change.
    private void Refer(NetworkChange change)
    {
        int first = Faults.Count;
        Flush();
        for (int i = first; i < Faults.Count; i++)
            Faults[i] = Faults[i] with { Change = change };
    }

    private bool Create(NetworkChange.AddLink add)
    {
        RouteMessages.AddVxlan(Begin(), add.Link);
        NetlinkAnswer[] answers = socket.Exchange(_request);
        KernelSettings.RefuseRouterOffers(add.Link.Name);

        // The second keeps IPv6 addresses away, where there is IPv6.
        NetlinkAnswer answer = answers[0].ErrorNumber != 0 ? answers[0] : answers[2];
        if (answer.ErrorNumber == 0)
            return true;
        Faults.Add(FaultTexts.Of(add, answer));
        return false;
    }

    private bool RemoveLink(NetworkChange change, string name)
    {
        LinkEntry? there = Find(name);
        _devices.Remove(name);
        if (there is null)
            return true;
        if (there.Kind != LinkEntry.VxlanKind)
        {
            Faults.Add(new NetworkFault(change, -1, $"{change}: it is no vxlan device, and stays"));
            return false;
        }

        RouteMessages.RemoveLink(Begin(), name);
        NetlinkAnswer answer = socket.Exchange(_request)[0];
        if (answer.ErrorNumber is 0 or ErrorNumbers.NoDevice)
            return true;
        Faults.Add(FaultTexts.Of(change, answer));
        return false;
    }

    // Something has these destinations already: ours and what says the same is replaced, what is others' stays.
    private void ReplaceRoutes(List<NetworkChange.PutRoute> changes, List<NetlinkAnswer> refusals)
    {
        Dictionary<IpPrefix, RouteEntry> there = RoutesThere(changes);
        Begin();
        List<NetworkChange> sent = [];
        for (int i = 0; i < changes.Count; i++)
        {
            NetworkRoute route = changes[i].Route;
            int device = DeviceOf(route.Link);
            RouteEntry? other = there.GetValueOrDefault(route.To);
            bool isSame = other is not null && other.LeadsAs(route, device);
            if (isSame && other!.IsOurs)
                continue;
            if (other is null && refusals[i].ErrorNumber == ErrorNumbers.Invalid)
            {
                Judge(changes[i], refusals[i]);
                continue;
            }

            if (other is { IsOurs: false } && !isSame)
            {
                Faults.Add(new NetworkFault(
                    changes[i], ErrorNumbers.Exists,
                    $"{changes[i]}: the route {other} of somebody else is in the way, and stays; remove it "
                    + $"(ip route del {other.To}) or give this network other addresses"));
                continue;
            }

            if (other is not null && other.Device != device)
            {
                NetworkRoute old = new(other.To, other.Via, "", other.IsOnLink);
                RouteMessages.RemoveRoute(_request, old, other.Device);
                sent.Add(new NetworkChange.RemoveRoute(old));
            }

            RouteMessages.ReplaceRoute(_request, route, device);
            sent.Add(changes[i]);
        }

        if (sent.Count == 0)
            return;
        NetlinkAnswer[] answers = socket.Exchange(_request);
        for (int i = 0; i < answers.Length; i++)
            Judge(sent[i], answers[i]);
    }

    private Dictionary<IpPrefix, RouteEntry> RoutesThere(List<NetworkChange.PutRoute> changes)
    {
        List<RouteEntry> there = [];
        foreach (bool isIPv6 in (ReadOnlySpan<bool>)[false, true])
        {
            if (!changes.Exists(one => one.Route.To.IsIPv6 == isIPv6))
                continue;
            RouteMessages.DumpRoutes(Begin(), isIPv6, 0);
            there.AddRange(socket.Dump(_request, RouteDecoder.Route));
        }

        Dictionary<IpPrefix, RouteEntry> byDestination = [];
        foreach (RouteEntry one in there)
        {
            if (one.IsUsual)
                byDestination.TryAdd(one.To, one);
        }

        return byDestination;
    }

    // 0: there is none.
    private int DeviceOf(string link)
    {
        if (_devices.TryGetValue(link, out int device))
            return device;
        device = Find(link)?.Index ?? 0;
        if (device != 0)
            _devices[link] = device;
        return device;
    }

    private MessageWriter Begin()
    {
        _request.Clear();
        return _request;
    }
}
