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
    private int _started;

    public FleetServer(FleetPlan plan, FleetTally tally)
    {
        _plan = plan;
        _tally = tally;
        Groups = [.. plan.Policies.Select((policy, index) => NewGroup(index, policy))];
        _checker = new FleetChecker(plan, tally, this);
    }

    /// <summary>The machines that it knows.</summary>
    public Dictionary<string, FleetEntry> Machines { get; } = new(StringComparer.Ordinal);

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
        FleetEntry entry = Find(request);
        RolloutMachine machine = entry.Machine;
        FleetGroup group = Groups[entry.Group];
        RolloutDecision? decision = null;
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
            _checker.AfterCheck(group, entry, machine, ask, decision, change, pinned, Now, isCrash);
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
        entry.Machine = machine;
        entry.LastSeen = Clock;
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
        if (!Machines.TryGetValue(id, out FleetEntry? entry))
            return;
        RolloutMachine machine = entry.Machine;
        RolloutMachine wanted = machine with { Override = wish };
        int from = entry.Group;
        int to = wish?.GroupId is { } name ? name[0] - '0' : from;
        if (from == to)
        {
            Groups[from].Rollout.Replace(machine, wanted);
        }
        else
        {
            Groups[from].Rollout.Remove(machine);
            Groups[to].Rollout.Add(wanted);
            entry.Group = to;
            Moves++;
        }

        entry.Machine = wanted;
    }

    /// <summary>An operator, or age, removes a machine.</summary>
    public void Forget(string id)
    {
        FleetEntry entry = Machines[id];
        Groups[entry.Group].Rollout.Remove(entry.Machine);
        Moves++;
        Machines.Remove(id);
    }

    /// <summary>What a server does now and then: timeouts made visible, the silent forgotten.</summary>
    public void Age()
    {
        List<string> vanished = [];
        foreach (FleetEntry entry in Machines.Values)
        {
            RolloutMachine machine = entry.Machine;
            GroupRollout rollout = Groups[entry.Group].Rollout;
            RolloutMachine aged = rollout.Aged(machine, Now);
            if (!ReferenceEquals(aged, machine))
            {
                FleetChecker.Check(
                    machine.IsAtWork && aged.State == RolloutState.TimedOut && aged.Outcome == machine.Outcome,
                    () => $"time made {aged} of {machine}");
                _tally.Count("a machine times out");
                _tally.Count($"state: {aged.State}");
                rollout.Replace(machine, aged);
                entry.Machine = aged;
            }

            if (rollout.IsVanished(aged, DateTimeOffset.FromUnixTimeSeconds(entry.LastSeen), Now))
                vanished.Add(machine.Id);
        }

        foreach (string id in vanished)
        {
            _tally.Count("a machine is forgotten");
            Forget(id);
        }
    }

    /// <summary>All of a group.</summary>
    public IEnumerable<FleetEntry> EntriesOf(int index) => Machines.Values.Where(entry => entry.Group == index);

    /// <summary>What is durable of all of a group.</summary>
    public IEnumerable<RolloutMachine> MachinesOf(int index) => EntriesOf(index).Select(static entry => entry.Machine);

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
            foreach (FleetEntry entry in EntriesOf(group.Index))
            {
                entry.Machine = new RolloutMachine { Id = entry.Machine.Id, Override = entry.Machine.Override };
                group.Rollout.Add(entry.Machine);
            }
        }
    }

    private FleetEntry Find(FleetRequest request)
    {
        if (!Machines.TryGetValue(request.Id, out FleetEntry? entry))
        {
            RolloutMachine machine = new() { Id = request.Id };
            _tally.Count($"state: {machine.State}");
            entry = new FleetEntry
            {
                Machine = machine,
                Group = request.Group,
                LastSeen = Clock,
            };
            Machines.Add(request.Id, entry);
            Groups[request.Group].Rollout.Add(machine);
        }
        else if (entry.Group != request.Group && entry.Machine.Override?.GroupId is null)
        {
            Groups[entry.Group].Rollout.Remove(entry.Machine);
            Groups[request.Group].Rollout.Add(entry.Machine);
            entry.Group = request.Group;
            Moves++;
        }

        return entry;
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
