using System.Diagnostics;
using System.Globalization;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.EndToEnd.Units.Systemd;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// Units on three machines with a systemd of their own, by the command that people use: it ends once all of them run.
/// </summary>
internal static class SystemdUnitRows
{
    private const int StartedUnits = 60;
    private const int HeldUnits = 200;
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(20);

    /// <summary>60 units until every one runs, and what a node of 200 of them holds.</summary>
    public static async Task<IReadOnlyList<Figure>> StartAsync(BenchmarkOptions options)
    {
        List<(double, double)> started = [];
        await using SystemdCluster cluster = await SystemdCluster.StartAsync(lease: "10s");
        SystemdNode first = cluster[1];
        for (int pass = 0; pass < options.Passes; pass++)
        {
            string[] files = Write(first, StartedUnits, "");
            Stopwatch watch = Stopwatch.StartNew();
            await first.CorenodeAsync(["unit", "start", .. files]);
            started.Add((double.NaN, watch.Elapsed.TotalSeconds));
            int[] running = await Task.WhenAll(cluster.Nodes.Select(RunningAsync));
            Assert.That(running.Sum(), Is.EqualTo(StartedUnits), "as systemd says");
            Assert.That(running, Has.All.EqualTo(StartedUnits / 3), "spread over all machines");
            await cluster.ClearAsync();
        }

        SystemdNode holder = cluster[2];
        string[] held = Write(first, HeldUnits, "[X-Fleet]\nMachineMetadata=n=2\n");
        await first.CorenodeAsync(["unit", "start", .. held]);
        Assert.That(await RunningAsync(holder), Is.EqualTo(HeldUnits));
        await Task.Delay(s_rest);
        double memory = await MemoryAsync(holder);
        return
        [
            new Figure(
                "units: 60 submitted, started and running on 3 systemd machines", "s", new Target.AtMost(3), started),
            new Figure(
                "units: memory of a node with 200 units under systemd", "MB", new Target.AtMost(60),
                [(double.NaN, memory)]),
        ];
    }

    private static string[] Write(SystemdNode node, int count, string more)
    {
        string[] files = new string[count];
        for (int i = 0; i < count; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"bench{i:0000}.service");
            files[i] = node.Write(name, $"[Service]\nExecStart=/bin/sleep infinity\n{more}");
        }

        return files;
    }

    private static async Task<int> RunningAsync(SystemdNode node)
    {
        ProgramResult units = await node.Container.RunAsync(
            "systemctl", "list-units", "--plain", "--no-legend", "--state=running", "bench*");
        return units.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
    }

    private static async Task<double> MemoryAsync(SystemdNode node)
    {
        SystemdState service = await node.StateAsync(SystemdNode.Service);
        string line = File.ReadLines(node.Container.OfRunning($"/proc/{service.MainPid}/status"))
            .First(static l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        string kilobytes = line["VmRSS:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        return double.Parse(kilobytes, CultureInfo.InvariantCulture) * 1024 / 1e6;
    }
}
