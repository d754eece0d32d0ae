using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace CoreNode.Tests.EndToEnd.Units;

/// <summary>
/// Two native nodes without a store of their own run units with Debian's etcd as the store (--store).
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class EtcdStoreScenarioTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    [Test]
    public async Task Units_run_move_and_stop_with_etcd_as_the_store()
    {
        await using ServerProcess etcd = await EtcdProcess.StartAsync();
        await using Guest first = await Guest.StartAsync(etcd, 1);
        await using Guest second = await Guest.StartAsync(etcd, 2);
        await UntilAsync(
            async () => (await first.GetAsync("/fleet/v1/machines"))["machines"]?.AsArray().Count == 2, "two machines");
        string file = first.Write("guest.service");
        await first.RunAsync("unit", "start", file);
        int machine = await ActiveOnAsync(first, "guest.service");
        Assert.That(machine, Is.AnyOf(1, 2));
        (Guest holder, Guest other) = machine == 1 ? (first, second) : (second, first);

        // The machine is lost: its key ends with its lifetime, and the unit runs on the other one.
        await holder.Process.KillAsync();
        await UntilAsync(
            async () => await ActiveOnAsync(other, "guest.service") is int now && now != 0 && now != machine,
            "it runs on the other machine");
        await other.RunAsync("unit", "destroy", "guest.service");
        await UntilAsync(
            async () => (await other.GetAsync("/fleet/v1/units"))["units"] is null or JsonArray { Count: 0 },
            "it is gone");
    }

    private static async Task<int> ActiveOnAsync(Guest guest, string unit)
    {
        JsonNode answer = await guest.GetAsync($"/fleet/v1/state?unitName={unit}");
        JsonNode? active = (answer["states"]?.AsArray() ?? [])
            .FirstOrDefault(static state => (string?)state!["systemdActiveState"] == "active");
        return active is null ? 0 : UnitCluster.NumberOf((string)active["machineID"]!);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.That(watch.Elapsed, Is.LessThan(s_patience), what);
            await Task.Delay(s_pause);
        }
    }

    private sealed class Guest : IAsyncDisposable
    {
        private readonly HttpClient _http = new();
        private readonly TestFolder _folder = new();
        private readonly string _adminUrl;
        private readonly string _mark = $"corenode-test-{Guid.NewGuid():N}";

        private Guest(ServerProcess process, string adminUrl)
        {
            Process = process;
            _adminUrl = adminUrl;
        }

        public ServerProcess Process { get; }

        public static async Task<Guest> StartAsync(ServerProcess etcd, int number)
        {
            string adminUrl = $"http://127.0.0.1:{FreePorts.Next()}";
            ServerCommand command = new("corenode --store", TestPrograms.Corenode, place =>
            [
                "node", "--modules", "units", "--store", etcd.Url, "--data-dir", place.DataFolder,
                "--listen-client-urls", ServerPlace.Text(place.ClientUrl),
                "--listen-peer-urls", ServerPlace.Text(place.PeerUrl), "--unix-socket", place.SocketPath,
                "--initial-cluster-token", "secret of a test", "--listen-admin-urls", adminUrl,
                "--unit-manager", "embedded", "--machine-id", UnitCluster.MachineId(number), "--units-lease", "3s",
            ]);
            return new Guest(await ServerProcess.StartAsync(command), adminUrl);
        }

        public string Write(string name)
        {
            string path = _folder.File(name);
            File.WriteAllText(path, $"[Service]\nEnvironment=MARK={_mark}\nExecStart=/bin/sleep infinity\n");
            return path;
        }

        public async Task<JsonNode> GetAsync(string path) =>
            JsonNode.Parse(await _http.GetStringAsync(_adminUrl + path))!;

        public async Task RunAsync(params string[] arguments)
        {
            ProgramResult result = await ProgramResult.OfAsync(
                TestPrograms.Corenode(), ["--endpoints", _adminUrl, .. arguments]);
            Assert.That(result.ExitCode, Is.Zero, $"{result.Output}{result.Error}{Process.StandardError}");
        }

        public async ValueTask DisposeAsync()
        {
            await Process.DisposeAsync();
            foreach (string environment in Directory.EnumerateDirectories("/proc")
                .Select(static folder => Path.Combine(folder, "environ")))
            {
                EndUnit(environment);
            }

            _http.Dispose();
            _folder.Dispose();
        }

        // Units outlive a supervisor that is killed.
        private void EndUnit(string environment)
        {
            try
            {
                if (File.ReadAllText(environment).Contains($"MARK={_mark}\0", StringComparison.Ordinal))
                    Signals.Send(int.Parse(environment.Split('/')[2], CultureInfo.InvariantCulture), Signals.Kill);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
            {
                // Gone, or no process.
            }
        }
    }
}
