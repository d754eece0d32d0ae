using CoreNode.Api.Fleet.Machines;
using CoreNode.Api.Fleet.Own;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Watching;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api.Fleet;

/// <summary>
/// Units over HTTP: fleet's API below /fleet/v1 and /v1-alpha, and ours, /corenode/v1/units and /corenode/v1/machines
/// (decision 0031). The same on members and workers. In: requests that may administer (docs/security.md); the store;
/// other machines. Out: answers, and what people want in the store. What holds: reads are of this node's view of the
/// store, which has seen this node's own writes; what was answered with success is in the store; nothing is followed
/// and nothing is written before the first request. Any thread.
/// </summary>
public sealed class FleetSurface : IAdminSurface, IAsyncDisposable
{
    private readonly UnitsRegistry _registry;
    private readonly FleetRoutes _fleet;
    private readonly OwnRoutes _own;
    private readonly FleetFigures _figures;
    private CancellationToken _stopping;

    /// <summary>Wires the surface; nothing is read, followed or written yet.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="store">The store: in this process, on the members, or an existing etcd.</param>
    /// <param name="shared">
    /// A follower of all of the registry that another part of this process runs, such as the engine on the leader; it
    /// gives null while there is none.
    /// </param>
    /// <param name="units">The units of this machine; null where it runs none.</param>
    /// <param name="machines">How other machines are asked.</param>
    /// <param name="metrics">Where requests are counted.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Where it logs.</param>
    public FleetSurface(
        FleetOptions options, IKvClient store, Func<RegistryFollower?> shared, IMachineUnits? units,
        IMachineAccess machines, MetricRegistry metrics, TimeProvider time, ILoggerFactory loggers)
    {
        RegistryWriter writer = new(store, options.Keys);
        _registry = new UnitsRegistry(options, store, writer, shared, time, loggers);
        _figures = new FleetFigures(metrics, _registry);
        UnitsDesk desk = new(options, _registry, writer, new LaunchedHold(time), _figures);
        _fleet = new FleetRoutes(new UnitsResource(desk), new StateResource(desk), new MachinesResource(desk));
        MachineDesk asking = new(options.MachineId, units, machines);
        _own = new OwnRoutes(desk, asking, time);
    }

    /// <inheritdoc/>
    void IAdminSurface.Bind(CancellationToken stopping) => _stopping = stopping;

    /// <inheritdoc/>
    Task? IAdminSurface.Answer(RequestContext context, ReadOnlySpan<byte> path, ReadOnlySpan<byte> query)
    {
        bool isFleet = FleetRoutes.Owns(path);
        return isFleet || OwnRoutes.Owns(path)
            ? AnswerAsync(new FleetRequest(context, path, query), isFleet)
            : null;
    }

    /// <summary>Stops following. Call it once the listeners are closed.</summary>
    public ValueTask DisposeAsync() => _registry.DisposeAsync();

    // Listings are long, and the thread that serves the sockets serves all of them.
    private async Task AnswerAsync(FleetRequest request, bool isFleet)
    {
        await Task.Yield();
        RequestContext context = request.Context;
        try
        {
            if (isFleet)
                await _fleet.AnswerAsync(request);
            else
                await _own.AnswerAsync(request, _stopping);
        }
        catch (RegistryAwayException away)
        {
            await (isFleet
                ? FleetAnswer.Error(context, 503, FleetAnswer.StoreAway)
                : context.Message(503, away.Message));
        }
        catch (OperationCanceledException)
        {
            // Nobody waits for the answer any more.
            context.Abort();
        }

        _figures.Count(isFleet, context.Status);
    }
}
