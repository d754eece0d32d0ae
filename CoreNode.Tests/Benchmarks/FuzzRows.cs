using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Fuzzing;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// A million random requests to one node: no crash, every answer well-formed, and memory that does not grow with their
/// number. The line that repeats a failure is in the exception.
/// </summary>
internal static class FuzzRows
{
    private const int First = 100_000;
    private const int All = 1_000_000;
    private const ulong Seed = 0x5EED;
    private const int Clients = 16;
    private const double Percent = 100;

    // The node looks every ten seconds whether it has grown and is quiet.
    private static readonly TimeSpan s_settleTime = TimeSpan.FromSeconds(25);

    public static async Task<IReadOnlyList<Figure>> MemoryAsync(BenchmarkOptions options)
    {
        await using ServerProcess node = await NodeProcess.StartAsync();
        Uri url = node.Place.ClientUrl;
        FuzzRun[] runs = [.. Enumerable.Range(0, Clients).Select(i => new FuzzRun(url, Seed + (ulong)i))];
        await RunAsync(runs, First);
        await Task.Delay(s_settleTime);
        double first = ProcessMeter.ResidentMegabytes(node.Pid);
        await RunAsync(runs, All - First);
        foreach (FuzzRun run in runs)
            run.CheckStore();
        await Task.Delay(s_settleTime);
        double all = ProcessMeter.ResidentMegabytes(node.Pid);
        if (node.HasDied)
            throw new IOException($"the node ended:\n{node.StandardError}");
        return
        [
            new Figure("memory after 100,000 random requests", "MB", Target.None, [(double.NaN, first)]),
            new Figure("memory after 1,000,000, of that", "%", new Target.AtMost(110),
                [(double.NaN, all / first * Percent)]),
        ];
    }

    // Several at a time: one alone waits for the disk with each write.
    private static Task RunAsync(FuzzRun[] runs, int requests) => Task.WhenAll(runs.Select(
        run => Task.Factory.StartNew(
            () => run.Run(requests / Clients), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
}
