using CoreNode.Foundation;

namespace CoreNode.Api.Fleet;

/// <summary>Requests of the units' surfaces, by surface and class of answer.</summary>
internal sealed class FleetFigures
{
    private const int Classes = 4;

    private readonly MetricCounter[] _fleet;
    private readonly MetricCounter[] _own;
    private int _waiting;

    /// <summary>Registers the figures.</summary>
    public FleetFigures(MetricRegistry metrics, UnitsRegistry registry)
    {
        _fleet = Counters(metrics, "fleet");
        _own = Counters(metrics, "corenode");
        metrics.Gauge(
            "corenode_units_api_following", "1 while this node follows the units of the cluster for its API.",
            () => registry.IsFollowing ? 1 : 0);
        metrics.Gauge(
            "corenode_units_api_waiting", "Requests about units that wait for a change or follow a journal.",
            () => Volatile.Read(ref _waiting));
    }

    /// <summary>A request waits from now on.</summary>
    public void BeginWaiting() => Interlocked.Increment(ref _waiting);

    /// <summary>It does not any more.</summary>
    public void EndWaiting() => Interlocked.Decrement(ref _waiting);

    /// <summary>A request was answered.</summary>
    public void Count(bool isFleet, int status) =>
        (isFleet ? _fleet : _own)[Math.Clamp((status / 100) - 2, 0, Classes - 1)].Increment();

    private static MetricCounter[] Counters(MetricRegistry metrics, string api)
    {
        MetricCounter[] counters = new MetricCounter[Classes];
        for (int i = 0; i < Classes; i++)
        {
            counters[i] = metrics.Counter(
                "corenode_units_api_requests_total",
                "Requests about units and machines, by API and class of the answer.",
                $"api=\"{api}\",code=\"{i + 2}xx\"");
        }

        return counters;
    }
}
