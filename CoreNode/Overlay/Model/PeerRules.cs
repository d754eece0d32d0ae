using System.Net;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Model;

/// <summary>
/// Which foreign leases are programmed. Whoever may write to the store can put anything there, and one entry too many
/// takes traffic from its machine: what does not fit is shown with the reason and never programmed. Pure.
/// </summary>
public static class PeerRules
{
    /// <summary>All leases but the own one, by name.</summary>
    /// <param name="config">The network.</param>
    /// <param name="book">What is known of leases.</param>
    /// <param name="own">This machine.</param>
    /// <param name="held">Name of the own lease; null without one.</param>
    public static IReadOnlyList<OverlayPeer> Judge(
        OverlayConfig config, LeaseBook book, OwnMachine own, string? held)
    {
        List<OverlayPeer> peers = new(book.Entries.Count);
        Dictionary<MacAddress, LeaseEntry> devices = FirstOfDevices(book, held);
        foreach (LeaseEntry entry in book.Entries)
        {
            if (entry.Name != held)
                peers.Add(new OverlayPeer(entry, ProblemOf(config, entry, own, devices)));
        }

        if (config.V4 is not null && config.V6 is not null)
            LeaveOutSeconds(peers, held is null ? null : book.Find(held));
        return peers;
    }

    // With both families two keys may name one subnet: who was first has it.
    private static void LeaveOutSeconds(List<OverlayPeer> peers, LeaseEntry? own)
    {
        Dictionary<IpPrefix, LeaseEntry> firsts = [];
        Note(own);
        foreach (OverlayPeer peer in peers)
            Note(peer.Problem.Length == 0 ? peer.Entry : null);
        for (int index = 0; index < peers.Count; index++)
        {
            LeaseEntry entry = peers[index].Entry;
            if (peers[index].Problem.Length > 0)
                continue;
            foreach (IpPrefix? subnet in (IpPrefix?[])[entry.Subnets!.V4, entry.Subnets.V6])
            {
                if (subnet is not null && firsts[subnet] is var first && first.Name != entry.Name)
                    peers[index] = peers[index] with { Problem = $"{subnet} belongs to {first.Value}" };
            }
        }

        void Note(LeaseEntry? entry)
        {
            foreach (IpPrefix? subnet in (IpPrefix?[])[entry?.Subnets?.V4, entry?.Subnets?.V6])
            {
                if (subnet is not null && (!firsts.TryGetValue(subnet, out LeaseEntry? before)
                    || entry!.Stored.Created < before.Stored.Created))
                    firsts[subnet] = entry!;
            }
        }
    }

    private static string ProblemOf(
        OverlayConfig config, LeaseEntry entry, OwnMachine own, Dictionary<MacAddress, LeaseEntry> devices)
    {
        if (entry is not { Subnets: { } subnets, Value: { } value })
            return entry.Problem;
        if (Outside(config.V4, subnets.V4) || Outside(config.V6, subnets.V6))
            return $"{subnets} is no subnet of this network, or has another length";
        if (value.Backend != config.Backend.Name)
            return $"its backend is {(value.Backend.Length == 0 ? "udp" : value.Backend)}";
        if (value.HasAddressOf(own.Value))
        {
            return $"it has the address of this machine, {value}: two machines with one address, or a lease left "
                + "behind";
        }

        string problem = "";
        if (config.V4 is not null && subnets.V4 is not null)
            problem = ProblemOf(config, entry, value.PublicV4, value.MacV4, own, devices);
        if (config.V6 is not null && subnets.V6 is not null && problem.Length == 0)
            problem = ProblemOf(config, entry, value.PublicV6, value.MacV6, own, devices);
        return problem;
    }

    private static string ProblemOf(
        OverlayConfig config, LeaseEntry entry, IPAddress? address, MacAddress? mac, OwnMachine own,
        Dictionary<MacAddress, LeaseEntry> devices)
    {
        if (address is null)
            return "it names no address of this family";
        if (!SpaceReader.IsUsable(address))
            return $"{address} is no address of a machine";
        if (config.V4?.Network.Contains(address) == true || config.V6?.Network.Contains(address) == true)
            return $"{address} is in the overlay itself";
        if (config.Backend.Kind == BackendKind.HostGateway)
            return IsDirect(own.Below, address) ? "" : $"{address} is in no network of {own.Below.Name}";
        if (config.Backend.Kind != BackendKind.Vxlan)
            return "";
        if (mac is null)
            return "it names no VtepMAC";
        if (!mac.IsOfDevice)
            return $"{mac} is no address of a device";
        if (mac == own.Value.MacV4 || mac == own.Value.MacV6)
            return $"{mac} is the address of this machine's device";
        LeaseEntry first = devices[mac];
        return first.Name != entry.Name && first.Value?.HasAddressOf(entry.Value!) == false
            ? $"{mac} belongs to {first.Subnets}" : "";
    }

    /// <summary>True if an address is in a network of an interface.</summary>
    public static bool IsDirect(InterfaceFacts underlying, IPAddress address)
    {
        foreach (IpPrefix network in underlying.Addresses)
        {
            if (network.Length < network.MostBits && network.Contains(address))
                return true;
        }

        return false;
    }

    private static bool Outside(SubnetSpace? space, IpPrefix? subnet) =>
        subnet is null ? false
        : space is null || subnet.Length != space.SubnetLength || !AddressMath.Contains(space.Network, subnet);

    private static Dictionary<MacAddress, LeaseEntry> FirstOfDevices(LeaseBook book, string? held)
    {
        Dictionary<MacAddress, LeaseEntry> devices = [];
        foreach (LeaseEntry entry in book.Entries)
        {
            if (entry.Name == held || entry.Subnets is null)
                continue;
            foreach (MacAddress? mac in (MacAddress?[])[entry.Value?.MacV4, entry.Value?.MacV6])
            {
                if (mac is not null
                    && (!devices.TryGetValue(mac, out LeaseEntry? before) || entry.Since < before.Since))
                    devices[mac] = entry;
            }
        }

        return devices;
    }
}
