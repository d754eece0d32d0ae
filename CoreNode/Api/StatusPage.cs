using System.Globalization;
using CoreNode.Api.Wire;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api;

/// <summary>
/// /corenode/v1/status: how this member stands, for `corenode cluster status`. No secrets, no waiting.
/// </summary>
internal sealed class StatusPage(ApiOptions options, IKeyStore store, IClusterView cluster)
{
    /// <summary>Answers with the page.</summary>
    public Task Answer(RequestContext context)
    {
        JsonBuffer json = RequestScratch.Current.TakeJson();
        ClusterStatus status = cluster.Status;
        IKeyspace keyspace = store.Current;
        json.Raw("{\"name\":"u8);
        json.Quoted(cluster.Name);
        Text(json, ",\"id\":"u8, cluster.Self.ToString());
        Text(json, ",\"clusterId\":"u8, cluster.ClusterId.ToString("x", CultureInfo.InvariantCulture));
        Text(json, ",\"version\":"u8, options.ProgramVersion);
        Text(json, ",\"role\":"u8, status.Role);
        Text(json, ",\"leader\":"u8, cluster.Leader.IsNone ? "" : cluster.Leader.ToString());
        Text(json, ",\"leaderSince\":"u8, Moment(cluster.LeaderSince));
        Text(json, ",\"startTime\":"u8, Moment(cluster.StartTime));
        Number(json, ",\"term\":"u8, status.Term.Value);
        Number(json, ",\"committedIndex\":"u8, status.Committed.Value);
        Number(json, ",\"appliedIndex\":"u8, status.Applied.Value);
        Number(json, ",\"lastIndex\":"u8, status.Last.Value);
        Number(json, ",\"lag\":"u8, status.Lag);
        Number(json, ",\"storeIndex\":"u8, keyspace.Index.Value);
        Number(json, ",\"keys\":"u8, (ulong)keyspace.Count);
        Number(json, ",\"diskBytes\":"u8, (ulong)cluster.DiskBytes);
        Number(json, ",\"logBytes\":"u8, (ulong)status.LogBytes);
        Time(json, ",\"syncP99Ms\":"u8, status.SyncP99);
        Time(json, ",\"syncRunningMs\":"u8, status.SyncRunning);
        Time(json, ",\"clockOffsetMs\":"u8, status.ClockOffset);
        Nodes(json, ",\"voters\":["u8, status.Voters);
        Nodes(json, ",\"learners\":["u8, status.Learners);
        Followers(json, status.Followers);
        string? reason = cluster.UnhealthyReason;
        json.Raw(reason is null ? ",\"healthy\":true,\"reason\":"u8 : ",\"healthy\":false,\"reason\":"u8);
        json.Quoted(reason ?? "");
        json.Raw("}\n"u8);
        return context.Json(json);
    }

    private static void Followers(JsonBuffer json, IReadOnlyList<FollowerStatus> followers)
    {
        json.Raw(",\"followers\":["u8);
        for (int i = 0; i < followers.Count; i++)
        {
            FollowerStatus one = followers[i];
            json.Raw(i == 0 ? "{\"id\":"u8 : ",{\"id\":"u8);
            json.Quoted(one.Node.ToString());
            json.Raw(one.IsVoter ? ",\"voter\":true"u8 : ",\"voter\":false"u8);
            json.Raw(one.IsActive ? ",\"active\":true"u8 : ",\"active\":false"u8);
            Text(json, ",\"state\":"u8, one.State);
            Number(json, ",\"match\":"u8, one.Match.Value);
            Number(json, ",\"lag\":"u8, one.Lag);
            Time(json, ",\"appendMs\":"u8, one.Appends.Average);
            json.Raw("}"u8);
        }

        json.Raw("]"u8);
    }

    private static void Nodes(JsonBuffer json, ReadOnlySpan<byte> head, IReadOnlyList<NodeId> nodes)
    {
        json.Raw(head);
        for (int i = 0; i < nodes.Count; i++)
        {
            if (i > 0)
                json.Raw(","u8);
            json.Quoted(nodes[i].ToString());
        }

        json.Raw("]"u8);
    }

    private static string Moment(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    private static void Text(JsonBuffer json, ReadOnlySpan<byte> head, string text)
    {
        json.Raw(head);
        json.Quoted(text);
    }

    private static void Number(JsonBuffer json, ReadOnlySpan<byte> head, ulong number)
    {
        json.Raw(head);
        json.Number(number);
    }

    private static void Time(JsonBuffer json, ReadOnlySpan<byte> head, TimeSpan time)
    {
        json.Raw(head);
        json.Milliseconds(time);
    }
}
