namespace CoreNode.Tests.Conformance.Differential;

/// <summary>
/// Cells of the coverage table that etcd's rules exclude, each with the rule. The test also fails when such a cell is
/// reached, so the list cannot hide a hole.
/// </summary>
internal static class ImpossibleCells
{
    private const Operation Any = (Operation)(-1);

    private static readonly (Operation Operation, string[] Parameters, string[] Outcomes, string Reason)[] Rules =
    [
        (Any, [], ["400", "404"], "only HEAD has no body to carry a code"),
        (Operation.Get, [], ["201", "101", "102", "105", "107", "108", "401"], "a read neither creates nor compares"),
        (Operation.Watch, [], ["201", "101", "102", "105", "107", "108"], "a watch only waits; with quorum it reads"),
        (Operation.Stream, [], ["201", "101", "102", "105", "107", "108"], "a watch only waits; with quorum it reads"),
        (Operation.Set, [], ["101", "105", "108", "401"], "set has no condition and removes no directory"),
        (Operation.Create, [], ["200", "100", "101", "102", "108", "401"], "create answers 201 or that the key exists"),
        (Operation.Update, [], ["201", "101", "105", "108", "401"], "update needs the key and compares nothing"),
        (Operation.CompareAndSwap, [], ["201", "105", "108", "401"], "the key must be there"),
        (Operation.Post, [], ["200", "100", "101", "102", "105", "107", "108", "401"], "makes a new name anywhere"),
        (Operation.Delete, [], ["201", "101", "105", "401"], "delete has no condition"),
        (Operation.CompareAndDelete, [], ["201", "105", "107", "108", "401"], "directories, also /, get 102 first"),

        // Parameters that would make it another operation are carried in their refused form only, and parsing stops
        // there.
        (Operation.Set, ["prevExist"], ["200", "201", "100", "102", "104", "107", "211", "212"],
            "a good prevExist makes it create, update or compareAndSwap; a bad one is found before refresh"),
        (Operation.Set, ["prevValue"], ["200", "201", "100", "102", "104", "107", "202", "211", "212"],
            "a good prevValue makes it compareAndSwap; the empty one is refused before ttl"),
        (Operation.Update, ["prevValue"], ["200", "100", "102", "104", "107", "202", "211", "212"],
            "a good prevValue makes it compareAndSwap; the empty one is refused before ttl"),
        (Operation.Delete, ["prevValue"], ["200", "100", "102", "104", "107", "108", "202", "211", "212"],
            "a good prevValue makes it compareAndDelete; the empty one is refused before ttl"),
    ];

    /// <summary>Why the cell cannot be reached; null when it can.</summary>
    public static string? Reason(CoverageCell cell)
    {
        if (cell.Operation == Operation.Head)
            return HeadReason(cell);
        foreach ((Operation operation, string[] parameters, string[] outcomes, string reason) in Rules)
        {
            if ((operation == Any || operation == cell.Operation)
                && (parameters.Length == 0 || parameters.Contains(cell.Parameter))
                && outcomes.Contains(cell.Outcome))
                return reason;
        }
        return null;
    }

    private static string? HeadReason(CoverageCell cell) =>
        // 301 is the router's, for a key that happens to be spelled uncleanly; the other methods' is in no cell either.
        cell.Outcome is "200" or "301" or "400" or "404" ? null : "HEAD has no body to carry a code";
}
