using CoreNode.Tests.EndToEnd.Clusters;

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

    private IEnumerable<ServerProcess> All => [.. _cluster.Members, .. _workers];

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

    /// <summary>Bytes that all nodes keep for each other.</summary>
    public long KeptBytes()
    {
        long bytes = 0;
        foreach (ServerProcess node in All)
        {
            string folder = Path.Combine(node.Place.DataFolder, "updates", "payloads");
            bytes += Directory.EnumerateFiles(folder).Sum(static file => new FileInfo(file).Length);
        }

        return bytes;
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
