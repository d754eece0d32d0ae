using System.Globalization;
using System.Text.Json;
using CoreNode.Tests.EndToEnd.Clusters;
using CoreNode.Updates.Sharing;

namespace CoreNode.Tests.EndToEnd.Updates;

/// <summary>Native members and workers of one cluster, each with a machine to update.</summary>
internal sealed class SharingNodes : IAsyncDisposable
{
    private const string Token = "shared-payloads-of-a-test";

    private readonly ClusterProcesses _cluster;
    private readonly List<ServerProcess> _workers = [];
    private readonly List<UpdateCalls> _calls = [];

    private SharingNodes(ClusterProcesses cluster) => _cluster = cluster;

    public IReadOnlyList<ServerProcess> Workers => _workers;

    /// <summary>Members first.</summary>
    public IReadOnlyList<UpdateCalls> Calls => _calls;

    /// <summary>Members first; machine 1 is the first of them.</summary>
    public IReadOnlyList<ServerProcess> All => [.. _cluster.Members, .. _workers];

    public static async Task<SharingNodes> StartAsync(
        SharingMachines machines, int members, int workers, params string[] extra)
    {
        SharingNodes nodes = new(await ClusterProcesses.StartAsync(new ClusterShape
        {
            Command = NodeProcess.Command,
            Members = members,
            Extra = ["--initial-cluster-token", Token, .. extra],
            Own = number => machines.Add(number),
        }));
        try
        {
            for (int i = 1; i <= workers; i++)
            {
                IReadOnlyList<string> own = machines.Add(members + i);
                ServerProcess worker = WorkerProcess.Prepare(nodes._cluster.Members, NodeProcess.Command, "on",
                    ["--initial-cluster-token", Token, .. own, .. extra]);
                nodes._workers.Add(worker);
                worker.Launch();
            }

            foreach (ServerProcess worker in nodes._workers)
                await worker.WaitUntilReadyAsync();
            foreach (ServerProcess node in nodes.All)
                nodes._calls.Add(new UpdateCalls(node));
            return nodes;
        }
        catch
        {
            await nodes.DisposeAsync();
            throw;
        }
    }

    /// <summary>Has all ask the server at once that have installed nothing; ends when all have.</summary>
    public async Task UpdateAsync(TimeSpan deadline)
    {
        await Task.WhenAll(_calls.Select(one => one.NowUnlessInstalledAsync(deadline)));
        await Task.WhenAll(_calls.Select(one => one.InstalledAsync(deadline)));
    }

    /// <summary>Numbers of the machines that are keepers by the store, oldest first.</summary>
    public async Task<IReadOnlyList<int>> KeepersAsync()
    {
        using HttpClient http = new();
        using HttpResponseMessage answer = await http.GetAsync(
            _cluster.Members.First(static one => one.IsRunning).Url + "/v2/keys" + KeeperKeys.Prefix);
        if (!answer.IsSuccessStatusCode)
            return [];
        using JsonDocument told = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return
        [
            .. told.RootElement.GetProperty("node").GetProperty("nodes").EnumerateArray()
                .OrderBy(static one => one.GetProperty("createdIndex").GetInt64())
                .Select(static one => Machine(one.GetProperty("value").GetString()!)),
        ];
    }

    /// <summary>Files that a node keeps for others.</summary>
    public static IReadOnlyList<string> Kept(ServerProcess node) =>
        Directory.GetFiles(Path.Combine(node.Place.DataFolder, "updates", "payloads"));

    /// <summary>Bytes that all nodes keep for each other.</summary>
    public long KeptBytes()
    {
        long bytes = 0;
        foreach (ServerProcess node in All)
        {
            foreach (string file in Kept(node))
                bytes += new FileInfo(file).Length;
        }

        return bytes;
    }

    private static int Machine(string keeper)
    {
        using JsonDocument told = JsonDocument.Parse(keeper);
        return int.Parse(
            told.RootElement.GetProperty("machine").GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (UpdateCalls one in _calls)
            one.Dispose();
        foreach (ServerProcess worker in _workers)
            await worker.DisposeAsync();
        await _cluster.DisposeAsync();
    }
}
