using CoreNode.Api.Peers;
using CoreNode.Api.Peers.Requests;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Proxy;
using Microsoft.Extensions.Logging;

namespace CoreNode.Hosting;

/// <summary>
/// The peer listener of a worker: other nodes ask it for what it runs. Opened once the worker knows which cluster it
/// serves; where that is not possible the worker goes on without, and says so.
/// </summary>
/// <param name="token">What the cluster was made with; null for the default one.</param>
/// <param name="view">The members as the worker knows them now.</param>
/// <param name="logger">Where it says that it cannot listen.</param>
internal sealed class WorkerPeers(string? token, Func<FollowerView> view, ILogger logger)
{
    private readonly TaskCompletionSource<ulong> _clusterId = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the worker knows that strangers do not.</summary>
    public WorkerKeys Keys { get; } = new(
        token, () => [.. view().List?.Members.SelectMany(static m => m.PeerUrls) ?? []]);

    /// <summary>The way to other nodes; null while the cluster is not known.</summary>
    public NodeRequests? Requests { get; private set; }

    /// <summary>The view has changed.</summary>
    public void Look()
    {
        if (view().List is { } list)
            _clusterId.TrySetResult(list.ClusterId);
    }

    /// <summary>Waits for the cluster and opens the listener.</summary>
    public async Task ListenAsync(PeerTransport transport, CancellationToken cancellation)
    {
        Look();
        try
        {
            ulong clusterId = await _clusterId.Task.WaitAsync(cancellation);
            PeerIdentity self = new(clusterId, NewId());
            Requests = transport.RequestsOf(self);
            Keys.Bind(Requests);
            await transport.StartAsync(self, new WorkerReceiver(Describe), cancellation);
        }
        catch (IOException fault)
        {
            logger.NoPeerListener(fault.Message);
        }
        catch (OperationCanceledException)
        {
            // Stopped before it knew.
        }
    }

    // Another one at each start: nothing is remembered of workers.
    private static NodeId NewId() => new(Seeds.Fresh() | 1);

    private ClusterDescription Describe() => view().List is { } list
        ? new ClusterDescription(list.ClusterId, list.Members, [])
        : new ClusterDescription(0, [], []);
}
