using System.Text.Json;
using CoreNode.Api.Wire;
using CoreNode.Store;

namespace CoreNode.Api;

/// <summary>/v2/stats: what this member says of itself, of its store and, if it leads, of its followers.</summary>
internal sealed class StatsEndpoint(IKeyStore store, IClusterView cluster, TimeProvider time)
{
    // The wire names are the counters' own, in camel case and in etcd's order.
    private static readonly (StoreCounter Counter, byte[] Name)[] s_counters =
        Array.ConvertAll(Enum.GetValues<StoreCounter>(), static c =>
            (c, System.Text.Encoding.ASCII.GetBytes(JsonNamingPolicy.CamelCase.ConvertName(c.ToString()))));

    /// <summary>Answers a request for what follows "/v2/stats"; null if that is no path of this surface.</summary>
    public Task? Answer(RequestContext context, ReadOnlySpan<byte> rest)
    {
        bool isSelf = rest.SequenceEqual("/self"u8);
        bool isStore = rest.SequenceEqual("/store"u8);
        if (!isSelf && !isStore && !rest.SequenceEqual("/leader"u8))
            return null;
        if (context.Method != "GET")
            return context.MethodNotAllowed("GET");
        JsonBuffer json = RequestScratch.Current.TakeJson();
        if (isSelf)
            WriteSelf(json);
        else if (isStore)
            WriteStore(json);
        else if (cluster.Leader != cluster.Self)
            return context.Message(403, "not current leader");
        else
            WriteLeader(json);
        return context.Json(json);
    }

    private void WriteSelf(JsonBuffer json)
    {
        json.Raw("{\"name\":"u8);
        json.Quoted(cluster.Name);
        json.Raw(",\"id\":"u8);
        json.Quoted(cluster.Self.ToString());
        json.Raw(cluster.Leader == cluster.Self ? ",\"state\":\"StateLeader\""u8 : ",\"state\":\"StateFollower\""u8);
        json.Raw(",\"startTime\":"u8);
        WriteTime(json, cluster.StartTime);
        json.Raw(",\"leaderInfo\":{\"leader\":"u8);
        json.Quoted(cluster.Leader.IsNone ? "" : cluster.Leader.ToString());
        json.Raw(",\"uptime\":"u8);
        json.Quoted(GoText.Duration(time.GetUtcNow() - cluster.LeaderSince));
        json.Raw(",\"startTime\":"u8);
        WriteTime(json, cluster.LeaderSince);
        json.Raw("},\"recvAppendRequestCnt\":"u8);
        json.Number(cluster.Status.AppendsReceived);
        json.Raw(",\"sendAppendRequestCnt\":"u8);
        json.Number(cluster.Status.AppendsSent);
        json.Raw("}"u8);
    }

    private void WriteStore(JsonBuffer json)
    {
        ReadOnlySpan<byte> separator = "{\""u8;
        foreach ((StoreCounter counter, byte[] name) in s_counters)
        {
            json.Raw(separator);
            json.Raw(name);
            json.Raw("\":"u8);
            json.Number(store.Statistics[counter]);
            separator = ",\""u8;
        }

        json.Raw("}"u8);
    }

    private void WriteLeader(JsonBuffer json)
    {
        json.Raw("{\"leader\":"u8);
        json.Quoted(cluster.Self.ToString());
        json.Raw(",\"followers\":{"u8);
        bool isFirst = true;
        foreach (FollowerStatus follower in cluster.Status.Followers)
        {
            if (!isFirst)
                json.Raw(","u8);
            isFirst = false;
            WriteFollower(json, follower);
        }

        json.Raw("}}"u8);
    }

    private static void WriteFollower(JsonBuffer json, FollowerStatus follower)
    {
        AppendTimes appends = follower.Appends;
        json.Quoted(follower.Node.ToString());
        json.Raw(":{\"latency\":{\"current\":"u8);
        json.Milliseconds(appends.Latest);
        json.Raw(",\"average\":"u8);
        json.Milliseconds(appends.Average);
        json.Raw(",\"standardDeviation\":"u8);
        json.Milliseconds(appends.StandardDeviation);
        json.Raw(",\"minimum\":"u8);
        json.Milliseconds(appends.Minimum);
        json.Raw(",\"maximum\":"u8);
        json.Milliseconds(appends.Maximum);
        json.Raw("},\"counts\":{\"fail\":"u8);
        json.Number(appends.Failed);
        json.Raw(",\"success\":"u8);
        json.Number(appends.Succeeded);
        json.Raw("}}"u8);
    }

    private static void WriteTime(JsonBuffer json, DateTimeOffset moment)
    {
        json.Raw("\""u8);
        json.Advance(Rfc3339.Write(json.GetSpan(Rfc3339.MaxLength), Rfc3339.ToUnixNs(moment)));
        json.Raw("\""u8);
    }
}
