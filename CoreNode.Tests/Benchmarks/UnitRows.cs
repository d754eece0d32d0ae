using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.EndToEnd.Units;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// Units on three native machines with the embedded runner. fleet is not in Debian; what the table of
/// docs/benchmarks.md shows beside these figures is what was measured of it elsewhere.
/// </summary>
internal static class UnitRows
{
    private const int ManyUnits = 1000;
    private const int SomeUnits = 200;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(20);

    /// <summary>1000 units in one batch, until every one has a machine and until every one has run.</summary>
    public static async Task<IReadOnlyList<Figure>> StartManyAsync(BenchmarkOptions options)
    {
        List<(double, double)> placed = [];
        List<(double, double)> started = [];
        for (int pass = 0; pass < Math.Min(options.Passes, 3); pass++)
        {
            await using UnitCluster cluster = await UnitCluster.StartAsync(3);
            await cluster.GetAsync("/fleet/v1/machines");
            await cluster.UntilAsync(
                async () => (await cluster.GetAsync("/fleet/v1/machines"))["machines"]!.AsArray().Count == 3,
                "three machines");
            Stopwatch watch = Stopwatch.StartNew();
            await SubmitAsync(cluster, ManyUnits, "/bin/true", "Type=oneshot\nRemainAfterExit=yes");
            placed.Add((double.NaN, await UntilAsync(cluster, watch, static unit => Text(unit, "target").Length > 0)));
            started.Add((double.NaN, await UntilAsync(cluster, watch, static unit =>
                unit["machines"]?.AsArray() is [{ } one, ..] && Text(one, "active") == "active")));
        }

        return
        [
            new Figure(
                "units: 1000 submitted and started on 3 machines, all placed", "s", new Target.AtMost(2), placed),
            new Figure("units: the same, all have run", "s", Target.None, started),
        ];
    }

    /// <summary>A member that runs 200 units: its memory, and the log at rest.</summary>
    public static async Task<IReadOnlyList<Figure>> MemoryAsync(BenchmarkOptions options)
    {
        await using UnitCluster cluster = await UnitCluster.StartAsync(1);
        await cluster.GetAsync("/fleet/v1/machines");
        await SubmitAsync(cluster, SomeUnits, "/bin/sleep infinity", "");
        await UntilAsync(cluster, Stopwatch.StartNew(), static unit =>
            unit["machines"]?.AsArray() is [{ } one, ..] && Text(one, "active") == "active");
        await Task.Delay(s_rest);
        ServerProcess node = cluster.Machines.Members[0];
        double log = await cluster.Machines.SumAsync("corenode_wal_written_bytes_total");
        TimeSpan processor = ProcessMeter.ProcessorTime(node.Pid);
        await Task.Delay(s_rest);
        double share = (ProcessMeter.ProcessorTime(node.Pid) - processor) / s_rest * 100;
        double growth = await cluster.Machines.SumAsync("corenode_wal_written_bytes_total") - log;
        return
        [
            new Figure(
                "units: memory of a node with 200 units", "MB", new Target.AtMost(60),
                [(double.NaN, ProcessMeter.ResidentMegabytes(node.Pid))]),
            new Figure("units: log bytes in 20 s at rest", "", new Target.AtMost(0), [(double.NaN, growth)]),
            new Figure("units: processor at rest, 200 units, % of a core", "", Target.None, [(double.NaN, share)]),
        ];
    }

    /// <summary>
    /// A singleton's machine is gone, which is not the store's leader and which is: until it runs elsewhere, and the
    /// most copies that ran at one moment. The lease is 10 s.
    /// </summary>
    public static async Task<IReadOnlyList<Figure>> SingletonAsync(BenchmarkOptions options)
    {
        List<(double, double)> times = [];
        List<(double, double)> leaderTimes = [];
        int most = 0;
        foreach (bool isLeader in (bool[])[false, true])
        {
            await using UnitCluster cluster = await UnitCluster.StartAsync(3, static _ => ["--units-lease", "10s"]);
            ServerProcess leader = await cluster.Machines.WaitForCommonLeaderAsync(s_patience);
            ServerProcess lost = cluster.Machines.Members.First(m => (m == leader) == isLeader);
            int number = EndToEnd.Clusters.ClusterProcesses.PlaceOf(lost);
            await cluster.FleetAsync("start", cluster.Write("only.service", string.Create(
                CultureInfo.InvariantCulture, $"Singleton=yes\nMachineMetadata=n={number}")));
            await cluster.UntilActiveAsync("only.service");

            // From now on it may run on another one, too.
            string other = UnitCluster.MachineId((number % 3) + 1);
            using HttpClient http = new();
            using StringContent change = new(
                $$$"""[{"op":"add","path":"/{{{other}}}/metadata/n","value":{"value":"{{{number}}}"}}]""",
                Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
            using HttpResponseMessage changed = await http.PatchAsync(
                $"{cluster.AdminUrl(1)}/fleet/v1/machines", change);
            Assert.That((int)changed.StatusCode, Is.EqualTo(204));
            TestContext.Progress.WriteLine(lost == leader ? "it leads the store" : "it does not lead the store");
            Stopwatch watch = Stopwatch.StartNew();
            await lost.KillAsync();
            bool wasGone = false;
            while (watch.Elapsed < s_patience)
            {
                int copies = cluster.CopiesOf("only.service").Count;
                most = Math.Max(most, copies);
                wasGone |= copies == 0;
                if (wasGone && copies == 1)
                    break;
                await Task.Delay(s_pause);
            }

            (lost == leader ? leaderTimes : times).Add((double.NaN, watch.Elapsed.TotalSeconds));
        }

        List<Figure> figures =
        [
            new Figure(
                "units: most copies of a singleton at one moment", "", new Target.AtMost(1), [(double.NaN, most)]),
        ];
        if (times.Count > 0)
        {
            figures.Add(new Figure(
                "units: a singleton runs again after its machine is gone, lease 10 s", "s", new Target.AtMost(11),
                times));
        }

        if (leaderTimes.Count > 0)
        {
            figures.Add(new Figure(
                "units: the same where the machine led the store", "s", new Target.AtMost(22), leaderTimes));
        }

        return figures;
    }

    /// <summary>Submits that many units in one batch and starts them.</summary>
    public static async Task SubmitAsync(UnitCluster cluster, int count, string exec, string service)
    {
        JsonArray units = [];
        string[] lines = service.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < count; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"bench{i:0000}.service");
            JsonArray parts = [Option("Unit", "Description", name), Option("Service", "ExecStart", exec)];
            parts.Add(Option("Service", "Environment", $"MARK={cluster.Mark} UNIT={name}"));
            foreach (string line in lines)
                parts.Add(Option("Service", line.Split('=')[0], line.Split('=')[1]));
            units.Add(new JsonObject { ["name"] = name, ["options"] = parts, ["desiredState"] = "launched" });
        }

        using HttpClient http = new() { Timeout = s_patience };
        using StringContent body = new(
            new JsonObject { ["units"] = units, ["replace"] = false }.ToJsonString(), Encoding.UTF8,
            new MediaTypeHeaderValue("application/json"));
        using HttpResponseMessage answer = await http.PostAsync($"{cluster.AdminUrl(1)}/corenode/v1/units", body);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.IsSuccessStatusCode, Is.True, text);
        Assert.That(
            JsonNode.Parse(text)!["results"]!.AsArray().Select(static r => (int)r!["status"]!), Has.All.EqualTo(201));
    }

    private static JsonObject Option(string section, string name, string value) =>
        new() { ["section"] = section, ["name"] = name, ["value"] = value };

    private static async Task<double> UntilAsync(UnitCluster cluster, Stopwatch watch, Func<JsonNode, bool> isSo)
    {
        while (watch.Elapsed < s_patience)
        {
            JsonArray units = (await cluster.GetAsync("/corenode/v1/units"))["units"]!.AsArray();
            if (units.Count > 0 && units.All(unit => isSo(unit!)))
                return watch.Elapsed.TotalSeconds;
            await Task.Delay(s_pause);
        }

        throw new TimeoutException("units were not placed or did not run in time");
    }

    private static string Text(JsonNode node, string name) => (string?)node[name] ?? "";
}
