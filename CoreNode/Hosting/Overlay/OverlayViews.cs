using CoreNode.Overlay.Desk;
using CoreNode.Overlay.Model;

namespace CoreNode.Hosting.Overlay;

/// <summary>What the service knows, as people see it. Pure.</summary>
internal static class OverlayViews
{
    /// <summary>One network.</summary>
    public static OverlayNetworkView Of(OverlayStatus status)
    {
        List<OverlayPeerView> peers = new(status.Peers.Count);
        foreach (OverlayPeer peer in status.Peers)
        {
            LeaseEntry entry = peer.Entry;
            peers.Add(new OverlayPeerView(
                entry.Subnets?.ToString() ?? entry.Name, Address(entry.Value), entry.Value?.Backend ?? "",
                (entry.Value?.MacV4 ?? entry.Value?.MacV6)?.ToString() ?? "", Seconds(entry.Stored.Expiration),
                peer.Problem));
        }

        List<OverlayFaultView> faults = [];
        foreach (OverlayFault fault in status.Faults)
            faults.Add(new OverlayFaultView(Seconds(fault.At), fault.Reason));
        return new OverlayNetworkView
        {
            Name = status.Network,
            IsReady = status.IsReady,
            Waiting = status.Waiting,
            Range = Both(status.Config?.V4?.Network, status.Config?.V6?.Network),
            Backend = status.Config?.Backend.Name ?? "",
            Subnet = Both(status.Lease?.Subnets.V4, status.Lease?.Subnets.V6),
            Interface = status.Interface,
            Address = Address(status.Own),
            Mtu = status.Mtu,
            Until = Seconds(status.Until),
            RenewalAt = Seconds(status.RenewalAt),
            StoreAwaySince = Seconds(status.StoreAwaySince),
            Peers = peers,
            Faults = faults,
        };
    }

    private static string Address(LeaseValue? value) => Both(value?.PublicV4, value?.PublicV6);

    private static string Both(object? v4, object? v6) =>
        v4 is not null && v6 is not null ? $"{v4},{v6}" : (v4 ?? v6)?.ToString() ?? "";

    private static long Seconds(DateTimeOffset? at) => at?.ToUnixTimeSeconds() ?? 0;
}
