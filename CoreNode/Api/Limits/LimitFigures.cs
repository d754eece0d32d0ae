using CoreNode.Foundation;

namespace CoreNode.Api.Limits;

/// <summary>What is used of what the limits bound.</summary>
internal static class LimitFigures
{
    /// <summary>Registers the figures of one surface.</summary>
    public static void Register(MetricRegistry metrics, ClientLedger ledger)
    {
        metrics.Gauge("corenode_api_clients", "Remote addresses that have connections.", () => ledger.Count);
        metrics.Gauge("corenode_api_connections", "Connections of clients, local ones included.",
            () => ledger.Used(Resource.Connection));
        metrics.Gauge("corenode_api_listings", "Long listings and snapshots that are being sent.",
            () => ledger.Used(Resource.Listing));
        metrics.Gauge("corenode_api_waiting_writes", "Writes of clients that wait for the log.",
            () => ledger.Used(Resource.Write));
    }
}
