using System.Text;
using CoreNode.Api.Wire;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api;

/// <summary>What tools ask of a node: version, health, metrics, variables, and the old list of machines.</summary>
internal sealed class NodeEndpoint(IKeyStore store, IClusterView cluster, MetricRegistry metrics)
{
    /// <summary>Answers a request for a path outside of /v2; null if there is none such.</summary>
    public Task? Answer(RequestContext context, ReadOnlySpan<byte> path)
    {
        if (path.SequenceEqual("/metrics"u8))
            return NodePages.Metrics(context, metrics);
        bool isVersion = path.SequenceEqual("/version"u8);
        bool isHealth = path.SequenceEqual("/health"u8);
        if (!isVersion && !isHealth && !path.SequenceEqual("/debug/vars"u8))
            return null;
        if (context.Method != "GET")
            return context.MethodNotAllowed("GET");
        return isVersion ? Version(context) : isHealth ? Health(context) : Variables(context);
    }

    /// <summary>/v2/machines: all members' client URLs, the format of etcd 0.4.</summary>
    public Task Machines(RequestContext context)
    {
        if (context.Method is not ("GET" or "HEAD"))
            return context.MethodNotAllowed("GET,HEAD");
        IEnumerable<string> urls = cluster.Members.SelectMany(static m => m.ClientUrls).Order(StringComparer.Ordinal);
        return context.Plain(200, Encoding.UTF8.GetBytes(string.Join(", ", urls)));
    }

    // etcd's answer on purpose: clients choose by it what they may ask for. Our own version is in the metrics.
    private static Task Version(RequestContext context)
    {
        context.Headers.ContentType = RequestContext.JsonType;
        return context.Answer("{\"etcdserver\":\"3.4.23\",\"etcdcluster\":\"3.4.0\"}"u8);
    }

    // From what this member knows by itself: it answers at once, whether there is a quorum or not.
    private Task Health(RequestContext context) => NodePages.Health(context, cluster.UnhealthyReason);

    // The layout and names of Go's expvar page, as far as they mean something here.
    private Task Variables(RequestContext context)
    {
        JsonBuffer json = RequestScratch.Current.TakeJson();
        json.Raw("{\n\"cmdline\": "u8);
        MemberJson.WriteTexts(json, Environment.GetCommandLineArgs());
        json.Raw(",\n\"file_descriptor_limit\": "u8);
        json.Number(ProcessFigures.MaxOpenFiles);
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        json.Raw(",\n\"memstats\": {\"Alloc\":"u8);
        json.Number(GC.GetTotalMemory(forceFullCollection: false));
        json.Raw(",\"TotalAlloc\":"u8);
        json.Number(GC.GetTotalAllocatedBytes());
        json.Raw(",\"Sys\":"u8);
        json.Number(Environment.WorkingSet);
        json.Raw(",\"HeapSys\":"u8);
        json.Number(memory.TotalCommittedBytes);
        json.Raw(",\"NumGC\":"u8);
        json.Number((long)GC.CollectionCount(0));
        json.Raw(",\"PauseTotalNs\":"u8);
        json.Number(GC.GetTotalPauseDuration().Ticks * TimeSpan.NanosecondsPerTick);
        json.Raw("},\n\"raft.status\": {\"id\":"u8);
        json.Quoted(cluster.Self.ToString());
        IKeyspace state = store.Current;
        json.Raw(",\"term\":"u8);
        json.Number(state.AppliedTerm.Value);
        json.Raw(",\"lead\":"u8);
        json.Quoted(cluster.Leader.ToString());
        json.Raw(",\"raftState\":"u8);
        json.Quoted(cluster.Leader == cluster.Self ? "StateLeader" : "StateFollower");
        json.Raw(",\"applied\":"u8);
        json.Number(state.AppliedIndex.Value);
        json.Raw("}\n}\n"u8);
        context.Headers.ContentType = "application/json; charset=utf-8";
        return context.Answer(json.Written);
    }
}
