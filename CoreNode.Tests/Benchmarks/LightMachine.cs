using System.Globalization;
using CoreNode.Api.Peers.Leases;
using CoreNode.Api.Peers.Requests;
using CoreNode.Api.Peers.Store;
using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Tests.Simulation;
using CoreNode.Tests.Units.Agent;
using CoreNode.Units.Agent;
using CoreNode.Units.Registry;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// A worker's units in this process: the real agent, lease client and store over real requests to the members. Only
/// the unit manager, the guard and the disk are not real, so that many fit here.
/// </summary>
internal sealed class LightMachine : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly LeaseClient _lease;
    private readonly Task _running;

    /// <summary>Starts it.</summary>
    public LightMachine(int number, NodesHere nodes, TimeSpan lease)
    {
        NodeRequests requests = nodes.Next();
        _lease = new LeaseClient(() => requests, () => nodes.Members, BootClock.Instance, new LeaseClientOptions());
        Lease = new CountingLease(_lease);
        AgentOptions options = new()
        {
            Machine = new MachineObject
            {
                Id = string.Create(CultureInfo.InvariantCulture, $"{number:x32}"),
                PublicIp = "10.1.0.1",
                Version = "1",
                Instance = string.Create(CultureInfo.InvariantCulture, $"{number:x16}"),
            },
            Instance = (ulong)number,
            Folder = "/data/units/agent",
            BootId = "boot",
            Lease = lease,
        };
        UnitAgent agent = new(
            options, new NodeKvClient(() => requests, () => nodes.Members, TimeProvider.System),
            new ScriptedManager(), new ScriptedGuard(), Lease, new HealthProbe(), new SimulatedFiles(new Prng(1)),
            TimeProvider.System, static () => BootClock.Now(BootClock.Instance), NullLoggerFactory.Instance);
        _running = agent.RunAsync(_stop.Token);
    }

    public CountingLease Lease { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _lease.DisposeAsync();
        _stop.Dispose();
    }
}
