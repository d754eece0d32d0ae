using CoreNode.Foundation;
using CoreNode.Proxy;

namespace CoreNode.Api.Relay;

/// <summary>What a worker counts.</summary>
internal sealed class RelayFigures
{
    /// <summary>Registers them.</summary>
    public RelayFigures(MetricRegistry metrics, MemberFollower follower, Upstreams upstreams)
    {
        Forwarded = Outcome(metrics, "answered");
        Unreached = Outcome(metrics, "unreached");
        Lost = Outcome(metrics, "lost");
        Unknown = Outcome(metrics, "unknown");
        Cut = Outcome(metrics, "cut");
        Retried = metrics.Counter(
            "corenode_proxy_retries_total", "Attempts that failed and were followed by another one.");
        metrics.Gauge("corenode_proxy_members", "Members of the cluster as this worker knows them.",
            () => follower.View.List?.Members.Count ?? 0);
        metrics.Gauge("corenode_proxy_members_answering", "Members that answer and are healthy.",
            () => CountAnswering(follower.View));
        metrics.Gauge("corenode_proxy_member_connections", "Connections to members, idle ones included.",
            () => upstreams.Connections);
    }

    /// <summary>Answered.</summary>
    public MetricCounter Forwarded { get; }

    /// <summary>No member was reached; nothing was changed.</summary>
    public MetricCounter Unreached { get; }

    /// <summary>Reads and watches without an answer.</summary>
    public MetricCounter Lost { get; }

    /// <summary>Writes that may have happened.</summary>
    public MetricCounter Unknown { get; }

    /// <summary>Answers that broke off.</summary>
    public MetricCounter Cut { get; }

    /// <summary>Attempts that were followed by another.</summary>
    public MetricCounter Retried { get; }

    private static int CountAnswering(FollowerView view)
    {
        HashSet<NodeId> members = [];
        foreach (RouteReport report in view.Reports)
        {
            if (report.Standing == RouteStanding.Answers)
                members.Add(report.Route.Member);
        }

        return members.Count;
    }

    private static MetricCounter Outcome(MetricRegistry metrics, string outcome) => metrics.Counter(
        "corenode_proxy_requests_total",
        "Requests that were to be forwarded, by what came of them.",
        $"outcome=\"{outcome}\"");
}
