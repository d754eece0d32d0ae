using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Benchmarks;

/// <summary>Both servers, fresh, at the same time: so that each pass of one is followed by one of the other.</summary>
internal sealed class ServerPair : IAsyncDisposable
{
    private ServerPair(ServerProcess etcd, ServerProcess node)
    {
        Etcd = etcd;
        Node = node;
    }

    public ServerProcess Etcd { get; }

    public ServerProcess Node { get; }

    public static async Task<ServerPair> StartAsync()
    {
        ServerProcess etcd = await EtcdProcess.StartAsync();
        try
        {
            return new ServerPair(etcd, await NodeProcess.StartAsync());
        }
        catch
        {
            await etcd.DisposeAsync();
            throw;
        }
    }

    /// <summary>Measures etcd, then CoreNode, so many times.</summary>
    public List<(T Etcd, T Node)> InTurn<T>(int passes, Func<ServerProcess, T> measure)
    {
        List<(T, T)> results = [];
        for (int pass = 0; pass < passes; pass++)
            results.Add((measure(Etcd), measure(Node)));
        return results;
    }

    public async ValueTask DisposeAsync()
    {
        await Etcd.DisposeAsync();
        await Node.DisposeAsync();
    }
}
