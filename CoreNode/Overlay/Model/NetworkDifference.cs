using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Model;

/// <summary>
/// Which changes make what is there into what is wanted, in an order in which traffic goes on: what is needed comes
/// first and last what it needs (a neighbour and its device before the route over them), and nothing goes before its
/// replacement is there. What is right already is not touched. Pure.
/// </summary>
public static class NetworkDifference
{
    /// <summary>The changes, in order.</summary>
    public static List<NetworkChange> Plan(NetworkState there, NetworkState wanted, RouteOwner owner)
    {
        List<NetworkChange> changes = [];
        List<NetworkChange> removals = [];
        HashSet<string> kept = PlanLinks(there, wanted, changes);
        PlanAddresses(there, wanted, kept, changes, removals);
        PlanNeighbours(there, wanted, kept, changes);
        PlanForwardings(there, wanted, kept, changes);
        PlanRoutes(there, wanted, kept, owner, changes);
        if (!Equals(there.Firewall, wanted.Firewall))
            changes.Add(new NetworkChange.SetFirewall(wanted.Firewall));
        RemoveRest(there, wanted, kept, changes);
        changes.AddRange(removals);
        foreach (VxlanLink link in there.Links)
        {
            if (!HasLink(wanted, link.Name))
                changes.Add(new NetworkChange.RemoveLink(link.Name));
        }

        return changes;
    }

    // Names of devices that stay as they are, with what is on them.
    private static HashSet<string> PlanLinks(NetworkState there, NetworkState wanted, List<NetworkChange> changes)
    {
        HashSet<string> kept = new(StringComparer.Ordinal);
        foreach (VxlanLink link in wanted.Links)
        {
            VxlanLink? before = null;
            foreach (VxlanLink one in there.Links)
                before = one.Name == link.Name ? one : before;
            if (before is null || link.DifferenceFrom(before) is not null)
            {
                changes.Add(new NetworkChange.AddLink(link));
                continue;
            }

            kept.Add(link.Name);
            if (before.Mtu != link.Mtu)
                changes.Add(new NetworkChange.SetMtu(link.Name, link.Mtu));
            if (!before.IsUp)
                changes.Add(new NetworkChange.SetUp(link.Name));
        }

        if (wanted.ForwardsIPv4 && !there.ForwardsIPv4)
            changes.Add(new NetworkChange.EnableForwarding(false));
        if (wanted.ForwardsIPv6 && !there.ForwardsIPv6)
            changes.Add(new NetworkChange.EnableForwarding(true));
        return kept;
    }

    private static void PlanAddresses(
        NetworkState there, NetworkState wanted, HashSet<string> kept, List<NetworkChange> changes,
        List<NetworkChange> removals)
    {
        foreach (LinkAddress address in wanted.Addresses)
        {
            if (!kept.Contains(address.Link) || !Has(there.Addresses, address))
                changes.Add(new NetworkChange.AddAddress(address));
        }

        foreach (LinkAddress address in there.Addresses)
        {
            // The kernel gives each device one of IPv6 for its own link.
            bool isOfLink = address.Address.Address.IsIPv6LinkLocal;
            if (kept.Contains(address.Link) && !isOfLink && !Has(wanted.Addresses, address))
                removals.Add(new NetworkChange.RemoveAddress(address));
        }
    }

    private static void PlanNeighbours(
        NetworkState there, NetworkState wanted, HashSet<string> kept, List<NetworkChange> changes)
    {
        Dictionary<string, Neighbour> known = new(there.Neighbours.Count, StringComparer.Ordinal);
        foreach (Neighbour neighbour in there.Neighbours)
            known[KeyOf(neighbour)] = neighbour;
        foreach (Neighbour neighbour in wanted.Neighbours)
        {
            if (!kept.Contains(neighbour.Link)
                || !known.TryGetValue(KeyOf(neighbour), out Neighbour? before) || before.Mac != neighbour.Mac)
                changes.Add(new NetworkChange.PutNeighbour(neighbour));
        }
    }

    private static void PlanForwardings(
        NetworkState there, NetworkState wanted, HashSet<string> kept, List<NetworkChange> changes)
    {
        Dictionary<string, Forwarding> known = new(there.Forwardings.Count, StringComparer.Ordinal);
        foreach (Forwarding forwarding in there.Forwardings)
            known[KeyOf(forwarding)] = forwarding;
        foreach (Forwarding forwarding in wanted.Forwardings)
        {
            if (!kept.Contains(forwarding.Link)
                || !known.TryGetValue(KeyOf(forwarding), out Forwarding? before) || !before.To.Equals(forwarding.To))
                changes.Add(new NetworkChange.PutForwarding(forwarding));
        }
    }

    private static void PlanRoutes(
        NetworkState there, NetworkState wanted, HashSet<string> kept, RouteOwner owner, List<NetworkChange> changes)
    {
        Dictionary<IpPrefix, NetworkRoute> known = new(there.Routes.Count);
        foreach (NetworkRoute route in there.Routes)
            known[route.To] = route;
        HashSet<IpPrefix> wantedTo = new(wanted.Routes.Count);
        foreach (NetworkRoute route in wanted.Routes)
        {
            wantedTo.Add(route.To);
            bool isRemade = HasLink(wanted, route.Link) && !kept.Contains(route.Link);
            if (isRemade || !known.TryGetValue(route.To, out NetworkRoute? before) || before != route)
                changes.Add(new NetworkChange.PutRoute(route));
        }

        foreach (NetworkRoute route in there.Routes)
        {
            bool isGone = HasLink(wanted, route.Link) && !kept.Contains(route.Link);
            bool isMine = kept.Contains(route.Link) || owner.Owns(route.To);
            if (!wantedTo.Contains(route.To) && !isGone && isMine)
                changes.Add(new NetworkChange.RemoveRoute(route));
        }
    }

    // After the routes, so that nothing is sent to what is not there any more.
    private static void RemoveRest(
        NetworkState there, NetworkState wanted, HashSet<string> kept, List<NetworkChange> changes)
    {
        HashSet<string> known = new(wanted.Neighbours.Count * 2, StringComparer.Ordinal);
        foreach (Neighbour neighbour in wanted.Neighbours)
            known.Add(KeyOf(neighbour));
        foreach (Forwarding forwarding in wanted.Forwardings)
            known.Add(KeyOf(forwarding));
        foreach (Forwarding forwarding in there.Forwardings)
        {
            if (kept.Contains(forwarding.Link) && !known.Contains(KeyOf(forwarding)))
                changes.Add(new NetworkChange.RemoveForwarding(forwarding));
        }

        foreach (Neighbour neighbour in there.Neighbours)
        {
            if (kept.Contains(neighbour.Link) && !known.Contains(KeyOf(neighbour)))
                changes.Add(new NetworkChange.RemoveNeighbour(neighbour));
        }
    }

    private static bool HasLink(NetworkState state, string name)
    {
        foreach (VxlanLink link in state.Links)
        {
            if (link.Name == name)
                return true;
        }

        return false;
    }

    private static bool Has(IReadOnlyList<LinkAddress> addresses, LinkAddress wanted)
    {
        foreach (LinkAddress address in addresses)
        {
            if (address == wanted)
                return true;
        }

        return false;
    }

    private static string KeyOf(Neighbour neighbour) => $"{neighbour.Link} {neighbour.Address}";

    private static string KeyOf(Forwarding forwarding) => $"{forwarding.Link} {forwarding.Mac}";
}
