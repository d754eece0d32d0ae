using System.Diagnostics;
using System.Globalization;
using System.Text;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Updates.Server;
using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// The native update server over HTTP on loopback, on a disk, with 100 000 machines that it knows: processor time of
/// its own process for a check, memory, restarts, and what people ask it. There is no other update server to compare:
/// Debian has neither Nebraska nor CoreUpdate.
/// </summary>
internal sealed class UpdateServerHttpRows : IDisposable
{
    private const int Machines = 100_000;
    private const int Connections = 64;
    private const int Looks = 11;
    private const double MostMegabytes = 150;

    // Each machine has an address of its own, told by a proxy, as one number: 5.245.225.0 and those after it.
    private const string Addresses = "X-Forwarded-For: 1" + RequestTemplate.Number + "\r\n";
    private const string What = "update server, 100,000 machines: ";

    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(25);

    private readonly TestFolder _folder = new();
    private readonly Uri _url = new($"http://127.0.0.1:{FreePorts.Next()}");
    private readonly HttpClient _http = new() { Timeout = s_deadline };
    private readonly List<Figure> _figures = [];
    private RunningProgram? _server;

    private int Pid => _server!.Pid;

    public static async Task<IReadOnlyList<Figure>> AllAsync(BenchmarkOptions options)
    {
        using UpdateServerHttpRows rows = new();
        await rows.MeasureAsync(options);
        return rows._figures;
    }

    public void Dispose()
    {
        _server?.Dispose();
        _http.Dispose();
        _folder.Dispose();
    }

    private async Task MeasureAsync(BenchmarkOptions options)
    {
        await SetUpAsync();
        await StartAsync();
        Add("new machines, each durable: processor time of one", "µs", Target.None, Ask(0).ServerMicroseconds);
        Add("resident memory after they all came", "MB", Target.None, ProcessMeter.ResidentMegabytes(Pid));
        await StopAsync(Signals.Terminate);
        Add("start to serving", "s", new Target.AtMost(4), await StartAsync());
        Add("resident memory when it begins to serve", "MB", Target.None, ProcessMeter.ResidentMegabytes(Pid));
        await Task.Delay(s_quiet);
        Add(
            "resident memory when idle after a start", "MB", new Target.AtMost(MostMegabytes),
            ProcessMeter.ResidentMegabytes(Pid));
        Load(options);
        await Task.Delay(s_quiet);
        Add("resident memory when idle after the load", "MB", Target.None, ProcessMeter.ResidentMegabytes(Pid));
        await LookAsync();
        await StopAsync(Signals.Kill);
        Add("start to serving after kill -9", "s", new Target.AtMost(4), await StartAsync());
        string standing = await _http.GetStringAsync(new Uri(_url, "/corenode/v1/update-server/status"));
        Assert.That(standing, Does.Contain($"\"machines\":{Machines},"));
    }

    // Everybody may update, one at a time: the costliest of the usual answers, "not now, because …".
    private async Task SetUpAsync()
    {
        using ServerBench bench = new(folder: _folder.File("data"), time: TimeProvider.System);
        await bench.SetUpAsync(new RolloutPolicy { MaxAtATime = 1 });
        await bench.ReleaseAsync("1.1.0", 2);
    }

    private void Load(BenchmarkOptions options)
    {
        List<LoadResult> unchanged = [];
        List<LoadResult> told = [];
        for (int pass = 0; pass < options.Passes; pass++)
        {
            unchanged.Add(Ask(0));
            told.Add(Ask(pass + 1));
        }

        Target rate = new Target.AtLeast(3000);
        Add("checks that change nothing, per second of its processor time", "1/s", rate, unchanged, PerProcessor);
        Add("the same, per second, 64 connections", "1/s", Target.None, unchanged, static one => one.RequestsPerSecond);
        Add("the same, p99", "ms", Target.None, unchanged, static one => one.LatencyMilliseconds(0.99));
        Add("checks with an event, durable, per second of its processor time", "1/s", rate, told, PerProcessor);
        Add("the same, per second, 64 connections", "1/s", Target.None, told, static one => one.RequestsPerSecond);
        Add("the same, p99", "ms", Target.None, told, static one => one.LatencyMilliseconds(0.99));
        Add(
            "most resident memory, start and load", "MB", new Target.AtMost(MostMegabytes),
            ProcessMeter.PeakMegabytes(Pid));
    }

    // Each machine once. Where it tells of a boot, that is written of each; said again it would change nothing.
    private LoadResult Ask(int boot)
    {
        int next = 0;
        RequestTemplate template = RequestTemplate.Post(
            _url, "/v1/update/", Addresses, Request(boot), () => next++ % Machines);
        using LoadGenerator load = new(_url, Connections);
        return load.RunCount(Machines, template, Pid);
    }

    private static string Request(int boot)
    {
        UpdateMachine machine = new()
        {
            Client = "update_engine-0.4.10",
            Version = "1.0.0",
            Group = "stable",
            MachineId = $"{new string('0', 24)}{RequestTemplate.Number}",
            Alias = $"host-{RequestTemplate.Number}",
            BootId = "965fb4c5-ad3e-4eb7-a4c2-ca0c0e31ec84",
            Board = "amd64-usr",
            Oem = "ami",
            OemVersion = "0.0.4",
            AlephVersion = "0.9.0",
        };
        string previous = boot == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"0.9.{boot}");
        return Encoding.UTF8.GetString(OmahaRequestCodec.Write(ClientRequests.Check(machine, false, previous)));
    }

    private async Task LookAsync()
    {
        const string Rest = "/corenode/v1/update-server/";
        const string App = Rest + "apps/" + ServerBench.App;
        (string Name, string Path)[] looks =
        [
            ("page at /", "/"),
            ("groups with their standings", Rest + "standings"),
            ("machines, the first hundred", App + "/machines?count=100"),
            ("machines, the last hundred", App + $"/machines?count=100&after={Machines - 100}"),
            ("machines by a text that none has", App + "/machines?count=100&text=nobody-has-it"),
            ("machines of a state", App + "/machines?count=100&state=granted"),
        ];
        foreach ((string name, string path) in looks)
        {
            List<(double, double)> times = [];
            for (int i = 0; i < Looks; i++)
            {
                long begin = Stopwatch.GetTimestamp();
                using HttpResponseMessage answer = await _http.GetAsync(new Uri(_url, path));
                byte[] body = await answer.Content.ReadAsByteArrayAsync();
                times.Add((double.NaN, Stopwatch.GetElapsedTime(begin).TotalMilliseconds));
                Assert.That(answer.IsSuccessStatusCode, Is.True, Encoding.UTF8.GetString(body));
            }

            _figures.Add(new Figure(What + name, "ms", new Target.AtMost(100), times));
        }

        Add("resident memory after that", "MB", Target.None, ProcessMeter.ResidentMegabytes(Pid));
    }

    private async Task<double> StartAsync()
    {
        long begin = Stopwatch.GetTimestamp();
        _server = RunningProgram.Start(TestPrograms.Corenode(),
        [
            "update-server", "serve", "--data-dir", _folder.File("data"), "--listen-urls",
            _url.GetLeftPart(UriPartial.Authority), "--unix-socket", "none", "--trusted-keys",
            _folder.File("no-keys"), "--trusted-proxy", "127.0.0.1", "--open-view",
        ]);
        while (true)
        {
            try
            {
                using HttpResponseMessage answer = await _http.GetAsync(new Uri(_url, "/health"));
                if (answer.IsSuccessStatusCode)
                    return Stopwatch.GetElapsedTime(begin).TotalSeconds;
            }
            catch (HttpRequestException)
            {
                bool isLate = _server.HasExited || Stopwatch.GetElapsedTime(begin) > s_deadline;
                if (isLate)
                    throw new IOException($"the update server does not serve: {_server.StandardError}");
            }

            await Task.Delay(5);
        }
    }

    private async Task StopAsync(int signal)
    {
        Signals.Send(Pid, signal);
        await _server!.WaitForExitAsync(s_deadline);
        _server.Dispose();
    }

    private static double PerProcessor(LoadResult load) => 1e6 / load.ServerMicroseconds;

    private void Add(string name, string unit, Target target, double value) =>
        _figures.Add(new Figure(What + name, unit, target, [(double.NaN, value)]));

    private void Add(
        string name, string unit, Target target, List<LoadResult> passes, Func<LoadResult, double> figure) =>
        _figures.Add(new Figure(What + name, unit, target, passes.ConvertAll(one => (double.NaN, figure(one)))));
}
