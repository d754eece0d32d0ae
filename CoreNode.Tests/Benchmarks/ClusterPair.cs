using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// Three members of each on loopback, fresh, with default timings, at the same time: so that each pass of one is
/// followed by one of the other.
/// </summary>
internal sealed class ClusterPair : IAsyncDisposable
{
    private static readonly TimeSpan s_electionDeadline = TimeSpan.FromSeconds(30);

    private ClusterPair(ClusterProcesses etcd, ClusterProcesses node)
    {
        Etcd = etcd;
        Node = node;
    }

    public ClusterProcesses Etcd { get; }

    public ClusterProcesses Node { get; }

    /// <summary>Starts both; <paramref name="wrap"/> may put another program around each member.</summary>
    public static async Task<ClusterPair> StartAsync(Func<ServerCommand, ServerCommand>? wrap = null)
    {
        wrap ??= command => command;
        ClusterProcesses etcd = await ClusterProcesses.StartAsync(new() { Command = wrap(EtcdProcess.Command) });
        try
        {
            return new ClusterPair(
                etcd, await ClusterProcesses.StartAsync(new() { Command = wrap(NodeProcess.Command) }));
        }
        catch
        {
            await etcd.DisposeAsync();
            throw;
        }
    }

    /// <summary>Measures etcd, then CoreNode, so many times; each is given its leader.</summary>
    public async Task<List<(T Etcd, T Node)>> InTurnAsync<T>(
        int passes, Func<ClusterProcesses, ServerProcess, Task<T>> measure)
    {
        List<(T, T)> results = [];
        for (int pass = 0; pass < passes; pass++)
            results.Add((await MeasureAsync(Etcd, measure), await MeasureAsync(Node, measure)));
        return results;
    }

    /// <summary>The same for what does not wait for tasks.</summary>
    public Task<List<(T Etcd, T Node)>> InTurnAsync<T>(int passes, Func<ClusterProcesses, ServerProcess, T> measure) =>
        InTurnAsync(passes, (cluster, leader) => Task.FromResult(measure(cluster, leader)));

    public async ValueTask DisposeAsync()
    {
        await Etcd.DisposeAsync();
        await Node.DisposeAsync();
    }

    private static async Task<T> MeasureAsync<T>(
        ClusterProcesses cluster, Func<ClusterProcesses, ServerProcess, Task<T>> measure) =>
        await measure(cluster, await cluster.WaitForCommonLeaderAsync(s_electionDeadline));
}
