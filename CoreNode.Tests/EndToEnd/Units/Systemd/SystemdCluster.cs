using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd.Units.Systemd;

/// <summary>
/// Machines with a systemd of their own that form one cluster: containers, each in a network namespace, whose packets
/// go through <see cref="Network"/>, so that any of them can be cut off. Nothing of it is left when it is disposed of.
/// </summary>
internal sealed class SystemdCluster : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(80);
    private static readonly TimeSpan s_questionTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly List<SystemdNode> _nodes = [];
    private readonly HttpClient _http;

    private SystemdCluster(int nodes)
    {
        Network = new PacketNetwork(nodes + 1, seed: 1);
        _http = new HttpClient(NamespaceSockets.Handler(Network[0])) { Timeout = s_questionTime };
    }

    /// <summary>What is between them; place 0 is this process' own.</summary>
    public PacketNetwork Network { get; }

    /// <summary>All of them, n1 first.</summary>
    public IReadOnlyList<SystemdNode> Nodes => _nodes;

    /// <summary>One of them, by its number from 1 on.</summary>
    public SystemdNode this[int number] => _nodes[number - 1];

    /// <summary>
    /// Boots that many, and waits until all of them are machines of one cluster. Where containers or namespaces cannot
    /// be made, the test is skipped and says why.
    /// </summary>
    /// <param name="nodes">How many.</param>
    /// <param name="lease">Their --units-lease.</param>
    /// <param name="prepare">What is done to each machine before it boots.</param>
    public static async Task<SystemdCluster> StartAsync(
        int nodes = 3, string lease = "2s", Func<SystemdNode, Task>? prepare = null)
    {
        if (NetworkNamespace.Obstacle is { } obstacle)
            Assert.Ignore(obstacle);
        SystemdCluster cluster = new(nodes);
        try
        {
            for (int number = 1; number <= nodes; number++)
            {
                cluster._nodes.Add(
                    await SystemdNode.PrepareAsync(cluster.Network[number], number, nodes, lease));
                if (prepare is not null)
                    await prepare(cluster._nodes[^1]);
            }

            await Task.WhenAll(cluster._nodes.Select(static node => node.Container.BootAsync()));
            await cluster.UntilWholeAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until every node serves, knows the leader, and sees all of them as machines.</summary>
    public Task UntilWholeAsync() => UntilAsync(
        async () =>
        {
            foreach (SystemdNode node in _nodes)
            {
                if ((await MachinesAsync(node)).Count != _nodes.Count)
                    return false;
            }

            return true;
        },
        "all machines are there");

    /// <summary>Ids of the machines that a node knows.</summary>
    public async Task<IReadOnlyList<string>> MachinesAsync(SystemdNode asked)
    {
        JsonNode answer = await GetAsync($"{asked.AdminUrl}/fleet/v1/machines");
        return [.. (answer["machines"]?.AsArray() ?? []).Select(static machine => (string)machine!["id"]!)];
    }

    /// <summary>The node that leads the store, once there is one that the asked ones agree on.</summary>
    public async Task<SystemdNode> LeaderAsync()
    {
        SystemdNode? leader = null;
        await UntilAsync(
            async () =>
            {
                foreach (SystemdNode node in _nodes)
                {
                    if ((string?)(await GetAsync($"{node.ClientUrl}/v2/stats/self"))["state"] == "StateLeader")
                        leader = node;
                }

                return leader is not null;
            },
            "a leader");
        return leader!;
    }

    /// <summary>Numbers of the nodes where a unit is active, as the cluster says.</summary>
    public async Task<IReadOnlyList<int>> ActiveOnAsync(string unit, SystemdNode? asked = null)
    {
        JsonNode answer = await GetAsync(
            $"{(asked ?? _nodes[0]).AdminUrl}/fleet/v1/state?unitName={Uri.EscapeDataString(unit)}");
        return
        [
            .. (answer["states"]?.AsArray() ?? [])
                .Where(static state => (string?)state!["systemdActiveState"] == "active")
                .Select(state => _nodes.First(n => n.MachineId == (string?)state!["machineID"]).Number).Order(),
        ];
    }

    /// <summary>Waits until a unit is active on that many machines, as the cluster says; gives their numbers.</summary>
    public async Task<IReadOnlyList<int>> UntilActiveAsync(string unit, int copies = 1, SystemdNode? asked = null)
    {
        IReadOnlyList<int> active = [];
        await UntilAsync(
            async () => (active = await ActiveOnAsync(unit, asked)).Count == copies,
            $"{unit} active on {copies} machines");
        return active;
    }

    /// <summary>Waits until the systemd of a node has a unit in this ActiveState.</summary>
    public Task UntilStateAsync(SystemdNode node, string unit, string active) => UntilAsync(
        async () => (await node.StateAsync(unit)).Active == active, $"{unit} {active} on n{node.Number}");

    /// <summary>Waits until it is so; fails with what the units and the nodes are like otherwise.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, string what, TimeSpan? patience = null)
    {
        Stopwatch watch = Stopwatch.StartNew();
        Exception? last = null;
        while (watch.Elapsed < (patience ?? s_patience))
        {
            try
            {
                if (await condition())
                    return;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                last = e;
            }

            await Task.Delay(s_pause);
        }

        Assert.Fail($"{what}: not within {watch.Elapsed}; {last?.Message}\n{await WordsAsync()}");
    }

    /// <summary>No packet gets to a node or away from it.</summary>
    public void Cut(SystemdNode node) =>
        Network.Faults = Network.Faults.WithoutLink(node.Number, Network.Count);

    /// <summary>Every packet gets through again.</summary>
    public void Heal() => Network.Faults = LinkFaults.None;

    /// <summary>
    /// Restarts the node that leads the store, units kept: another one leads then, which has emptied no machine yet.
    /// </summary>
    public async Task HandOverAsync()
    {
        await (await LeaderAsync()).SystemctlAsync("restart", SystemdNode.Service);
        await UntilWholeAsync();
    }

    /// <summary>
    /// Destroys every unit, and waits until nothing of them is left on any machine. All nodes must run.
    /// </summary>
    public async Task ClearAsync()
    {
        await UntilWholeAsync();
        string[] names = (await _nodes[0].FleetAsync("list-unit-files", "--no-legend", "--fields", "unit"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (names.Length > 0)
            await _nodes[0].FleetAsync(["destroy", .. names]);
        await UntilAsync(
            () => Task.FromResult(_nodes.All(static node => !HasUnits(node))), "units are gone from the machines");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        try
        {
            await Task.WhenAll(_nodes.Select(static node => node.Container.DisposeAsync(isAtOnce: true).AsTask()));
        }
        finally
        {
            Network.Dispose();
        }
    }

    private static bool HasUnits(SystemdNode node)
    {
        string folder = node.Container.OfRunning("/run/corenode/units");
        return Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any();
    }

    private async Task<JsonNode> GetAsync(string url) => JsonNode.Parse(await _http.GetStringAsync(url))!;

    private async Task<string> WordsAsync()
    {
        StringBuilder words = new();
        foreach (SystemdNode node in _nodes.Where(static node => node.Container.IsRunning))
        {
            ProgramResult units = await node.TryCorenodeAsync("unit", "list");
            string[] journal = (await node.Container.JournalAsync(SystemdNode.Service)).Split('\n');
            words.AppendLine(CultureInfo.InvariantCulture, $"--- n{node.Number}: {units.Output}{units.Error}")
                .AppendJoin('\n', journal.TakeLast(25));
        }

        return words.ToString();
    }
}
