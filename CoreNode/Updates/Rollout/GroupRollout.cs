using CoreNode.Updates.Omaha;

namespace CoreNode.Updates.Rollout;

/// <summary>
/// The rollout of one group: decides what each machine that asks is told, and counts. Owned by one thread; no I/O and
/// no clock. Everything that it counts follows from the machines, the release and the standing, so one that is made
/// anew from what is kept durably (after a restart, a new policy, a new release) is the same as the one before.
/// </summary>
/// <remarks>
/// For each request of a machine, in this order: <see cref="On"/> for each event, then for a check <see cref="Check"/>.
/// What they return is to be durable before the machine is answered. A machine that is handed in is the value that was
/// returned for it last, or that was added.
/// </remarks>
public sealed class GroupRollout
{
    private static readonly TimeSpan s_usualPoll = TimeSpan.FromMinutes(45);
    private static readonly TimeSpan s_leastPoll = TimeSpan.FromMinutes(1);

    private readonly RolloutGate _gate;
    private readonly RolloutTally _tally;
    private readonly RolloutPaths? _paths;

    /// <summary>From what is kept durably.</summary>
    /// <param name="policy">One that <see cref="PolicyRules"/> finds nothing wrong with.</param>
    /// <param name="zone">The time zone that the policy names.</param>
    /// <param name="release">What the group is to run; null: nothing yet.</param>
    /// <param name="standing">Of that release.</param>
    /// <param name="machines">All of the group.</param>
    public GroupRollout(
        RolloutPolicy policy,
        TimeZoneInfo zone,
        RolloutRelease? release,
        RolloutStanding standing,
        IReadOnlyCollection<RolloutMachine> machines)
    {
        Policy = policy;
        Release = release;
        _paths = release is null ? null : new RolloutPaths(release);
        _tally = new RolloutTally(policy, release?.Id ?? "", standing.Round, machines);
        _gate = new RolloutGate(policy, zone, release, _tally) { Standing = standing };
        foreach (RolloutMachine machine in machines)
            NoteFirst(machine);
    }

    /// <summary>How the group gets its updates.</summary>
    public RolloutPolicy Policy { get; }

    /// <summary>What it is to run; null: nothing yet.</summary>
    public RolloutRelease? Release { get; }

    /// <summary>What became of the release so far.</summary>
    public RolloutStanding Standing
    {
        get => _gate.Standing;
        private set => _gate.Standing = value;
    }

    /// <summary>A machine asks: takes what its version says, decides, and counts what is granted.</summary>
    /// <param name="machine">What is known of it.</param>
    /// <param name="ask">What it says.</param>
    /// <param name="now">The server's clock.</param>
    /// <param name="pinned">
    /// Of a machine that is pinned to another version than its group's: the way to it, null if there is no package.
    /// </param>
    public (RolloutDecision Decision, RolloutChange Change) Check(
        RolloutMachine machine, RolloutAsk ask, DateTimeOffset now, RolloutRelease? pinned = null)
    {
        now = WholeSeconds(now);
        if (RolloutRefusals.Of(machine.Id, ask.Version) is { } refusal)
            return (refusal, new RolloutChange(machine));
        RolloutStanding before = Standing;
        RolloutMachine seen = Seen(Aged(machine, now), ask.Version, now);
        Put(machine, seen);
        RolloutChange change = AfterOutcome(machine, seen, before, now);
        RolloutDecision decision = Decide(seen, ask, now, pinned);
        if (decision is RolloutDecision.Offer { IsNew: true } offer)
            seen = Grant(seen, offer, now);
        else if (decision is RolloutDecision.UpToDate && seen.Override?.IsForced == true)
            seen = seen.WithoutForce();
        return (
            decision,
            change with { Machine = seen, Standing = ReferenceEquals(before, Standing) ? null : Standing });
    }

    /// <summary>What it would be told: changes nothing.</summary>
    public RolloutDecision Decide(
        RolloutMachine machine, RolloutAsk ask, DateTimeOffset now, RolloutRelease? pinned = null)
    {
        now = WholeSeconds(now);
        if (RolloutRefusals.Of(machine.Id, ask.Version) is { } refusal)
            return refusal;
        string? pin = machine.Override?.PinnedVersion;
        bool isOther = pin is not null && IsOther(pin);
        RolloutRelease? way = isOther ? pinned : Release;
        if (way is null)
            return NoPackage(isOther ? $"it is pinned to {pin}, which is not there" : null);
        IReadOnlyList<RolloutStep> steps = pin is null
            ? _paths!.From(ask.Version).Steps
            : RolloutPaths.Exactly(way, ask.Version);
        if (steps.Count == 0)
            return new RolloutDecision.UpToDate { PollInterval = Policy.PollInterval };
        if (ask.VersionPrefix is { Length: > 0 } prefix && !way.Version.StartsWith(prefix, StringComparison.Ordinal))
            return NoPackage($"it asks for versions {prefix}* only");
        long second = now.ToUnixTimeSeconds();
        bool isSameStep = machine.ReleaseId == way.Id && machine.StepVersion == steps[0].Version;
        RolloutQuestion question = new(machine, way, isSameStep, ask.IsOnDemand);
        (RolloutBlock block, long until) = _gate.Ask(question, second);
        if (block != RolloutBlock.None)
            return Hold(block, machine, way, Moment(until), now);
        return new RolloutDecision.Offer(
            ask.TakesSteps || steps.Count == 1 ? steps : [steps[0]],
            way.Id,
            !(isSameStep && _gate.IsAtWork(machine, second)),
            machine.Override?.IsPassing == true ? GrantKind.Override
                : ask.IsOnDemand ? GrantKind.OnDemand : GrantKind.Policy)
        {
            PollInterval = Policy.PollInterval,
        };
    }

    /// <summary>A machine tells of its update.</summary>
    public RolloutChange On(RolloutMachine machine, RolloutEvent happened, DateTimeOffset now)
    {
        now = WholeSeconds(now);
        RolloutStanding before = Standing;
        RolloutMachine aged = Aged(machine, now);
        RolloutMachine after = MachineSteps.After(aged, happened, Standing.Round, now);
        Put(machine, after);
        return AfterOutcome(machine, after, before, now) with
        {
            IsIgnored = happened.Kind != RolloutEventKind.None && ReferenceEquals(aged, after),
        };
    }

    /// <summary>A machine that is new to the group, or comes from another one.</summary>
    public void Add(RolloutMachine machine)
    {
        _tally.Add(machine);
        NoteFirst(machine);
    }

    /// <summary>A machine that was forgotten, or goes to another group.</summary>
    public void Remove(RolloutMachine machine)
    {
        _tally.Remove(machine);
        if (_gate.First?.Id == machine.Id)
            _gate.First = null;
    }

    /// <summary>An operator changed what he wants of a machine.</summary>
    public void Replace(RolloutMachine old, RolloutMachine machine) => Put(old, machine);

    /// <summary>For tables and figures.</summary>
    public RolloutCounts Count(DateTimeOffset now)
    {
        long second = now.ToUnixTimeSeconds();
        return new RolloutCounts
        {
            Machines = _tally.Machines,
            InPeriod = _tally.InPeriod(second),
            AtWork = _tally.AtWork(second),
            Waiting = _tally.Waiting,
            Succeeded = _tally.Succeeded,
            Failed = _tally.Failed,
            RolledBack = _tally.RolledBack,
        };
    }

    /// <summary>Who runs that version has nothing to get from the release: it is that, or a newer one.</summary>
    public bool IsUpToDate(string version) =>
        version.Length > 0 && _paths is not null && _paths.From(version).Order >= 0;

    /// <summary>An operator keeps it out of the release: it is exempt, or pinned elsewhere.</summary>
    public bool IsKeptOut(RolloutMachine machine) =>
        machine.Override is { } wish && (wish.IsExempt || (wish.PinnedVersion is { } pin && IsOther(pin)));

    /// <summary>Where the waves stand: the share that is open, and when the next one opens (null: none does).</summary>
    public (double Percent, DateTimeOffset? Next) Wave(DateTimeOffset now)
    {
        if (Release is null)
            return (0, null);
        if (Policy.Waves.Count == 0)
            return (100, null);
        double percent = 0;
        foreach (RolloutWave wave in Policy.Waves)
        {
            long opens = _gate.Opens(wave);
            if (opens > now.ToUnixTimeSeconds())
                return (percent, Moment(opens));
            percent = wave.Percent;
        }

        return (percent, null);
    }

    /// <summary>An operator holds the release. To be kept durably.</summary>
    public RolloutStanding Pause(string note, DateTimeOffset now) => Standing = Standing with
    {
        PausedAt = Standing.PausedAt ?? WholeSeconds(now),
        PauseNote = note,
    };

    /// <summary>
    /// An operator lets it go on. After a stop failures are counted from none, and machines that rolled back may try
    /// again. To be kept durably.
    /// </summary>
    public RolloutStanding Resume(DateTimeOffset now)
    {
        now = WholeSeconds(now);
        RolloutStanding old = Standing;
        DateTimeOffset since = now;
        if (old.PausedAt < since)
            since = old.PausedAt.Value;
        if (old.Stop?.At < since)
            since = old.Stop.At;
        Standing = old with
        {
            PausedAt = null,
            PauseNote = "",
            Stop = null,
            HeldFor = old.HeldFor + (now - since),
            Round = old.Round + (old.Stop is null ? 0 : 1),
        };
        _tally.Begin(Standing.Round);
        return Standing;
    }

    /// <summary>
    /// What the passing of time did to a machine: timed out at its work (else the same instance). Limits know it
    /// without; it is for who looks at the machine. To be given to <see cref="Replace"/>.
    /// </summary>
    public RolloutMachine Aged(RolloutMachine machine, DateTimeOffset now)
    {
        if (!machine.IsAtWork || _gate.IsAtWork(machine, now.ToUnixTimeSeconds()))
            return machine;
        DateTimeOffset ended = machine.Since + Policy.GrantTimeout;
        return machine with { State = RolloutState.TimedOut, Since = ended < now ? ended : WholeSeconds(now) };
    }

    /// <summary>A machine was silent for so long that it is to be forgotten (then <see cref="Remove"/>).</summary>
    public bool IsVanished(RolloutMachine machine, DateTimeOffset lastSeen, DateTimeOffset now) =>
        Policy.ForgetAfter is { } after && now - lastSeen >= after
        && !_gate.IsInPeriod(machine, now.ToUnixTimeSeconds());

    /// <summary>All that is counted, one line: equal for equal counts.</summary>
    public string Describe() =>
        $"{_tally.Describe()} first {_gate.First?.Id} paused {Standing.PausedAt:O} {Standing.PauseNote} stopped "
        + $"{Standing.Stop?.At:O} {Standing.Stop?.Reason} {Standing.Stop?.Failed} of {Standing.Stop?.Ended} held "
        + $"{Standing.HeldFor} round {Standing.Round} {Standing.FirstMachine} {Standing.IsFirstPassed}";

    /// <summary>A time as it is kept.</summary>
    public static DateTimeOffset WholeSeconds(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

    private bool IsOther(string version) =>
        Release is null || VersionOrder.Compare(version, Release.Version) != 0;

    // Its version shows that it got to what it was granted, or that it went back from it without a word.
    private RolloutMachine Seen(RolloutMachine machine, string version, DateTimeOffset now)
    {
        RolloutMachine seen = machine.Version == version ? machine : machine with { Version = version };
        if (machine.ReleaseId.Length == 0)
            return seen;
        bool isRelease = machine.ReleaseId == Release?.Id;
        if (machine.Outcome == RolloutOutcome.Succeeded)
        {
            return isRelease && _paths!.From(version).Order < 0
                ? MachineSteps.WentBack(seen, OmahaFault.Rollback, Standing.Round, now)
                : seen;
        }

        bool isThere = isRelease && _paths!.From(version).Order == 0;
        bool isStep = isThere || version == machine.StepVersion
            || VersionOrder.Compare(version, machine.StepVersion) == 0;
        if (!isStep || (!isThere && machine.State == RolloutState.Complete))
            return seen;
        return seen with
        {
            State = RolloutState.Complete,
            Since = now,
            Outcome = isThere ? RolloutOutcome.Succeeded : machine.Outcome,
            OutcomeRound = isThere ? Standing.Round : machine.OutcomeRound,
            ErrorCode = isThere ? 0 : machine.ErrorCode,
        };
    }

    private RolloutMachine Grant(RolloutMachine machine, RolloutDecision.Offer offer, DateTimeOffset now)
    {
        bool isSame = machine.ReleaseId == offer.ReleaseId;
        RolloutMachine granted = machine with
        {
            State = RolloutState.Granted,
            Since = now,
            ReleaseId = offer.ReleaseId,
            StepVersion = offer.Steps[0].Version,
            GrantedAt = now,
            Outcome = isSame ? machine.Outcome : RolloutOutcome.None,
            OutcomeRound = isSame ? machine.OutcomeRound : 0,
            ErrorCode = isSame ? machine.ErrorCode : 0,
        };
        bool goesFirst = Policy.IsFirstAlone && !Standing.IsFirstPassed && offer.ReleaseId == Release?.Id
            && Standing.FirstMachine != machine.Id && !_gate.IsFirstTaken(machine, now.ToUnixTimeSeconds());
        if (goesFirst)
            Standing = Standing with { FirstMachine = machine.Id };
        Put(machine, granted);
        return granted;
    }

    private void Put(RolloutMachine old, RolloutMachine machine)
    {
        if (!ReferenceEquals(old, machine))
        {
            _tally.Remove(old);
            _tally.Add(machine);
        }

        NoteFirst(machine);
    }

    private void NoteFirst(RolloutMachine machine)
    {
        if (machine.Id == Standing.FirstMachine)
            _gate.First = machine;
    }

    // What the end of one machine means to all of them.
    private RolloutChange AfterOutcome(
        RolloutMachine old, RolloutMachine machine, RolloutStanding before, DateTimeOffset now)
    {
        bool isEnd = Release is not null && machine.ReleaseId == Release.Id && machine.Outcome != RolloutOutcome.None
            && (machine.Outcome != old.Outcome || machine.OutcomeRound != old.OutcomeRound);
        if (!isEnd)
            return new RolloutChange(machine);
        bool hasPassed = machine.Outcome == RolloutOutcome.Succeeded && !Standing.IsFirstPassed;
        if (hasPassed)
            Standing = Standing with { IsFirstPassed = true };
        string? reason = machine.Outcome == RolloutOutcome.Succeeded ? null : StopReason(machine);
        if (reason is not null && Standing.Stop is null)
        {
            int failed = _tally.Failed + _tally.RolledBack;
            Standing = Standing with { Stop = new RolloutStop(now, reason, failed, failed + _tally.Succeeded) };
        }

        return new RolloutChange(machine)
        {
            Standing = ReferenceEquals(before, Standing) ? null : Standing,
            IsStopped = before.Stop is null && Standing.Stop is not null,
            IsFirstPassed = hasPassed,
        };
    }

    private string? StopReason(RolloutMachine machine)
    {
        if (Policy.IsFirstAlone && !Standing.IsFirstPassed && machine.Outcome == RolloutOutcome.RolledBack)
            return $"{Release!.Version} was rolled back by the machine that went first";
        int failed = _tally.Failed + _tally.RolledBack;
        return Policy.ErrorStop is { } stop && stop.IsDue(failed, failed + _tally.Succeeded)
            ? $"{Release!.Version} failed on {failed} of {failed + _tally.Succeeded} machines"
            : null;
    }

    private RolloutDecision.Hold Hold(
        RolloutBlock block, RolloutMachine machine, RolloutRelease way, DateTimeOffset? until, DateTimeOffset now)
    {
        OmahaHold hold = new(
            HoldTexts.Reason(block), HoldTexts.Text(block, machine, Policy, Standing, way.Version), until);
        TimeSpan? poll = Policy.PollInterval;
        // Who waits for a clock comes when it has struck; all the others would come for the same few places.
        if (block is RolloutBlock.Wave or RolloutBlock.Window && until - now < (poll ?? s_usualPoll))
            poll = until - now > s_leastPoll ? until - now : s_leastPoll;
        return new RolloutDecision.Hold(hold) { PollInterval = poll };
    }

    private RolloutDecision.Hold NoPackage(string? text) =>
        new(new OmahaHold(HoldReasons.NoPackage, text)) { PollInterval = Policy.PollInterval };

    private static DateTimeOffset? Moment(long second) =>
        second <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.FromUnixTimeSeconds(second) : null;
}
