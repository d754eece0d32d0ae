using CoreNode.Foundation;
using CoreNode.Updates.Omaha;
using CoreNode.Updates.Server.Answers;

namespace CoreNode.Updates.Server;

/// <summary>What the server counts, for /metrics. Any thread.</summary>
internal sealed class ServerCounters(MetricRegistry metrics)
{
    private const string AnswersHelp = "Checks of machines by what they were told.";
    private const string RefusalsHelp = "Applications in requests that were refused, by reason.";
    private const string UnlearnedHelp = "New machines that were refused because there is no room, by bound.";

    private readonly MetricCounter _offered = metrics.Counter(
        "corenode_update_server_answers_total", AnswersHelp, "answer=\"update\"");
    private readonly MetricCounter _held = metrics.Counter(
        "corenode_update_server_answers_total", AnswersHelp, "answer=\"held\"");
    private readonly MetricCounter _none = metrics.Counter(
        "corenode_update_server_answers_total", AnswersHelp, "answer=\"up-to-date\"");
    private readonly MetricCounter _unknown = metrics.Counter(
        "corenode_update_server_refused_total", RefusalsHelp, "reason=\"unknown\"");
    private readonly MetricCounter _unregistered = metrics.Counter(
        "corenode_update_server_refused_total", RefusalsHelp, "reason=\"not-registered\"");
    private readonly MetricCounter _internal = metrics.Counter(
        "corenode_update_server_refused_total", RefusalsHelp, "reason=\"internal\"");
    private readonly MetricCounter _other = metrics.Counter(
        "corenode_update_server_refused_total", RefusalsHelp, "reason=\"invalid\"");
    private readonly MetricCounter _events = metrics.Counter(
        "corenode_update_server_events_total", "Events that machines told.");

    private readonly MetricCounter _failures = metrics.Counter(
        "corenode_update_server_failures_total", "Failed updates that machines told.");

    /// <summary>Requests that are none of Omaha.</summary>
    public MetricCounter Unreadable { get; } = metrics.Counter(
        "corenode_update_server_refused_total", RefusalsHelp, "reason=\"unreadable\"");

    /// <summary>Signs of life.</summary>
    public MetricCounter Pings { get; } = metrics.Counter(
        "corenode_update_server_pings_total", "Signs of life of machines.");

    /// <summary>Machines that became known.</summary>
    public MetricCounter Learned { get; } = metrics.Counter(
        "corenode_update_server_registered_total", "Machines that became known.");

    /// <summary>Machines that gave way to new ones.</summary>
    public MetricCounter GaveWay { get; } = metrics.Counter(
        "corenode_update_server_gave_way_total", "Machines forgotten to make room for new ones.");

    /// <summary>Machines that were silent for too long.</summary>
    public MetricCounter Vanished { get; } = metrics.Counter(
        "corenode_update_server_vanished_total", "Machines forgotten because they were silent for too long.");

    /// <summary>New machines refused: their application has too many.</summary>
    public MetricCounter NotLearnedByApp { get; } = metrics.Counter(
        "corenode_update_server_not_registered_total", UnlearnedHelp, "bound=\"application\"");

    /// <summary>New machines refused: their address has too many.</summary>
    public MetricCounter NotLearnedByAddress { get; } = metrics.Counter(
        "corenode_update_server_not_registered_total", UnlearnedHelp, "bound=\"address\"");

    /// <summary>Rollouts that were stopped by errors.</summary>
    public MetricCounter Stops { get; } = metrics.Counter(
        "corenode_update_server_stops_total", "Rollouts that were stopped because machines failed.");

    /// <summary>How long commits took.</summary>
    public MetricHistogram Commits { get; } = metrics.Histogram(
        "corenode_update_server_commit_seconds", "Time that commits of the catalogue took.",
        MetricHistogram.DiskSeconds);

    /// <summary>Counts what a machine is told.</summary>
    public void CountAnswer(OmahaUpdateAnswer answer)
    {
        if (answer.Status == OmahaUpdateAnswer.Update)
            _offered.Increment();
        else if (answer.Hold is not null)
            _held.Increment();
        else
            _none.Increment();
    }

    /// <summary>Counts an application of a request that is refused.</summary>
    public void CountRefusal(string status)
    {
        MetricCounter counter = status switch
        {
            AppStatus.UnknownApplication or AppStatus.UnknownGroup => _unknown,
            AppStatus.NotRegistered => _unregistered,
            AppStatus.Internal => _internal,
            _ => _other,
        };
        counter.Increment();
    }

    /// <summary>Counts an event.</summary>
    public void CountEvent(OmahaEvent told)
    {
        _events.Increment();
        if (told.Result == OmahaEventResult.Error)
            _failures.Increment();
    }
}
