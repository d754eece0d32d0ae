using CoreNode.Cluster.Leases;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Agent;
using CoreNode.Units.Leases;
using CoreNode.Units.Manager;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>
/// The agent of one supervisor process: the real core and the real steps; the loop around them, the follower of the
/// schedule and the renewals are the simulation's own, as thin as those of the node.
/// </summary>
internal sealed class UnitsAgent
{
    private readonly UnitsCluster _cluster;
    private readonly UnitsNode _node;
    private readonly UnitsManagerSession _session;
    private readonly StepRunner _runner;
    private readonly UnitsAgentStore _client;
    private readonly AgentOptions _options;
    private readonly long _begunAt;
    private readonly TtlMachineLease _ttlLease;
    private StoreMember? _home;
    private StoreMember? _leader;
    private TimeSpan? _lastLease;
    private bool _hasLeft;
    private bool _isRenewing = true;
    private bool _isPoked;
    private int _wake;

    public UnitsAgent(UnitsCluster cluster, UnitsNode node, UnitsManager manager)
    {
        _cluster = cluster;
        _node = node;
        _begunAt = cluster.World.Now;
        _session = new UnitsManagerSession(node, manager, cluster.Plan);
        _client = new UnitsAgentStore(cluster, node, new UnitsClient(cluster.Store, node, Home));
        _options = new AgentOptions
        {
            Machine = new MachineObject { Id = node.Id, Instance = $"{node.Index + 1}", Version = "1" },
            Instance = (ulong)node.Index + 1,
            Folder = "agent",
            BootId = "boot",
            Lease = cluster.Plan.Lease,
        };
        _runner = new StepRunner(_options, _client, _session, _session, _session, cluster.Plan.IsForeign);
        _ttlLease = new TtlMachineLease(_client, _options.Keys, new UnitsProcessTime(node));
        Core = new AgentCore(
            node.Id, new SortedDictionary<string, UnitNote>(node.Notes, StringComparer.Ordinal), node.LeaseNote);
    }

    public AgentCore Core { get; }

    private LeaseRenewal Renewal => new(_node.Id, _options.Instance, _options.Lease)
    {
        Process = _begunAt,
        Registration = RegistryValues.WriteMachine(_options.Machine),
    };

    /// <summary>It knows what is wanted of its machine.</summary>
    public bool IsListed { get; private set; }

    /// <summary>Until when it was granted its lease, by its own clock.</summary>
    public TimeSpan GrantedUntil { get; private set; }

    /// <summary>When it was first told that it has its lease again, by its own clock.</summary>
    public TimeSpan GrantedSince { get; private set; }

    /// <summary>The machine leaves.</summary>
    public bool IsLeaving { get; private set; }

    public void Begin()
    {
        Core.ManagerSeen(true, _session.Units, _node.Now);
        _session.Changed += name =>
        {
            Core.Observed(name!, _session.Units.GetValueOrDefault(name!), _node.Now);
            Poke();
        };
        if (_cluster.Plan.Bug == UnitsBug.StopsAtStart)
        {
            foreach (string name in _session.Units.Keys)
                _cluster.Track(_session.StopUnitAsync(name, default));
        }

        _cluster.Track(FollowAsync());
        _cluster.Track(AdoptAnnouncedAsync());
        _cluster.Track(RenewAsync());
        if (_cluster.Plan.IsForeign)
            new UnitsTtlTerms(_cluster, _node, new UnitsClient(_cluster.Store, _node, Home)).Begin();
        Poke();
    }

    /// <summary>The machine leaves the cluster as it does when its service is stopped.</summary>
    public async Task LeaveAsync()
    {
        IsLeaving = true;
        Core.Leave();
        Poke();
        await WaitAsync(() => Core.IsStopped, TimeSpan.FromSeconds(20));
        foreach ((string name, UnitObservation seen) in _session.Units)
        {
            if (!Core.IsStopped && seen.States.Active is not ("inactive" or "failed"))
                await _session.KillAsync(name, CancellationToken.None);
        }

        await WaitAsync(() => Core.IsGone, TimeSpan.FromSeconds(3));
        _hasLeft = true;
        await WaitAsync(() => !_isRenewing, TimeSpan.FromSeconds(3));
        _node.LeaseNote = LeaseFacts.None;
        await Task.WhenAny(
            RegistrationRemoval.RunAsync(_client, _options, default), _node.Delay(TimeSpan.FromSeconds(3)));
        LeaseRenewal renewal = Renewal;
        if (_cluster.Plan.IsForeign)
        {
            await Task.WhenAny(
                _ttlLease.ReleaseAsync(renewal, default), _node.Delay(TimeSpan.FromSeconds(3)));
        }
        else if (_cluster.Store.Leader is { } leader)
        {
            _cluster.Network.Send(_node, leader.Node, () => _cluster.ReleaseLease(leader, renewal));
        }

        await _node.Delay(TimeSpan.FromMilliseconds(100));
        _node.Die();
    }

    private async Task WaitAsync(Func<bool> isOver, TimeSpan limit)
    {
        TimeSpan until = _node.Now + limit;
        while (!isOver() && _node.Now < until)
            await _node.Delay(TimeSpan.FromMilliseconds(50));
    }

    // What an earlier process announced is known before it is decided what is to stand.
    private async Task AdoptAnnouncedAsync()
    {
        KvGetOptions options = new() { IsRecursive = true, IsQuorum = true };
        string directory = _options.Keys.Announced(_node.Id);
        while (true)
        {
            KvOutcome answer = await _client.GetAsync(directory, options, default);
            if (answer is KvOutcome.Done { Change.Node: var found })
            {
                foreach (KvNode node in found.Nodes)
                {
                    if (RegistryValues.ReadAnnounced(node.Value ?? "") is { } keys)
                        Core.AnnouncedBefore(node.Key[(directory.Length + 1)..], keys);
                }

                Poke();
                return;
            }

            if (answer is KvOutcome.Refused { Error: var error } && error.Is(ErrorCode.KeyNotFound))
                return;
            await _node.Delay(TimeSpan.FromSeconds(1));
        }
    }

    // Its own member; where there is none, one that it can reach.
    public StoreMember? Home()
    {
        if (_cluster.Store.MemberOf(_node) is { } own)
            return own;
        if (_home is null || !_home.Node.IsRunning || !_cluster.Network.IsOpen(_node, _home.Node))
        {
            StoreMember[] others = [.. _cluster.Store.Members
                .Where(m => m.Node.IsRunning && _cluster.Network.IsOpen(_node, m.Node))];
            _home = others.Length == 0 ? null : others[_cluster.Chance.Next(others.Length)];
        }

        return _home;
    }

    private void Poke()
    {
        if (_isPoked)
            return;
        _isPoked = true;
        _node.After(TimeSpan.FromMicroseconds(100), Plan);
    }

    private void Plan()
    {
        _isPoked = false;
        AgentReady ready = Core.Plan(_node.Now);
        foreach (UnitFacts unit in ready.Notes)
        {
            if (unit.Note == UnitNote.None)
                _node.Notes.Remove(unit.Name);
            else
                _node.Notes[unit.Name] = unit.Note;
        }

        foreach (AgentStep step in ready.Steps)
            _cluster.Track(StepAsync(step));
        int wake = ++_wake;
        if (ready.WakeAt is { } at)
        {
            _node.After(at > _node.Now ? at - _node.Now : TimeSpan.Zero, () =>
            {
                if (wake == _wake)
                    Poke();
            });
        }
    }

    private async Task StepAsync(AgentStep step)
    {
        _cluster.Checker.Step(_node, step);
        StepOutcome outcome = await _runner.RunAsync(step, CancellationToken.None);
        if (step.Unit.Length > 0)
            Core.Observed(step.Unit, _session.Units.GetValueOrDefault(step.Unit), _node.Now);
        Core.Completed(outcome, _node.Now);
        if (step.Kind is StepKind.Arm or StepKind.ReadFloor && outcome.Result == StepResult.Done
            && !_hasLeft && Core.ArmedLease is { Floor: { } floor } armed)
        {
            _node.LeaseNote = new LeaseFacts
            {
                Until = armed.Until,
                Duration = armed.Duration,
                Floor = floor,
                Lapses = 1,
            };
        }

        Poke();
    }

    private async Task FollowAsync()
    {
        string directory = _options.Keys.Schedule(_node.Id);
        while (true)
        {
            StoreMember? home = Home();
            KvOutcome answer = await _client.GetAsync(
                directory, new KvGetOptions { IsRecursive = true, IsQuorum = true }, default);
            StoreIndex? index = answer switch
            {
                KvOutcome.Done done => done.Change.Index,
                KvOutcome.Refused { Error: var error } when error.Is(ErrorCode.KeyNotFound) =>
                    new StoreIndex(error.Index),
                _ => null,
            };
            if (index is not { } listed || home is null)
            {
                await _node.Delay(TimeSpan.FromSeconds(1));
                continue;
            }

            List<ScheduleEntry> entries = [];
            if (answer is KvOutcome.Done { Change.Node: var listing })
            {
                foreach (KvNode node in listing.Nodes)
                    Add(entries, node);
            }

            IsListed = true;
            Core.Listed(entries, listed, _node.Now);
            Core.Repair();
            Poke();
            StoreSubscription subscription = new(_cluster.Network, home.Node, _node, directory, listed, Pass);
            home.Subscribe(subscription);
            while (!subscription.IsOver && home.Node.IsRunning && _cluster.Network.IsOpen(_node, home.Node))
                await _node.Delay(TimeSpan.FromSeconds(0.5));
            subscription.IsOver = true;
        }
    }

    private void Add(List<ScheduleEntry> entries, KvNode node)
    {
        if (RegistryValues.ReadEntry(_node.Id, node.Key[(node.Key.LastIndexOf('/') + 1)..], node) is { } entry)
            entries.Add(entry);
    }

    private void Pass(KvChange change)
    {
        if (_cluster.Plan.Bug == UnitsBug.LosesEvents && _cluster.Chance.Chance(0.2))
            return;
        string directory = _options.Keys.Schedule(_node.Id);
        bool isRemoved = change.Action is KeyAction.Delete or KeyAction.CompareAndDelete or KeyAction.Expire;
        if (change.Node.Key.Length > directory.Length)
        {
            string unit = change.Node.Key[(directory.Length + 1)..];
            ScheduleEntry? entry = isRemoved ? null : RegistryValues.ReadEntry(_node.Id, unit, change.Node);
            if (_cluster.Plan.Bug == UnitsBug.StopsUntold && entry is { State: ScheduleState.Revoked })
                _cluster.Track(_session.StopUnitAsync(unit, default));
            if (isRemoved || entry is not null)
                Core.Changed(unit, entry, change.Node.ModifiedIndex, _node.Now);
        }
        else if (isRemoved)
        {
            Core.Listed([], change.Node.ModifiedIndex, _node.Now);
        }

        Poke();
    }

    private async Task RenewAsync()
    {
        TimeSpan period = _options.Lease / LeaseRule.RenewalsPerLease;
        LeaseRenewal renewal = Renewal;
        while (!_hasLeft)
        {
            TimeSpan sent = _node.Now;
            LeaseGrant grant = _cluster.Plan.IsForeign
                ? await AskEtcdAsync(renewal, period)
                : await AskAsync(renewal, sent, period);
            bool isKept = grant.Kind == LeaseGrantKind.Granted
                || (grant.Kind == LeaseGrantKind.NoLeader && _node.Now < GrantedUntil);
            if (isKept && _node.Now >= GrantedUntil)
                GrantedSince = _node.Now;
            if (isKept && sent + grant.Duration > GrantedUntil)
                GrantedUntil = sent + grant.Duration;
            bool isBug = _cluster.Plan.Bug == UnitsBug.CountsTooLong && grant.Duration > TimeSpan.Zero;
            int lapses = Core.Lease.Lapses;
            Core.Renewed(
                isBug ? grant with { Duration = grant.Duration * 2 } : grant, _options.Lease,
                isBug ? _node.Now : sent, _node.Now);
            _cluster.Tally.Count($"renewal: {grant.Kind}");
            if (lapses > 0 && Core.Lease.Lapses > lapses)
                _cluster.Tally.Count("a lease lapses");
            if (_cluster.Plan.Bug == UnitsBug.WritesAtRest)
            {
                string key = _options.Keys.UnitState("x.service", _node.Id);
                _cluster.Track(_client.SetAsync(key, "{}", KvSetOptions.None, default));
            }
            Poke();
            TimeSpan pause = grant.Kind == LeaseGrantKind.Unreachable ? period / 4 : period;
            TimeSpan rest = sent + pause - _node.Now;
            await _node.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero);
        }

        _isRenewing = false;
    }

    private async Task<LeaseGrant> AskEtcdAsync(LeaseRenewal renewal, TimeSpan limit)
    {
        using CancellationTokenSource over = new();
        bool isAnswered = false;
        _node.After(limit, () =>
        {
            if (!isAnswered)
                over.Cancel();
        });
        LeaseGrant grant = await _ttlLease.RenewAsync(renewal, over.Token);
        isAnswered = true;
        return grant;
    }

    // The leader first; where that does not help, all members.
    private Task<LeaseGrant> AskAsync(LeaseRenewal renewal, TimeSpan sent, TimeSpan limit)
    {
        TaskCompletionSource<LeaseGrant> grant = new();
        List<LeaderlessAnswer> leaderless = [];
        bool isAskingAll = false;
        int asker = _node.Incarnation;
        void AskAll()
        {
            if (isAskingAll)
                return;
            isAskingAll = true;
            foreach (StoreMember member in _cluster.Store.Members)
                Ask(member, reply => Take(reply, 2));
        }

        void Take(LeaseReply reply, int hops)
        {
            switch (reply)
            {
                case LeaseReply.Granted granted:
                    _lastLease = granted.Lease;
                    grant.TrySetResult(new LeaseGrant(LeaseGrantKind.Granted, "") { Duration = granted.Lease });
                    break;
                case LeaseReply.Duplicate:
                    grant.TrySetResult(new LeaseGrant(LeaseGrantKind.Duplicate, "duplicate"));
                    break;
                case LeaseReply.Elsewhere elsewhere when hops < 2:
                    _leader = _cluster.Store.Members[(int)elsewhere.Leader.Value - 1];
                    Ask(_leader, next => Take(next, hops + 1));
                    break;
                case LeaseReply.Leaderless answer:
                    leaderless.Add(new LeaderlessAnswer(answer.Standing, answer.LeaderlessFor, _node.Now));
                    if (LeaderlessMajority.IsCertain(leaderless, sent))
                    {
                        TimeSpan last = _lastLease ?? answer.Longest;
                        grant.TrySetResult(new LeaseGrant(LeaseGrantKind.NoLeader, "")
                        {
                            Duration = last < renewal.Duration ? last : renewal.Duration,
                        });
                    }

                    AskAll();
                    break;
                default:
                    AskAll();
                    break;
            }
        }

        void Ask(StoreMember member, Action<LeaseReply> then) => _cluster.Network.Send(_node, member.Node, () =>
            _cluster.AnswerLease(
                member, renewal, reply => _cluster.Network.Send(member.Node, _node, asker, () => then(reply))));

        _node.After(limit, () => grant.TrySetResult(new LeaseGrant(LeaseGrantKind.Unreachable, "no answer in time")));
        if ((_cluster.Store.MemberOf(_node) ?? _leader) is { } first)
            Ask(first, reply => Take(reply, 0));
        else
            AskAll();
        _node.After(limit / 3, AskAll);
        return grant.Task;
    }
}
