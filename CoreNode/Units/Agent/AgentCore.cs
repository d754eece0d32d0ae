using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Manager;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Agent;

/// <summary>
/// The agent without I/O, clock and chance: told what is wanted (schedule), what is seen (unit manager), what the lease
/// says and how steps ended, it hands out the next steps. A shell does them and keeps the notes first; a simulator can
/// do the same with seeds. One owner. Moments are of CLOCK_BOOTTIME.
/// </summary>
public sealed class AgentCore
{
    private readonly string _machineId;
    private readonly SortedDictionary<string, UnitFacts> _units = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _dirty = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _fenced = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _waiting = new(StringComparer.Ordinal);
    private readonly List<UnitFacts> _changedNotes = [];
    private readonly UnitSteps _steps;
    private readonly MachineSteps _machine;
    private TimeSpan? _nextDue;
    private bool _isListed;
    private bool _isManagerThere;
    private bool _isLeaving;

    /// <summary>An agent that knows what it noted before, and nothing else yet.</summary>
    /// <param name="machineId">Its machine.</param>
    /// <param name="notes">What it noted of units since the machine started.</param>
    /// <param name="lease">
    /// The lease as an earlier process had it and its guard still holds; none if the machine restarted since.
    /// </param>
    public AgentCore(string machineId, IReadOnlyDictionary<string, UnitNote> notes, LeaseFacts lease)
    {
        _machineId = machineId;
        foreach (KeyValuePair<string, UnitNote> note in notes)
        {
            UnitFacts unit = Ensure(note.Key);
            unit.Note = note.Value with { IsKnown = true };
            MarkFenced(unit);
        }

        _machine = new MachineSteps(lease, new HashSet<string>(_fenced, StringComparer.Ordinal));
        _steps = new UnitSteps(machineId, KeepNote);
    }

    /// <summary>What is known of each unit, by name.</summary>
    public IReadOnlyDictionary<string, UnitFacts> Units => _units;

    /// <summary>The machine's lease.</summary>
    public LeaseFacts Lease => _machine.Lease;

    /// <summary>The lease that the guard was armed with last, with what is known of its lapses; null: none.</summary>
    public LeaseFacts? ArmedLease => _machine.ArmedLease;

    /// <summary>True once the machine leaves and its unit manager knows none of its units any more.</summary>
    public bool IsStopped
    {
        get
        {
            foreach (UnitFacts unit in _units.Values)
            {
                if (unit.Observed is not null || unit.Acting is not null || unit.Starting is not null)
                    return false;
            }

            return _isLeaving;
        }
    }

    /// <summary>True once the machine leaves and nothing of its units is left, here or in the store.</summary>
    public bool IsGone
    {
        get
        {
            foreach (UnitFacts unit in _units.Values)
            {
                if (unit.Observed is not null || unit.IsBusy || !unit.IsClean
                    || unit.Announced != AnnounceState.Down)
                {
                    return false;
                }
            }

            return _isLeaving;
        }
    }

    /// <summary>The whole schedule as it stood at an index.</summary>
    public void Listed(IReadOnlyList<ScheduleEntry> entries, StoreIndex index, TimeSpan now)
    {
        HashSet<string> named = new(StringComparer.Ordinal);
        foreach (ScheduleEntry entry in entries)
        {
            named.Add(entry.Unit);
            Changed(entry.Unit, entry, entry.ModifiedIndex, now);
        }

        foreach (UnitFacts unit in _units.Values)
        {
            if (!named.Contains(unit.Name))
                Take(unit, null, index, now);
        }

        _isListed = true;
        MarkAll();
    }

    /// <summary>One entry was made, changed or removed (null) at an index.</summary>
    public void Changed(string name, ScheduleEntry? entry, StoreIndex index, TimeSpan now)
    {
        if (entry is not null && !_units.ContainsKey(name) && _isListed)
        {
            // A new one: nothing of it stands in the store by this machine's hand.
            Ensure(name).Published = PublishedState.None;
        }

        if (entry is not null)
            Take(Ensure(name), entry, index, now);
        else if (_units.TryGetValue(name, out UnitFacts? unit))
            Take(unit, null, index, now);
    }

    /// <summary>A unit as its manager sees it now; null: unknown there.</summary>
    public void Observed(string name, UnitObservation? seen, TimeSpan now)
    {
        if (seen is null && !_units.ContainsKey(name))
            return;
        UnitFacts unit = Ensure(name);
        unit.Observed = seen;
        HealthRule.Observe(unit, now);
        Mark(unit);
    }

    /// <summary>Whether the unit manager can be reached, and all units that it knows.</summary>
    public void ManagerSeen(bool isThere, IReadOnlyDictionary<string, UnitObservation> units, TimeSpan now)
    {
        bool isBack = isThere && !_isManagerThere;
        _isManagerThere = isThere;
        if (isBack)
            TryAgain();
        if (isThere)
        {
            foreach (KeyValuePair<string, UnitObservation> seen in units)
                Observed(seen.Key, seen.Value, now);
            foreach (UnitFacts unit in _units.Values)
            {
                if (unit.Observed is not null && !units.ContainsKey(unit.Name))
                    Observed(unit.Name, null, now);
            }
        }

        MarkAll();
    }

    /// <summary>What an earlier process of this node announced, as its records in the store say.</summary>
    public void AnnouncedBefore(string name, IReadOnlyList<UnitAnnouncement> keys)
    {
        UnitFacts unit = Ensure(name);
        if (unit.Announced != AnnounceState.Down || unit.Announcing is not null)
            return;
        unit.Announced = AnnounceState.Unknown;
        unit.AnnouncedKeys = keys;
        unit.IsAnnouncedBefore = true;
        unit.IsToldAnnounced = true;
        Mark(unit);
    }

    /// <summary>The answer to a renewal that was sent at <paramref name="sent"/>.</summary>
    public void Renewed(LeaseGrant grant, TimeSpan asked, TimeSpan sent, TimeSpan now)
    {
        if (_machine.Renewed(grant, asked, sent, now))
            Repair();
    }

    /// <summary>What stands in the store may have been changed by others: it is compared.</summary>
    public void Repair()
    {
        foreach (UnitFacts unit in _units.Values)
        {
            unit.Published = null;
            if (unit.Announced == AnnounceState.Up)
                unit.Announced = AnnounceState.Unknown;
        }

        TryAgain();
        MarkAll();
    }

    /// <summary>The machine leaves the cluster: everything is stopped and forgotten, entries excepted.</summary>
    public void Leave()
    {
        _isLeaving = true;
        MarkAll();
    }

    /// <summary>A step ended. What the unit manager shows of the unit since is told before.</summary>
    public void Completed(StepOutcome outcome, TimeSpan now)
    {
        if (outcome.Step.Unit.Length == 0)
        {
            if (_machine.Completed(outcome, now))
                MarkFencedAll();
            return;
        }

        // A unit with a step is never dropped.
        UnitFacts unit = _units[outcome.Step.Unit];
        _steps.Completed(unit, outcome, now);
        Mark(unit);
    }

    /// <summary>What is to be done now.</summary>
    public AgentReady Plan(TimeSpan now)
    {
        List<AgentStep> steps = [];
        if (_machine.IsToCompare(now))
            Repair();
        WakeDue(now);
        _steps.Free(now, _dirty);
        TimeSpan? machineWake = _machine.Plan(_fenced, _units, _isLeaving, now, steps);
        MachineFacts machine = new(_isListed, _isManagerThere, _isLeaving, _machine.Fence)
        {
            BackSince = _machine.BackSince,
        };
        PlanDirty(machine, now, steps);
        // Those that follow one whose start was just begun can be started after it, in the same go.
        for (bool isProgress = true; isProgress;)
        {
            isProgress = false;
            foreach (string name in _waiting)
            {
                if (_units.TryGetValue(name, out UnitFacts? unit) && unit.MustWait && !MustWait(unit))
                    isProgress |= _dirty.Add(name);
            }

            PlanDirty(machine, now, steps);
        }

        UnitFacts[] notes = [.. _changedNotes];
        _changedNotes.Clear();
        TimeSpan? wake = AgentPlanner.Earlier(_nextDue, AgentPlanner.Earlier(machineWake, _steps.WakeAt));
        return new AgentReady(notes, steps, wake);
    }

    /// <summary>How the units stand, after a plan.</summary>
    public AgentFigures Measure(TimeSpan now)
    {
        int wanted = 0;
        int active = 0;
        int failed = 0;
        int unsettled = 0;
        TimeSpan? since = null;
        foreach (UnitFacts unit in _units.Values)
        {
            wanted += unit.Entry is { State: not ScheduleState.Revoked } ? 1 : 0;
            active += unit.IsActive ? 1 : 0;
            failed += unit.Observed is { States.Active: "failed" } ? 1 : 0;
            unit.UnsettledSince = unit.IsSettled ? null : unit.UnsettledSince ?? now;
            unsettled += unit.IsSettled ? 0 : 1;
            since = AgentPlanner.Earlier(since, unit.UnsettledSince);
        }

        FenceFacts fence = _machine.Fence;
        return new AgentFigures
        {
            Wanted = wanted,
            Active = active,
            Failed = failed,
            Unsettled = unsettled,
            UnsettledSince = since,
            LeaseUntil = fence.Lease.KillAt,
            Guarded = fence.Armed.Count,
            GuardedUntil = fence.ArmedUntil,
        };
    }

    private void PlanDirty(MachineFacts machine, TimeSpan now, List<AgentStep> steps)
    {
        while (_dirty.Min is { } name)
        {
            _dirty.Remove(name);
            if (!_units.TryGetValue(name, out UnitFacts? unit))
                continue;
            unit.MustWait = MustWait(unit);
            unit.WaitingSince = unit.MustWait ? unit.WaitingSince ?? now : null;
            if (unit.MustWait)
                _waiting.Add(name);
            else
                _waiting.Remove(name);
            _steps.Plan(unit, machine, now, steps);
            MarkFenced(unit);
            if (unit.WakeAt is { } wake)
                _nextDue = AgentPlanner.Earlier(_nextDue, wake);
            if (machine.IsListed && IsForgotten(unit))
                Forget(unit);
        }
    }

    private static bool IsForgotten(UnitFacts unit) =>
        unit is { Entry: null, Observed: null, Announced: AnnounceState.Down, IsBusy: false, IsClean: true };

    private void Forget(UnitFacts unit)
    {
        if (unit.Note.IsKnown)
            KeepNote(unit, UnitNote.None);
        _units.Remove(unit.Name);
        _fenced.Remove(unit.Name);
        _waiting.Remove(unit.Name);
    }

    // The unit managers order what is being started; so those that a unit follows are loaded, and being started, first.
    private bool MustWait(UnitFacts unit)
    {
        if (unit is not { Entry.State: ScheduleState.Launched, Note.IsStarted: false, Text: { } text }
            || unit.Observed is null)
        {
            return false;
        }

        foreach (string name in text.Follows)
        {
            if (_units.TryGetValue(name, out UnitFacts? other) && other.Failures == 0
                && other.Entry is { State: not ScheduleState.Revoked } entry)
            {
                bool isBegun = other.Note.IsStarted || other.Starting is not null;
                if (other.Observed is null || (entry.State == ScheduleState.Launched && !isBegun))
                    return true;
            }
        }

        return false;
    }

    private void Take(UnitFacts unit, ScheduleEntry? entry, StoreIndex index, TimeSpan now)
    {
        if (index < unit.EntryIndex || (index == unit.EntryIndex && unit.Entry is not null == entry is not null))
            return;
        bool wasLaunched = unit.Entry is { State: ScheduleState.Launched };
        if (entry is { State: ScheduleState.Loaded } && wasLaunched)
        {
            unit.LoadedAt = now;
        }
        else if (entry is { State: ScheduleState.Launched })
        {
            // Both came before the stop could be begun: the restart that was asked for is done all the same.
            unit.IsRestartOwed |= unit.LoadedAt is not null && unit.Note is { IsStarted: true, IsStopping: false };
            unit.LoadedAt = null;
        }
        else if (entry is null or { State: ScheduleState.Revoked })
        {
            unit.LoadedAt = null;
            unit.IsRestartOwed = false;
        }

        // Whoever was to take it over may have written over its keys.
        if (entry is { State: ScheduleState.Launched } && unit.Announced == AnnounceState.Up
            && unit.Entry is { Successor.Length: > 0 } before && before.Successor != entry.Successor)
            unit.Announced = AnnounceState.Unknown;
        unit.Entry = entry;
        unit.EntryIndex = index;
        unit.Failures = 0;
        unit.NotBefore = TimeSpan.Zero;
        if (entry is null || entry.Hash != unit.Text?.Hash)
            unit.Problem = "";
        Mark(unit);
    }

    // What failed because somebody was away is not waited for when they are back.
    private void TryAgain()
    {
        foreach (UnitFacts unit in _units.Values)
        {
            unit.NotBefore = TimeSpan.Zero;
            unit.PublishNotBefore = TimeSpan.Zero;
            unit.AnnounceNotBefore = TimeSpan.Zero;
        }
    }

    private UnitFacts Ensure(string name)
    {
        if (!_units.TryGetValue(name, out UnitFacts? unit))
            _units.Add(name, unit = new UnitFacts(name));
        return unit;
    }

    private void Mark(UnitFacts unit)
    {
        _dirty.Add(unit.Name);
        MarkFenced(unit);
    }

    private void MarkAll()
    {
        foreach (string name in _units.Keys)
            _dirty.Add(name);
    }

    private void MarkFencedAll()
    {
        foreach (string name in _fenced)
            _dirty.Add(name);
    }

    private void MarkFenced(UnitFacts unit)
    {
        if (unit.IsFenced)
            _fenced.Add(unit.Name);
        else
            _fenced.Remove(unit.Name);
    }

    private void WakeDue(TimeSpan now)
    {
        if (_nextDue is not { } due || now < due)
            return;
        _nextDue = null;
        foreach (UnitFacts unit in _units.Values)
        {
            if (unit.WakeAt is not { } wake)
                continue;
            if (wake <= now)
                _dirty.Add(unit.Name);
            else
                _nextDue = AgentPlanner.Earlier(_nextDue, wake);
        }
    }

    private void KeepNote(UnitFacts unit, UnitNote note)
    {
        if (unit.Note == note)
            return;
        unit.Note = note;
        if (!_changedNotes.Contains(unit))
            _changedNotes.Add(unit);
    }
}
