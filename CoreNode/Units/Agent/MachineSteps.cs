using CoreNode.Store;

namespace CoreNode.Units.Agent;

/// <summary>
/// What concerns the machine as a whole: its lease, its guard, its registration. Pure; owned by
/// <see cref="AgentCore"/>.
/// </summary>
internal sealed class MachineSteps
{
    private const string Own = "";
    private IReadOnlySet<string> _armed;
    private TimeSpan _armedUntil;
    private readonly Attempt _arming = new();
    private readonly Attempt _reading = new();
    private readonly Attempt _registering = new();
    private bool _isRegistered;

    /// <summary>As an earlier process left it, with the units that its guard holds.</summary>
    public MachineSteps(LeaseFacts lease, IReadOnlySet<string> armed)
    {
        Lease = lease;
        _armed = armed;
        _armedUntil = lease.KillAt;
        Fence = new FenceFacts(Lease, _armed, _armedUntil);
    }

    /// <summary>The lease.</summary>
    public LeaseFacts Lease { get; private set; }

    /// <summary>The lease and the guard.</summary>
    public FenceFacts Fence { get; private set; }

    /// <summary>When the leader granted the lease after its last lapse; null: not yet.</summary>
    public TimeSpan? BackSince { get; private set; }

    /// <summary>The lease that the guard was armed with last; null: none of it is left to tell.</summary>
    public LeaseFacts? ArmedLease { get; private set; }

    /// <summary>
    /// Takes an answer to a renewal in; true if others may have changed what stands in the store since the one before:
    /// the lease had lapsed, or no leader has granted it before, perhaps because another machine had it under this id.
    /// </summary>
    public bool Renewed(LeaseGrant grant, TimeSpan asked, TimeSpan sent, TimeSpan now)
    {
        int lapses = Lease.Lapses;
        bool wasGranted = Lease.IsGranted;
        Lease = LeaseRule.After(Lease, grant, asked, sent, now);
        if (Lease.Lapses != lapses || !Lease.IsGranted)
            BackSince = null;
        if (Lease.IsGranted)
            BackSince ??= now;
        Publish();
        if (Lease.Lapses == lapses)
            return Lease.IsGranted && !wasGranted;
        _isRegistered = false;
        return true;
    }

    /// <summary>The machine's object was removed.</summary>
    public void Unregistered() => _isRegistered = false;

    /// <summary>Hands out the steps that are due; returns when to look again.</summary>
    public TimeSpan? Plan(
        SortedSet<string> fenced, SortedDictionary<string, UnitFacts> units, bool isLeaving, TimeSpan now,
        List<AgentStep> steps)
    {
        TimeSpan? wake = null;
        bool isHeld = now < Lease.KillAt;
        if (isHeld && Lease.Floor is null)
            Offer(_reading, new AgentStep(StepKind.ReadFloor, Own, now) { Lease = Lease }, ref wake, steps);
        if (Lease is { IsGranted: true, IsDuplicate: false } && isHeld && !_isRegistered && !isLeaving)
            Offer(_registering, new AgentStep(StepKind.Register, Own, now) { Lease = Lease }, ref wake, steps);
        if (fenced.Count == 0 && _armed.Count == 0)
            return wake;
        HashSet<string> wanted = Wanted(fenced, units);
        if (isHeld && (!_armed.SetEquals(wanted) || (wanted.Count > 0 && Lease.KillAt > _armedUntil)))
        {
            AgentStep arm = new(StepKind.Arm, Own, now) { Armed = wanted, Deadline = Lease.KillAt, Lease = Lease };
            Offer(_arming, arm, ref wake, steps);
        }

        return wake;
    }

    /// <summary>A step ended; true if singletons may have to be looked at.</summary>
    public bool Completed(StepOutcome outcome, TimeSpan now)
    {
        bool isDone = outcome.Result == StepResult.Done;
        switch (outcome.Step.Kind)
        {
            case StepKind.Arm:
                _arming.End(isDone, now);
                if (!isDone)
                {
                    // It holds what it held before, or what it was told: only what is in both is surely held.
                    _armed = new HashSet<string>(_armed.Where(outcome.Step.Armed.Contains), StringComparer.Ordinal);
                    Publish();
                    return true;
                }

                _armed = outcome.Step.Armed;
                _armedUntil = outcome.Step.Deadline;
                ArmedLease = outcome.Step.Lease.Lapses == Lease.Lapses
                    ? outcome.Step.Lease with { Floor = Lease.Floor }
                    : null;
                Publish();
                return true;
            case StepKind.ReadFloor:
                // Only what was asked for after the last lapse says what stood before it.
                bool isCurrent = outcome.Step.Lease.Lapses == Lease.Lapses;
                _reading.End(isDone && isCurrent, now);
                if (!isDone || !isCurrent)
                    return false;
                Lease = Lease with { Floor = outcome.Index };
                if (ArmedLease?.Lapses == Lease.Lapses)
                    ArmedLease = ArmedLease with { Floor = Lease.Floor };
                Publish();
                return true;
            case StepKind.Register:
                _registering.End(isDone, now);
                _isRegistered = isDone && outcome.Step.Lease.Lapses == Lease.Lapses;
                return false;
            default:
                throw new ArgumentOutOfRangeException(nameof(outcome), outcome.Step.Kind, "is a unit's step");
        }
    }

    private static void Offer(Attempt attempt, AgentStep step, ref TimeSpan? wake, List<AgentStep> steps)
    {
        if (attempt.IsRunning)
            return;
        if (step.Begun < attempt.NotBefore)
        {
            wake = AgentPlanner.Earlier(wake, attempt.NotBefore);
            return;
        }

        attempt.IsRunning = true;
        steps.Add(step);
    }

    // Also such as must go, until they are gone; and such as were loaded and are not seen because the manager is away.
    private static HashSet<string> Wanted(SortedSet<string> fenced, SortedDictionary<string, UnitFacts> units)
    {
        HashSet<string> wanted = new(StringComparer.Ordinal);
        foreach (string name in fenced)
        {
            if (units.TryGetValue(name, out UnitFacts? unit)
                && (unit.Observed is not null || unit.Note.Claim != 0
                    || unit.Entry is { State: not Registry.ScheduleState.Revoked }))
            {
                wanted.Add(name);
            }
        }

        return wanted;
    }

    private void Publish() => Fence = new FenceFacts(Lease, _armed, _armedUntil);

    private sealed class Attempt
    {
        private int _failures;

        public bool IsRunning { get; set; }

        public TimeSpan NotBefore { get; private set; }

        public void End(bool isGood, TimeSpan now)
        {
            IsRunning = false;
            _failures = isGood ? 0 : _failures + 1;
            NotBefore = isGood ? TimeSpan.Zero : now + Backoff.After(Math.Min(_failures, 3), Own);
        }
    }
}
