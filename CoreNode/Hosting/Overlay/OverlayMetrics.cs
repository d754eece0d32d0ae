using CoreNode.Foundation;
using CoreNode.Overlay.Desk;

namespace CoreNode.Hosting.Overlay;

/// <summary>Figures of the overlay networks.</summary>
internal static class OverlayMetrics
{
    /// <summary>Registers them; each is asked at each scrape.</summary>
    public static void Register(MetricRegistry metrics, IReadOnlyList<string> networks, Func<OverlayStatusView> status)
    {
        for (int at = 0; at < networks.Count; at++)
        {
            int index = at;
            string labels = $"network=\"{networks[at]}\"";
            metrics.Gauge(
                "corenode_overlay_ready", "1 if the subnet is leased and the kernel has all that it is to have.",
                () => Of().IsReady ? 1 : 0, labels);
            metrics.Gauge(
                "corenode_overlay_peers", "Other machines that packets go to.",
                () => Of().Peers.Count - LeftOut(Of()), labels);
            metrics.Gauge(
                "corenode_overlay_peers_left_out", "Leases of other machines that cannot be used; status says why.",
                () => LeftOut(Of()), labels);
            metrics.Gauge(
                "corenode_overlay_lease_expires_seconds", "When the own lease ends unless it is renewed; 0: never.",
                () => Of().Until, labels);
            metrics.Gauge(
                "corenode_overlay_store_away_since_seconds", "Since when the store does not answer; 0: it does.",
                () => Of().StoreAwaySince, labels);

            OverlayNetworkView Of() => status().Networks[index];
        }
    }

    private static int LeftOut(OverlayNetworkView view)
    {
        int count = 0;
        foreach (OverlayPeerView peer in view.Peers)
            count += peer.Reason.Length > 0 ? 1 : 0;
        return count;
    }
}
