using CoreNode.Api;
using CoreNode.Api.FleetLock;
using CoreNode.Foundation;
using CoreNode.RebootLock;
using CoreNode.Store;
using Microsoft.Extensions.Logging;

namespace CoreNode.Hosting.FleetLock;

/// <summary>FleetLock on a node, a member or a worker; nothing where no listener is wanted.</summary>
internal sealed class FleetLockNode : IAsyncDisposable
{
    // A machine asks a few times for each of its reboots.
    private const int MostConnections = 2048;
    private const int MostHeaderBytes = 64 << 10;

    private readonly FleetLockServer? _server;

    /// <summary>Nothing is opened yet.</summary>
    public FleetLockNode(
        NodeOptions options, NodeCertificates certificates, NodeProcess process, IKvClient store, IMachineDrains drains)
    {
        if (options.ListenFleetLockUrls.Count == 0)
            return;
        ApiOptions http = new()
        {
            ProgramVersion = process.Version,
            ListenClientUrls = options.ListenFleetLockUrls,
            Certificates = certificates.Clients,
            Limits = options.Limits with
            {
                MaxConnections = Math.Min(options.Limits.MaxConnections, MostConnections),
                MaxClientConnections = Math.Min(options.Limits.MaxClientConnections, MostConnections / 2),
                MaxHeaderBytes = MostHeaderBytes,
            },
        };
        Semaphores locks = new(
            store, TimeProvider.System, new Prng(Seeds.Fresh()), process.Logs.CreateLogger<Semaphores>());
        _server = new FleetLockServer(
            http, options.FleetLockToken, locks, drains, process.Metrics, TimeProvider.System, process.Logs);
    }

    /// <summary>Opens its listeners.</summary>
    /// <exception cref="IOException">An address cannot be bound.</exception>
    public Task StartAsync(CancellationToken cancellation) =>
        _server?.StartAsync(cancellation) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
