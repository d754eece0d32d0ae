using System.Diagnostics;
using System.Text.Json.Nodes;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd;

/// <summary>
/// Machines in network namespaces of their own, all started at once by one identical command that names no address:
/// three become members, the others proxies.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class DiscoveryNetworkTests
{
    private const int ServerPlace = 1;
    private const int FirstPlace = 2;
    private const int Machines = 5;
    private const int Members = 3;

    [SetUp]
    public void NeedNamespaces()
    {
        if (NetworkNamespace.Obstacle is { } obstacle)
            Assert.Ignore(obstacle);
    }

    [Test]
    public async Task One_identical_configuration_makes_one_cluster()
    {
        using PacketNetwork network = new(FirstPlace + Machines, seed: 1);
        await using DiscoveryServer server = await DiscoveryServer.StartAsync(
            $"http://{PacketNetwork.Address(ServerPlace)}:8087", network[ServerPlace]);
        string token = await server.NewAsync(Members);
        using TestFolder folder = new();
        string program = TestPrograms.Corenode();
        List<RunningProgram> machines = [];
        try
        {
            foreach (int place in Enumerable.Range(FirstPlace, Machines))
            {
                machines.Add(network[place].Run(() => RunningProgram.Start(program,
                [
                    "node", "--discovery", token, "--listen-peer-urls", "http://0.0.0.0:2380",
                    "--listen-client-urls", "http://0.0.0.0:2379", "--unix-socket", "none",
                    "--data-dir", folder.File($"m{place}"),
                ])));
                Directory.CreateDirectory(folder.File($"run{place}"));
                File.WriteAllText(Path.Combine(folder.File($"run{place}"), "pid"), $"{machines[^1].Pid}");
            }

            await UntilAsync(machines, () => Task.FromResult(
                machines.TrueForAll(m => Says(m, "the cluster is complete") || Says(m, "becomes a proxy"))));
            int[] members = [.. Enumerable.Range(0, Machines).Where(i => Says(machines[i], "the cluster is complete"))];
            Assert.That(members, Has.Length.EqualTo(Members));
            string[] names = [.. members.Select(i => PacketNetwork.Address(FirstPlace + i).ToString()).Order()];
            using HttpClient http = new(NamespaceSockets.Handler(network[0])) { Timeout = TimeSpan.FromSeconds(5) };
            foreach (string name in names)
            {
                await UntilAsync(machines, async () =>
                    (await NamesAsync(http, $"http://{name}:2379")).SequenceEqual(names));
            }
        }
        finally
        {
            foreach (RunningProgram machine in machines)
                machine.Dispose();
        }
    }

    private static bool Says(RunningProgram machine, string words) =>
        machine.StandardError.Contains(words, StringComparison.Ordinal);

    private static async Task<string[]> NamesAsync(HttpClient http, string url)
    {
        JsonNode list = JsonNode.Parse(await http.GetStringAsync(url + "/v2/members"))!;
        return [.. list["members"]!.AsArray().Select(m => (string)m!["name"]!).Order()];
    }

    private static async Task UntilAsync(List<RunningProgram> machines, Func<Task<bool>> condition)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if (await condition())
                    return;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // Not yet.
            }

            if (watch.Elapsed > DiscoveredMachines.Deadline)
            {
                throw new TimeoutException($"not after {DiscoveredMachines.Deadline}:\n"
                    + string.Join("\n--\n", machines.Select(m => m.StandardError)));
            }

            await Task.Delay(20);
        }
    }
}
