using CoreNode.Store;
using CoreNode.Units.Leases;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>
/// Who decides where the store is an existing etcd: the real contest for its key and the real follower of the registry,
/// of one process, with the engine for each term that it wins.
/// </summary>
internal sealed class UnitsTtlTerms
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    private readonly UnitsCluster _cluster;
    private readonly UnitsNode _node;
    private readonly RegistryFollower _registry;
    private readonly TtlLeadership _leadership;

    public UnitsTtlTerms(UnitsCluster cluster, UnitsNode node, IKvClient client)
    {
        _cluster = cluster;
        _node = node;
        UnitsProcessTime time = new(node);
        _registry = RegistryFollower.OfAll(
            client, RegistryKeys.Default, time, NullLogger<RegistryFollower>.Instance);
        _leadership = new TtlLeadership(
            client, _registry, $"{node.Id}.{node.Index}", new TtlTimes { Lifetime = cluster.Plan.Lease }, time);
    }

    public void Begin()
    {
        _cluster.Track(_registry.RunAsync(CancellationToken.None));
        _cluster.Track(_leadership.RunAsync(CancellationToken.None));
        _cluster.Track(LookAsync());
    }

    private async Task LookAsync()
    {
        ILeaderTerm? known = null;
        while (true)
        {
            await _node.Delay(s_look);
            ILeaderTerm? current = _leadership.Current;
            if (ReferenceEquals(current, known))
                continue;
            known = current;
            if (current is null)
                continue;
            _cluster.Tally.Count("etcd: somebody decides");
            _cluster.Track(new UnitsEngine(_cluster, _node, new Office(_registry, current)).RunAsync());
        }
    }

    private sealed class Office(RegistryFollower registry, ILeaderTerm term) : IUnitsOffice
    {
        public bool IsOver => term.Ended.IsCancellationRequested;

        public RegistryState Registry => registry.Current;

        public IKvClient Writes => term.Writes;

        public bool AreLeasesKeys => term.AreLeasesKeys;

        public bool IsExpired(string machine) => term.StateOf(machine) == MachineLeaseState.Expired;
    }
}
