using System.Globalization;
using CoreNode.Api.Wire;
using CoreNode.Foundation;
using CoreNode.Proxy;

namespace CoreNode.Api.Relay;

/// <summary>What a worker says of itself: health, metrics, status, and etcd's page of a proxy's endpoints.</summary>
internal sealed class WorkerPages(
    ApiOptions options, RelayOptions relay, MemberFollower follower, MetricRegistry metrics, TimeProvider time)
{
    private readonly DateTimeOffset _start = time.GetUtcNow();

    /// <summary>Answers a request for one of these paths; null for any other.</summary>
    public Task? Answer(RequestContext context, ReadOnlySpan<byte> path)
    {
        bool isHealth = path.SequenceEqual("/health"u8);
        bool isStatus = path.SequenceEqual("/corenode/v1/status"u8);
        bool isEndpoints = path.SequenceEqual("/v2/config/local/proxy"u8);
        if (path.SequenceEqual("/metrics"u8))
            return NodePages.Metrics(context, metrics);
        if (!isHealth && !isStatus && !isEndpoints)
            return null;
        if (context.Method != "GET")
            return context.MethodNotAllowed("GET");
        return isHealth ? Health(context) : isStatus ? Status(context) : Endpoints(context);
    }

    // A worker is as healthy as what it leads to.
    private Task Health(RequestContext context) =>
        NodePages.Health(context, follower.View.HasWorking ? null : Reason(follower.View));

    private static string Reason(FollowerView view) => view.List is null
        ? "a worker that has not found the members yet"
        : "a worker, and no member answers: " + string.Join("; ", view.Reports
            .Where(static r => r.Reason.Length > 0).Select(static r => $"{r.Route}: {r.Reason}"));

    private Task Endpoints(RequestContext context)
    {
        JsonBuffer json = RequestScratch.Current.TakeJson();
        json.Raw("{\"endpoints\":"u8);
        MemberJson.WriteTexts(json, [.. follower.View.Order.Select(static route => route.Url)]);
        json.Raw("}\n"u8);
        return context.Json(json);
    }

    private Task Status(RequestContext context)
    {
        FollowerView view = follower.View;
        JsonBuffer json = RequestScratch.Current.TakeJson();
        Text(json, "{\"name\":"u8, relay.Name);
        Text(json, ",\"version\":"u8, options.ProgramVersion);
        Text(json, ",\"role\":"u8, "proxy");
        json.Raw(relay.IsReadOnly ? ",\"readonly\":true"u8 : ",\"readonly\":false"u8);
        Text(json, ",\"clusterId\":"u8, view.List?.ClusterId.ToString("x", CultureInfo.InvariantCulture) ?? "");
        Text(json, ",\"startTime\":"u8, Moment(_start));
        json.Raw(",\"routes\":["u8);
        for (int i = 0; i < view.Reports.Count; i++)
            Route(json, view.Reports[i], i == 0);
        json.Raw(view.HasWorking ? "],\"healthy\":true"u8 : "],\"healthy\":false"u8);
        Text(json, ",\"reason\":"u8, view.HasWorking ? "" : Reason(view));
        json.Raw("}\n"u8);
        return context.Json(json);
    }

    private static void Route(JsonBuffer json, RouteReport report, bool isFirst)
    {
        Text(json, isFirst ? "{\"member\":"u8 : ",{\"member\":"u8, report.Route.Member.ToString());
        Text(json, ",\"name\":"u8, report.Route.Name);
        Text(json, ",\"url\":"u8, report.Route.Url);
        Text(json, ",\"standing\":"u8, report.Standing switch
        {
            RouteStanding.Answers => "answers",
            RouteStanding.Untried => "untried",
            RouteStanding.Ails => "ails",
            _ => "fails",
        });
        Text(json, ",\"since\":"u8, Moment(report.Since));
        Text(json, ",\"reason\":"u8, report.Reason);
        json.Raw("}"u8);
    }

    private static string Moment(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    private static void Text(JsonBuffer json, ReadOnlySpan<byte> head, string text)
    {
        json.Raw(head);
        json.Quoted(text);
    }
}
