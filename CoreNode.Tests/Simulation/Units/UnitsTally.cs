namespace CoreNode.Tests.Simulation.Units;

/// <summary>
/// How often what may happen in simulations of units did happen: a run that never had something proves nothing of it.
/// </summary>
internal sealed class UnitsTally
{
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>What must have happened at least once in a run of many seeds.</summary>
    public static IReadOnlyList<string> Expected { get; } =
    [
        .. ((string[])["single", "plain", "global", "follows", "picky", "many", "moves", "tells", "ousts", "well"])
            .Select(static kind => $"unit runs: {kind}"),
        .. Enum.GetNames<UnitsFault>().Select(static fault => $"fault: {fault}"),
        .. Enum.GetNames<TrapPoint>().Where(static point => point != nameof(TrapPoint.Removal)).SelectMany(
            static point => (string[])[$"killed right at its {point}", $"stands still right at its {point}"]),
        .. ((string[])["start", "load", "stop", "destroy", "submit", "restart", "cordon", "drain", "uncordon"])
            .Select(static wish => $"wish: {wish}"),
        .. ((string[])["Granted", "NoLeader", "Unreachable", "Duplicate"]).Select(static kind => $"renewal: {kind}"),
        .. ((string[])["Placed", "Revoked", "Evicted", "Emptied", "ReplicaMade", "ReplicaRemoved"])
            .Select(static kind => $"engine: {kind}"),
        "cluster: units under PID 1", "cluster: units under the runner", "cluster: two machines with one id",
        "cluster: an existing etcd as the store", "etcd: somebody decides",
        "cluster: of 1 members", "cluster: of 3 members", "cluster: of 5 members",
        "the store has no leader", "the store has no leader for longer than a lease",
        "the removal of a registration is held up", "a lease lapses", "a claim from before a lapse is given back",
        "the guard ends a singleton", "a unit fails", "a unit crashes", "a unit hangs in its stop", "a unit is sick",
        "an announced key is removed",
    ];

    /// <summary>It happened.</summary>
    public void Count(string what) => _counts[what] = _counts.GetValueOrDefault(what) + 1;

    /// <summary>Adds what happened elsewhere.</summary>
    public void Add(UnitsTally other)
    {
        foreach ((string what, int count) in other._counts)
            _counts[what] = _counts.GetValueOrDefault(what) + count;
    }

    /// <summary>Which of these never happened.</summary>
    public IEnumerable<string> Without(params string[] expected) =>
        expected.Where(what => !_counts.ContainsKey(what));

    /// <summary>What was expected and never happened.</summary>
    public IEnumerable<string> Missing() => Expected.Where(what => !_counts.ContainsKey(what));

    /// <summary>A line for each.</summary>
    public override string ToString() =>
        string.Join('\n', _counts.Select(static count => $"{count.Value,9} {count.Key}"));
}
