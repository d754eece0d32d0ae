using System.Diagnostics;
using CoreNode.Tests.EndToEnd.Updates;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// Ten native nodes of one cluster, three members and seven workers, take an update of 300 MB at once: what the server
/// sends, and how long it takes until all have installed it. Everything is on this machine: the time says little of a
/// network.
/// </summary>
internal static class SharingRows
{
    private const int PayloadBytes = 300_000_000;
    private const int Members = 3;
    private const int Workers = 7;
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(15);

    public static async Task<IReadOnlyList<Figure>> DownloadAsync(BenchmarkOptions options)
    {
        await using SharingMachines machines = await SharingMachines.MakeAsync(PayloadBytes);
        await using SharingNodes nodes = await SharingNodes.StartAsync(
            machines, Members, Workers, "--modules", "store,updates");
        Stopwatch watch = Stopwatch.StartNew();
        foreach (UpdateCalls one in nodes.Calls)
            await one.NowAsync(s_deadline);
        await Task.WhenAll(nodes.Calls.Select(static one => one.InstalledAsync(s_deadline)));
        double seconds = watch.Elapsed.TotalSeconds;
        double times = (double)machines.Server.SentBytes / machines.PayloadBytes;
        return
        [
            new Figure(
                "300 MB payload for 10 nodes: sent by the server", "times its size", new Target.AtMost(1.1),
                [(double.NaN, times)]),
            new Figure("the same: until all have installed it", "s", Target.None, [(double.NaN, seconds)]),
        ];
    }
}
