using CoreNode.Cluster.Leading;
using CoreNode.Cluster.Leases;
using CoreNode.Store;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>
/// One term of one leader, as it thinks: the real table of leases; the loop around it is the simulation's own.
/// </summary>
internal sealed class UnitsTerm : IUnitsOffice
{
    private readonly UnitsCluster _cluster;
    private readonly StoreMember _member;
    private readonly UnitsNode _node;
    private readonly LeaseTimes _times;
    private readonly List<(LeaseRenewal Renewal, TimeSpan ReceivedAt, Action<LeaseReply> Reply)> _waiting = [];
    private LeaseTable? _table;

    public UnitsTerm(UnitsCluster cluster, StoreMember member, ulong number)
    {
        _cluster = cluster;
        _member = member;
        _node = member.Node;
        Number = number;
        _times = new LeaseTimes { Lease = cluster.Plan.Lease, ElectionTimeout = cluster.Plan.Election };
        Writes = new UnitsClient(cluster.Store, _node, () => member, number);
    }

    public ulong Number { get; }

    /// <summary>It is certain of its quorum at least once.</summary>
    public bool HasBegun => _table is not null && !IsOver;

    public bool IsOver => _member.Leading != Number;

    public RegistryState Registry => _member.Registry;

    public IKvClient Writes { get; }

    public bool AreLeasesKeys => false;

    public bool IsExpired(string machine)
    {
        bool isBug = _cluster.Plan.Bug == UnitsBug.EvictsAtOnce && !_table!.Knows(machine);
        return isBug || _table!.StateOf(machine, _node.Now) == MachineLeaseState.Expired;
    }

    public async Task RunAsync()
    {
        while (_table is null)
        {
            TimeSpan sentAt = _node.Now;
            if (await ContactAsync())
            {
                _table = new LeaseTable(_times.Lease, _times.LongestGap, LongestLease.Read(_member.Keyspace));
                _table.Contact(sentAt, _node.Now);
            }

            if (IsOver)
                return;
        }

        _cluster.Track(new UnitsEngine(_cluster, _node, this).RunAsync());
        while (!IsOver)
        {
            TimeSpan sentAt = _node.Now;
            if (await ContactAsync() && !IsOver)
                await ContactedAsync(sentAt);
            await _node.Delay(_waiting.Count > 0 ? _times.ShortestInterval : _times.ContactInterval);
        }
    }

    public void Renew(LeaseRenewal renewal, Action<LeaseReply> reply) => _waiting.Add((renewal, _node.Now, reply));

    /// <summary>A machine that leaves gives its lease back.</summary>
    public void Release(LeaseRenewal renewal) => _table!.Release(renewal, Registered(renewal.MachineId), _node.Now);

    private async Task ContactedAsync(TimeSpan sentAt)
    {
        _table!.Contact(sentAt, _node.Now);
        TimeSpan? wanted = _table.Wanted(_node.Now);
        if (wanted is { } longest && (longest < _table.Stored || _waiting.Count > 0))
        {
            TaskCompletionSource<KeyOutcome?> written = new();
            _cluster.Store.Propose(
                _node, _member, LongestLease.SetCommand(longest), Number, outcome => written.TrySetResult(outcome));
            if (await written.Task is not { Error: null })
                return;
            _table.SetStored(longest);
        }

        for (int i = 0; i < _waiting.Count; i++)
        {
            (LeaseRenewal renewal, TimeSpan receivedAt, Action<LeaseReply> reply) = _waiting[i];
            if (receivedAt > sentAt)
                continue;
            _waiting.RemoveAt(i--);
            ulong registered = _table.Knows(renewal.MachineId) ? 0 : Registered(renewal.MachineId);
            LeaseEntry entry = _table.Enter(renewal, registered, receivedAt, _node.Now);
            reply(entry.Kind switch
            {
                LeaseEntryKind.Granted => new LeaseReply.Granted(entry.Lease),
                LeaseEntryKind.Duplicate => new LeaseReply.Duplicate("duplicate"),
                _ => new LeaseReply.Failed(entry.Kind.ToString()),
            });
        }
    }

    private ulong Registered(string machine) =>
        _member.Registry.Machines.GetValueOrDefault(machine)?.Object is { Instance: var instance }
            && ulong.TryParse(instance, out ulong number) ? number : 0;

    private Task<bool> ContactAsync()
    {
        TaskCompletionSource<bool> confirmed = new();
        _cluster.Store.Contact(_member, Number, () => confirmed.TrySetResult(true));
        _node.After(_times.ElectionTimeout, () => confirmed.TrySetResult(false));
        return confirmed.Task;
    }
}
