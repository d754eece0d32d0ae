using CoreNode.Cluster.Leading;
using CoreNode.Cluster.Leases;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Engine;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>
/// One term of one leader, as it thinks: the real table of leases and the real planner; the loops around them are the
/// simulation's own.
/// </summary>
internal sealed class UnitsTerm
{
    private static readonly KvSetOptions s_mark = new() { PreviousValue = RegistryValues.EngineVersion };

    private readonly UnitsCluster _cluster;
    private readonly StoreMember _member;
    private readonly UnitsNode _node;
    private readonly LeaseTimes _times;
    private readonly UnitsClient _writes;
    private readonly List<(LeaseRenewal Renewal, TimeSpan ReceivedAt, Action<LeaseReply> Reply)> _waiting = [];
    private LeaseTable? _table;

    public UnitsTerm(UnitsCluster cluster, StoreMember member, ulong number)
    {
        _cluster = cluster;
        _member = member;
        _node = member.Node;
        Number = number;
        _times = new LeaseTimes { Lease = cluster.Plan.Lease, ElectionTimeout = cluster.Plan.Election };
        _writes = new UnitsClient(cluster.Store, _node, () => member, number);
    }

    public ulong Number { get; }

    /// <summary>It is certain of its quorum at least once.</summary>
    public bool HasBegun => _table is not null && !IsOver;

    public bool IsOver => _member.Leading != Number;

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

        _cluster.Track(DecideAsync());
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

    private async Task DecideAsync()
    {
        EngineOptions options = new()
        {
            MaxBackoff = TimeSpan.FromSeconds(20),
            FailureMemory = TimeSpan.FromSeconds(40),
        };
        await SettleAsync(options);
        EnginePlanner planner = new(options);
        EngineMemory memory = EngineMemory.Empty;
        while (!IsOver)
        {
            RegistryState registry = _member.Registry;
            string lost = string.Join(' ', Lost(registry));
            EngineFacts facts = new() { Registry = registry, Lost = Lost(registry), Now = Now };
            EnginePlan plan = planner.Plan(facts, memory);
            memory = plan.Memory;
            if (plan.Writes.Count > 0)
                await WriteAsync(plan.Writes, facts, options);
            else
                await WaitAsync(registry, lost, plan.LookAgain);
            await _node.Delay(options.MinPause);
        }
    }

    private DateTimeOffset Now => DateTimeOffset.UnixEpoch + _node.Now;

    private SortedSet<string> Lost(RegistryState registry)
    {
        SortedSet<string> lost = new(StringComparer.Ordinal);
        foreach (string machine in EnginePlanner.MachinesOf(registry))
        {
            bool isBug = _cluster.Plan.Bug == UnitsBug.EvictsAtOnce && !_table!.Knows(machine);
            if (isBug || _table!.StateOf(machine, _node.Now) == MachineLeaseState.Expired)
                lost.Add(machine);
        }

        return lost;
    }

    private async Task WaitAsync(RegistryState registry, string lost, DateTimeOffset? lookAgain)
    {
        do
        {
            await _node.Delay(TimeSpan.FromMilliseconds(100));
        }
        while (!IsOver && _member.Registry.Index == registry.Index && (lookAgain is null || Now < lookAgain)
            && string.Join(' ', Lost(registry)) == lost);
    }

    private async Task WriteAsync(IReadOnlyList<EngineWrite> writes, EngineFacts facts, EngineOptions options)
    {
        bool isHeldUp = false;
        foreach (EngineWrite write in writes)
        {
            if (write.Event is not { } coming)
                continue;
            _cluster.Checker.Deciding(coming);
            if (coming.Kind == EngineEventKind.Placed && UnitsChecker.IsFenced(coming.Unit))
                isHeldUp |= _node.Pass(TrapPoint.Write);
        }

        // Long enough that the member has noticed what happened meanwhile when the engine goes on.
        if (isHeldUp)
            await _node.Delay(TimeSpan.FromMilliseconds(200));

        bool isUnknown = false;
        StoreIndex index = StoreIndex.Zero;
        await EngineWriter.SendAsync(
            writes, _writes, options.WritesInFlight,
            (write, outcome) =>
            {
                isUnknown |= EngineWriter.IsUnknown(outcome);
                if (outcome is not KvOutcome.Done done)
                    return;
                index = done.Change.Index > index ? done.Change.Index : index;
                if (write.Event is { } told)
                    _cluster.Checker.Decided(this, _node, told, facts);
            },
            CancellationToken.None);
        if (isUnknown)
            await SettleAsync(options);
        else if (index == StoreIndex.Zero)
            await _node.Delay(options.RetryPause);
        while (!IsOver && _member.Registry.Index < index)
            await _node.Delay(TimeSpan.FromMilliseconds(2));
    }

    private async Task SettleAsync(EngineOptions options)
    {
        while (!IsOver)
        {
            KvOutcome outcome = await _writes.SetAsync(
                RegistryKeys.Default.EngineVersion, RegistryValues.EngineVersion, s_mark, CancellationToken.None);
            if (outcome is KvOutcome.Done or KvOutcome.Refused && !EngineWriter.IsUnknown(outcome))
                return;
            await _node.Delay(options.RetryPause);
        }
    }
}
