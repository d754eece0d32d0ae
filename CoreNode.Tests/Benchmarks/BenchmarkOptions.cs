using System.Globalization;

namespace CoreNode.Tests.Benchmarks;

/// <summary>What packaging/bench.sh asks for, by environment.</summary>
/// <param name="Rows">Names of the rows to measure.</param>
/// <param name="Passes">How often each server is measured in turn.</param>
/// <param name="PassTime">How long a pass of load lasts.</param>
/// <param name="FillKeys">Keys of the rows about a large store.</param>
internal sealed record BenchmarkOptions(IReadOnlyList<string> Rows, int Passes, TimeSpan PassTime, int FillKeys)
{
    public const string ResultVariable = "CORENODE_BENCH_RESULT";

    public static BenchmarkOptions FromEnvironment(IEnumerable<string> allRows)
    {
        string[] all = [.. allRows];
        string rows = Text("CORENODE_BENCH_ROWS", string.Join(',', all));
        return new BenchmarkOptions(
            [.. rows.Split(',', StringSplitOptions.RemoveEmptyEntries).SelectMany(row => Expand(row, all))],
            Number("CORENODE_BENCH_PASSES", 5),
            TimeSpan.FromSeconds(Number("CORENODE_BENCH_SECONDS", 4)),
            Number("CORENODE_BENCH_KEYS", 1_000_000));
    }

    // "cluster" stands for all rows cluster-…
    private static IEnumerable<string> Expand(string row, string[] all)
    {
        string[] members = [.. all.Where(r => r.StartsWith(row + "-", StringComparison.Ordinal))];
        return members.Length > 0 ? members : [row];
    }

    private static int Number(string variable, int otherwise) =>
        int.Parse(Text(variable, otherwise.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);

    private static string Text(string variable, string otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? text : otherwise;
}
