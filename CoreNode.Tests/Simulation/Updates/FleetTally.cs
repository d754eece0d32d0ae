using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;

namespace CoreNode.Tests.Simulation.Updates;

/// <summary>
/// How often what may happen in simulations of fleets did happen: a run that never had something proves nothing of it.
/// </summary>
internal sealed class FleetTally
{
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>What must have happened at least once in a run of many seeds.</summary>
    public static IReadOnlyList<string> Expected { get; } =
    [
        .. HoldReasons.All.Select(static reason => $"hold: {reason}"),
        .. HoldReasons.All
            .Where(static r => r is not (HoldReasons.Disabled or HoldReasons.ErrorStop or HoldReasons.NoPackage
                or HoldReasons.Exempt or HoldReasons.RolledBack))
            .Select(static reason => $"hold with a time: {reason}"),
        .. Enum.GetNames<FleetLie>().Select(static lie => $"lie: {lie}"),
        .. Enum.GetNames<FleetKind>().Select(static kind => $"machine: {kind}"),
        .. Enum.GetNames<GrantKind>().Select(static kind => $"grant: {kind}"),
        .. Enum.GetNames<RolloutState>().Select(static state => $"state: {state}"),
        "fault: request lost", "fault: answer lost", "fault: crash before it was durable", "fault: restart",
        "fault: server's clock ahead", "fault: server's clock put back", "fault: server's clock years ahead",
        "fault: client's clock jumps",
        "operator: pause", "operator: resume", "operator: resume after a stop", "operator: forced",
        "operator: exempt", "operator: pinned to a version that is there", "operator: pinned to no version",
        "operator: other group", "operator: despite the stop", "operator: other limits",
        "operator: the next release", "operator: forgets a silent machine",
        "the release is promoted by itself", "the release is promoted by hand", "a promotion waits",
        "stopped by the share of failures", "stopped by the first machine", "the first machine passes",
        "a floor is installed", "several steps in one answer", "the same is offered again", "a machine times out",
        "a wave opens late", "a grant in a window", "a grant in a window of a day on which clocks change",
        "a machine is forgotten", "an event is ignored", "a request is refused", "the error stop is passed by a pin",
        "a machine goes back without a word",
        "a forced machine ends",
    ];

    /// <summary>What must have happened in the one run of a hundred thousand machines.</summary>
    public static IReadOnlyList<string> ExpectedOfMany { get; } =
    [
        .. Enum.GetNames<FleetLie>().Select(static lie => $"lie: {lie}"),
        .. Enum.GetNames<FleetKind>().Select(static kind => $"machine: {kind}"),
        "hold: wave", "hold: window", "hold: rate-limit", "hold: concurrency", "hold: first-alone", "hold: error-stop",
        "hold: rolled-back", "fault: request lost", "fault: answer lost", "fault: restart",
        "fault: crash before it was durable", "fault: server's clock ahead", "fault: server's clock put back",
        "fault: client's clock jumps", "stopped by the share of failures", "the first machine passes",
        "a wave opens late", "a grant in a window of a day on which clocks change", "a machine times out",
        "a floor is installed", "several steps in one answer", "a machine goes back without a word",
        "an event is ignored",
    ];

    /// <summary>It happened.</summary>
    public void Count(string what) => _counts[what] = _counts.GetValueOrDefault(what) + 1;

    /// <summary>Adds what happened elsewhere.</summary>
    public void Add(FleetTally other)
    {
        foreach ((string what, int count) in other._counts)
            _counts[what] = _counts.GetValueOrDefault(what) + count;
    }

    /// <summary>What was expected and never happened.</summary>
    public IEnumerable<string> Missing(IReadOnlyList<string> expected) =>
        expected.Where(what => !_counts.ContainsKey(what));

    /// <summary>A line for each.</summary>
    public override string ToString() =>
        string.Join('\n', _counts.OrderBy(static count => count.Key, StringComparer.Ordinal)
            .Select(static count => $"{count.Value,9} {count.Key}"));
}
