using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api;

/// <summary>The store's figures under etcd's names, so that dashboards made for etcd go on working.</summary>
internal static class StoreFigures
{
    /// <summary>Registers them.</summary>
    public static void Register(MetricRegistry metrics, IKeyStore store, IClusterView cluster)
    {
        StoreStatistics counts = store.Statistics;
        metrics.Gauge("etcd_server_has_leader", "1 if this member knows a leader.",
            () => cluster.Leader.IsNone ? 0 : 1);
        metrics.Gauge("etcd_server_is_leader", "1 if this member leads.",
            () => cluster.Leader == cluster.Self ? 1 : 0);
        metrics.Gauge("etcd_server_version", "The etcd version that is spoken.",
            static () => 1, "server_version=\"3.4.23\"");
        metrics.Counter("etcd_debugging_store_reads_total", "Reads served here.",
            () => counts[StoreCounter.GetsSuccess] + counts[StoreCounter.GetsFail], "action=\"get\"");
        metrics.Counter("etcd_debugging_store_expires_total", "Keys that expired.",
            () => counts[StoreCounter.ExpireCount]);
        metrics.Gauge("etcd_debugging_store_watchers", "Running watches.", () => counts[StoreCounter.Watchers]);
        metrics.Gauge("corenode_store_index", "The store index.", () => store.Current.Index.Value);
        (string Action, StoreCounter Success)[] writes =
        [
            ("set", StoreCounter.SetsSuccess),
            ("create", StoreCounter.CreateSuccess),
            ("update", StoreCounter.UpdateSuccess),
            ("delete", StoreCounter.DeleteSuccess),
            ("compareAndSwap", StoreCounter.CompareAndSwapSuccess),
            ("compareAndDelete", StoreCounter.CompareAndDeleteSuccess),
        ];
        foreach ((string action, StoreCounter success) in writes)
        {
            metrics.Counter("etcd_debugging_store_writes_total", "Writes applied here.",
                () => counts[success], $"action=\"{action}\"");
        }
    }
}
