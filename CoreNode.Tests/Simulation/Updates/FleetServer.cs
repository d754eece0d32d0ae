using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;

namespace CoreNode.Tests.Simulation.Updates;

/// <summary>
/// An update server as small as can be: machines and groups in memory, what is durable apart from what is not, a clock
/// that is put forward and back.
/// </summary>
internal sealed class FleetServer
{
    private readonly FleetPlan _plan;
    private readonly FleetTally _tally;
    private readonly FleetChecker _checker;
    private readonly Dictionary<string, long> _lastSeen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _groupOf = new(StringComparer.Ordinal);
    private int _started;

    public FleetServer(FleetPlan plan, FleetTally tally)
    {
        _plan = plan;
        _tally = tally;
        Groups = [.. plan.Policies.Select((policy, index) => NewGroup(index, policy))];
        _checker = new FleetChecker(plan, tally, this);
    }

    /// <summary>What is durable of each machine.</summary>
    public Dictionary<string, RolloutMachine> Machines { get; } = new(StringComparer.Ordinal);

    public FleetGroup[] Groups { get; }

    /// <summary>True time plus the error of its clock.</summary>
    public long Clock { get; set; }

    public long Checks { get; private set; }

    public long Grants => _checker.Grants;

    /// <summary>Machines that left a group or came to one, with what they had ended with.</summary>
    public int Moves { get; private set; }

    private DateTimeOffset Now => DateTimeOffset.FromUnixTimeSeconds(Clock);

    /// <summary>Answers; null if there was no question, or the server died over it.</summary>
    public RolloutDecision? Handle(FleetRequest request, bool isCrash = false)
    {
        RolloutMachine machine = Find(request);
        int index = _groupOf[machine.Id];
        FleetGroup group = Groups[index];
        RolloutDecision? decision = null;
        RolloutMachine before = machine;
        foreach (OmahaEvent told in request.Events)
        {
            RolloutChange change = group.Rollout.On(Believed(machine, group), RolloutEvents.Of(told), Now);
            if (change.IsIgnored)
                _tally.Count("an event is ignored");
            _checker.AfterEvent(group, machine, change);
            machine = change.Machine;
        }

        if (request.Ask is { } ask)
        {
            Checks++;
            if (_plan.Bug == FleetBug.FallsAsleep && Checks > 2 * _plan.Machines)
                return new RolloutDecision.UpToDate { PollInterval = TimeSpan.FromHours(24) };
            RolloutRelease? pinned = Pinned(machine);
            (decision, RolloutChange change) = group.Rollout.Check(machine, ask, Now, pinned);
            _checker.AfterCheck(group, machine, ask, decision, change, pinned, Now, isCrash);
            machine = change.Machine;
        }

        if (isCrash)
        {
            _tally.Count("fault: crash before it was durable");
            Restart(isAfterCrash: true);
            foreach (FleetGroup other in Groups)
                other.IsStopped = other.Standing.Stop is not null;
            return null;
        }

        group.Standing = group.Rollout.Standing;
        if (!ReferenceEquals(before, machine))
            Machines[machine.Id] = machine;
        _lastSeen[machine.Id] = Clock;
        return decision;
    }

    /// <summary>The process ends and begins anew: what it counts must be what it counted.</summary>
    public void Restart(bool isAfterCrash = false)
    {
        _tally.Count("fault: restart");
        foreach (FleetGroup group in Groups)
        {
            string counted = group.Rollout.Describe();
            Rebuild(group);
            if (!isAfterCrash && _plan.Bug != FleetBug.ForgetsAtRestart)
                FleetChecker.Check(group.Rollout.Describe() == counted, () => $"a restart counts\n"
                    + $"{group.Rollout.Describe()} and not\n{counted}");
        }
    }

    /// <summary>A group gets a release.</summary>
    public void Start(int index, int release)
    {
        FleetGroup group = Groups[index];
        group.Release = release;
        group.Started = _plan.Releases[release].Started($"rollout {++_started}", Now);
        group.Standing = RolloutStanding.Fresh;
        group.IsStopped = false;
        Rebuild(group);
    }

    public void Pause(int index) => Groups[index].Standing = Groups[index].Rollout.Pause("lunch", Now);

    public void Resume(int index)
    {
        FleetGroup group = Groups[index];
        _tally.Count(group.Standing.Stop is null ? "operator: resume" : "operator: resume after a stop");
        group.Standing = group.Rollout.Resume(Now);
        group.IsStopped = false;
    }

    /// <summary>An operator changes limits.</summary>
    public void SetPolicy(int index, RolloutPolicy policy)
    {
        Groups[index].Policy = policy;
        Groups[index].Windows = new NaiveWindows(policy, _plan.Zone);
        Rebuild(Groups[index]);
    }

    /// <summary>An operator changes what he wants of a machine.</summary>
    public void Override(string id, MachineOverride? wish)
    {
        if (!Machines.TryGetValue(id, out RolloutMachine? machine))
            return;
        RolloutMachine wanted = machine with { Override = wish };
        int from = _groupOf[id];
        int to = wish?.GroupId is { } name ? name[0] - '0' : from;
        if (from == to)
        {
            Groups[from].Rollout.Replace(machine, wanted);
        }
        else
        {
            Groups[from].Rollout.Remove(machine);
            Groups[to].Rollout.Add(wanted);
            _groupOf[id] = to;
            Moves++;
        }

        Machines[id] = wanted;
    }

    /// <summary>An operator, or age, removes a machine.</summary>
    public void Forget(string id)
    {
        Groups[_groupOf[id]].Rollout.Remove(Machines[id]);
        Moves++;
        _checker.Forget(id);
        Machines.Remove(id);
        _groupOf.Remove(id);
        _lastSeen.Remove(id);
    }

    /// <summary>What a server does now and then: timeouts made visible, the silent forgotten.</summary>
    public void Age()
    {
        foreach (string id in Machines.Keys.ToArray())
        {
            RolloutMachine machine = Machines[id];
            GroupRollout rollout = Groups[_groupOf[id]].Rollout;
            RolloutMachine aged = rollout.Aged(machine, Now);
            if (!ReferenceEquals(aged, machine))
            {
                _tally.Count("a machine times out");
                _tally.Count($"state: {aged.State}");
                rollout.Replace(machine, aged);
                Machines[id] = aged;
            }

            if (!rollout.IsVanished(aged, DateTimeOffset.FromUnixTimeSeconds(_lastSeen[id]), Now))
                continue;
            _tally.Count("a machine is forgotten");
            Forget(id);
        }
    }

    /// <summary>The group that the server has a machine in; -1: it does not know it.</summary>
    public int GroupOf(string id) => _groupOf.GetValueOrDefault(id, -1);

    /// <summary>All of a group.</summary>
    public IEnumerable<RolloutMachine> MachinesOf(int index) =>
        Machines.Values.Where(machine => _groupOf[machine.Id] == index);

    /// <summary>How its group stands for a promotion.</summary>
    public PromotionVerdict Judge(int index)
    {
        FleetGroup group = Groups[index];
        return Promotion.Judge(
            _plan.Promotion,
            [new PromotionFacts(group.Started!.StartedAt, group.Standing, group.Rollout.Count(Now))], Now);
    }

    private FleetGroup NewGroup(int index, RolloutPolicy policy) => new()
    {
        Index = index,
        Policy = policy,
        Windows = new NaiveWindows(policy, _plan.Zone),
        Rollout = new GroupRollout(Mistaken(policy), Zone(), null, RolloutStanding.Fresh, []),
    };

    private void Rebuild(FleetGroup group)
    {
        RolloutRelease? release = group.Started;
        if (_plan.Bug == FleetBug.NoFloors && release is not null)
            release = release with { Floors = [] };
        IReadOnlyCollection<RolloutMachine> machines = [.. MachinesOf(group.Index)];
        if (_plan.Bug == FleetBug.ForgetsAtRestart)
            machines = [];
        group.Rollout = new GroupRollout(Mistaken(group.Policy), Zone(), release, group.Standing, machines);
        if (_plan.Bug == FleetBug.ForgetsAtRestart)
        {
            foreach (RolloutMachine machine in MachinesOf(group.Index).ToArray())
            {
                Machines[machine.Id] = new RolloutMachine { Id = machine.Id, Override = machine.Override };
                group.Rollout.Add(Machines[machine.Id]);
            }
        }
    }

    private RolloutMachine Find(FleetRequest request)
    {
        if (!Machines.TryGetValue(request.Id, out RolloutMachine? machine))
        {
            machine = new RolloutMachine { Id = request.Id };
            _tally.Count($"state: {machine.State}");
            Machines.Add(request.Id, machine);
            _groupOf.Add(request.Id, request.Group);
            _lastSeen[request.Id] = Clock;
            Groups[request.Group].Rollout.Add(machine);
        }
        else if (_groupOf[request.Id] != request.Group && machine.Override?.GroupId is null)
        {
            Groups[_groupOf[request.Id]].Rollout.Remove(machine);
            Groups[request.Group].Rollout.Add(machine);
            _groupOf[request.Id] = request.Group;
            Moves++;
        }

        return machine;
    }

    private RolloutRelease? Pinned(RolloutMachine machine)
    {
        FleetRelease? release = machine.Override?.PinnedVersion is { } pin
            ? Array.Find(_plan.Releases, r => r.Version == pin)
            : null;
        return release?.Started("pin " + release.Version, DateTimeOffset.UnixEpoch, _plan.Bug != FleetBug.NoFloors);
    }

    private RolloutMachine Believed(RolloutMachine machine, FleetGroup group)
    {
        if (_plan.Bug != FleetBug.BelievesAnybody || machine.ReleaseId.Length > 0 || group.Started is null)
            return machine;
        RolloutMachine believed = machine with
        {
            ReleaseId = group.Started.Id,
            State = RolloutState.Granted,
            Since = Now,
            GrantedAt = Now,
        };
        group.Rollout.Replace(machine, believed);
        return believed;
    }

    private RolloutPolicy Mistaken(RolloutPolicy policy) => _plan.Bug switch
    {
        FleetBug.OneMoreAtATime => policy with { MaxAtATime = policy.MaxAtATime + 1 },
        FleetBug.OneMoreInAPeriod => policy with { MaxPerPeriod = policy.MaxPerPeriod + 1 },
        FleetBug.NoWaves => policy with { Waves = [] },
        FleetBug.NoStop => policy with { ErrorStop = null },
        FleetBug.NobodyFirst => policy with { IsFirstAlone = false },
        _ => policy,
    };

    private TimeZoneInfo Zone() => _plan.Bug == FleetBug.WindowsInUtc ? TimeZoneInfo.Utc : _plan.Zone;
}
