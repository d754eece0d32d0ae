using System.Globalization;
using System.Text;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Benchmarks;

/// <summary>The figures of docs/benchmarks.md, CoreNode and etcd in turn. Run by packaging/bench.sh.</summary>
[TestFixture, Explicit, Category("Benchmark"), Category("Native"), NonParallelizable]
internal sealed class BenchmarkTests
{
    private static readonly Dictionary<string, Func<BenchmarkOptions, Task<IReadOnlyList<Figure>>>> Rows = new()
    {
        ["put"] = ThroughputRows.PutAsync,
        ["get"] = ThroughputRows.GetAsync,
        ["latency"] = ThroughputRows.LatencyAsync,
        ["wal"] = ThroughputRows.WalAsync,
        ["watch"] = WatchRows.FanOutAsync,
        ["watches-idle"] = IdleWatchRows.MemoryAsync,
        ["fuzz"] = FuzzRows.MemoryAsync,
        ["fill"] = LargeStoreRows.FillAsync,
        ["tls-request"] = TlsRows.RequestsAsync,
        ["tls-handshake"] = TlsRows.HandshakesAsync,
        ["idle"] = StartRows.IdleAsync,
        ["start"] = StartRows.StartAsync,
        ["size"] = StartRows.SizeAsync,
        ["cluster-put"] = ClusterThroughputRows.PutAsync,
        ["cluster-latency"] = ClusterThroughputRows.LatencyAsync,
        ["cluster-get"] = ClusterThroughputRows.QuorumGetAsync,
        ["cluster-failover"] = FailoverRows.KillLeaderAsync,
        ["cluster-join"] = JoinRows.FreshMemberAsync,
        ["cluster-fsync"] = SlowDiskRows.AddedDelayAsync,
        ["cluster-idle"] = ClusterIdleRows.IdleAsync,
        ["proxy"] = ProxyRows.AddedAsync,
        ["schedule-10k"] = SchedulingRows.SmallAsync,
        ["schedule-100k"] = SchedulingRows.LargeAsync,
        ["machine-lost"] = SchedulingRows.MachineLostAsync,
        ["units-scale"] = UnitsScaleRows.AllAsync,
        ["units-start"] = UnitRows.StartManyAsync,
        ["units-memory"] = UnitRows.MemoryAsync,
        ["units-rest"] = UnitsRestRows.RestAsync,
        ["units-leases"] = LeaseRows.ConnectionsAsync,
        ["units-singleton"] = UnitRows.SingletonAsync,
        ["units-systemd"] = SystemdUnitRows.StartAsync,
        ["registry-100k"] = RegistryRows.LargeAsync,
        ["place"] = EngineRows.PlaceAsync,
        ["plan-10k"] = PlanRows.SmallAsync,
        ["plan-100k"] = PlanRows.LargeAsync,
        ["rollout"] = RolloutRows.DecisionsAsync,
        ["apply-zstd"] = ApplyRows.ZstdAsync,
        ["apply-xz"] = ApplyRows.XzAsync,
        ["update-peers"] = SharingRows.DownloadAsync,
        ["lock"] = LockRows.HandOverAsync,
        ["overlay"] = OverlayRows.AllAsync,
        ["provision"] = ProvisionRows.AllAsync,
        ["image"] = ImageRows.AllAsync,
        ["payload-create"] = PayloadRows.CreateAsync,
        ["payload-bytes"] = PayloadRows.BytesAsync,
        ["update-checks"] = UpdateServerRows.ChecksAsync,
        ["update-server"] = UpdateServerHttpRows.AllAsync,
    };

    [Test]
    public async Task Figures_are_measured_for_both_servers()
    {
        BenchmarkOptions options = BenchmarkOptions.FromEnvironment(Rows.Keys);
        Assert.That(options.Rows, Is.SubsetOf(Rows.Keys), "rows that there are");
        List<Figure> figures = [];
        List<string> broken = [];
        foreach (string row in options.Rows)
        {
            foreach (Figure figure in await MeasureAsync(row, options, broken))
            {
                figures.Add(figure);
                TestContext.Progress.WriteLine(FigureTable.Line(figure));
            }
        }
        string result = Machine(options) + "\n" + FigureTable.Format(figures);
        TestContext.Out.WriteLine(result);
        if (Environment.GetEnvironmentVariable(BenchmarkOptions.ResultVariable) is { Length: > 0 } file)
            await File.WriteAllTextAsync(file, result);
        Assert.That(broken, Is.Empty, "rows that gave no figure");
        // Not a number stands for what etcd was not asked.
        Assert.That(figures.SelectMany(f => f.Passes), Has.All.Matches<(double Etcd, double Node)>(
            p => !double.IsInfinity(p.Etcd) && double.IsFinite(p.Node)));
    }

    // A row that breaks off is told of at the end: what the others gave is not lost for it.
    private static async Task<IReadOnlyList<Figure>> MeasureAsync(
        string row, BenchmarkOptions options, List<string> broken)
    {
        try
        {
            return await Rows[row](options);
        }
        catch (Exception fault)
        {
            broken.Add($"{row}: {fault}");
            return [];
        }
    }

    private static string Machine(BenchmarkOptions options)
    {
        string processor = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "?";
        string kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        string load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        DriveInfo drive = new(Path.GetTempPath());
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} × {processor}, Linux {kernel}, ");
        text.Append(CultureInfo.InvariantCulture, $"data on {drive.DriveFormat}, load {load} before the end, ");
        text.Append(CultureInfo.InvariantCulture, $"{options.Passes} passes of {options.PassTime.TotalSeconds} s, ");
        text.Append(ColdCache.IsPossible ? "cold cache" : "cache not dropped (not root)").Append('\n');
        text.Append($"etcd: {TestPrograms.Etcd()}, CoreNode: {TestPrograms.Corenode()}\n");
        return text.ToString();
    }
}
