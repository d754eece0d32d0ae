using CoreNode.Foundation;
using CoreNode.Units.Manager;
using CoreNode.Units.Model;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>
/// What runs the units of one machine, outside the supervisor: it goes on while that stands still or is gone. Starting
/// and stopping take their time; some units fail, some hang in their stop. The guard kills here, too. As the embedded
/// runner it makes processes only while its supervisor runs, asks before until when they may begin, and starts even
/// singletons again by itself.
/// </summary>
internal sealed class UnitsManager(UnitsNode node, UnitsChecker checker, Prng chance, UnitsPlan plan)
{
    private readonly SortedDictionary<string, UnitsProcess> _units = new(StringComparer.Ordinal);
    private int _pids;
    private int _guarding;
    private IReadOnlySet<string> _held = new HashSet<string>();
    private TimeSpan _heldUntil;
    private bool _hasFired;
    private IReadOnlySet<string> _limited = new HashSet<string>();
    private IReadOnlySet<string> _limitedOnDisk = new HashSet<string>();
    private TimeSpan _limit;
    private readonly List<Action> _waitingForGuard = [];
    private bool _isGuardMissing;

    /// <summary>Told of each change of a unit.</summary>
    public Action<string>? Changed { get; set; }

    /// <summary>Where it is told what happens.</summary>
    public required UnitsTally Tally { get; init; }

    /// <summary>The guard was killed and is not replaced yet.</summary>
    public bool HasNoGuard { get; private set; }

    /// <summary>Units fail and hang only for a time.</summary>
    public bool IsCalm { get; set; }

    public IReadOnlyDictionary<string, UnitObservation> Units
    {
        get
        {
            SortedDictionary<string, UnitObservation> seen = new(StringComparer.Ordinal);
            foreach (UnitsProcess unit in _units.Values)
            {
                UnitStates states = new("loaded", unit.Active, unit.Active == "active" ? "running" : "dead");
                seen.Add(unit.Name, new UnitObservation(unit.Name, unit.Hash, states)
                {
                    MainPid = unit.IsAlive ? unit.Pid : 0,
                    Since = unit.Since,
                });
            }

            return seen;
        }
    }

    public bool Runs(string name) => _units.TryGetValue(name, out UnitsProcess? unit) && unit.Active == "active";

    public bool IsAlive(string name) => _units.TryGetValue(name, out UnitsProcess? unit) && unit.IsAlive;

    /// <summary>It ended or failed by itself, and its manager leaves it so.</summary>
    public bool FailedAlone(string name) => _units.TryGetValue(name, out UnitsProcess? unit) && unit.HasFailedAlone;

    /// <summary>The machine loses power: nothing is left.</summary>
    public void Clear()
    {
        foreach (UnitsProcess unit in _units.Values)
        {
            unit.Generation++;
            End(unit);
        }

        _units.Clear();
        HasNoGuard = false;
        _waitingForGuard.Clear();
        _guarding++;
        _held = _limited = _limitedOnDisk = new HashSet<string>();
    }

    /// <summary>A new process of the supervisor takes over what an earlier one left.</summary>
    public void Adopt()
    {
        if (!plan.IsEmbedded)
            return;
        _limited = _limitedOnDisk;
        _limit = TimeSpan.Zero;
        foreach (UnitsProcess unit in _units.Values.ToArray())
        {
            if (unit.IsBeginning)
                BeginStart(unit);
            else if (!unit.IsAlive && unit.Active is not ("inactive" or "failed"))
                Crash(unit);
        }
    }

    /// <summary>The guard is about to be told of units: a later process must know that it may hold them.</summary>
    public void WillGuard(IReadOnlySet<string> names) => _limitedOnDisk = names;

    /// <summary>The guard has answered.</summary>
    public void Guards(IReadOnlySet<string> names, TimeSpan deadline)
    {
        _limited = names;
        _limit = deadline;
    }

    /// <summary>What the guard does at a moment of the machine's clock, unless it is armed again before.</summary>
    public void Guard(IReadOnlySet<string> names, TimeSpan deadline, bool isAsleep)
    {
        int guarding = ++_guarding;
        _held = names;
        _heldUntil = deadline;
        _hasFired = false;
        string[] held = [.. names.Order(StringComparer.Ordinal)];
        long late = chance.Next(80) * UnitsPlan.Millisecond;
        node.World.After(Math.Max(0, node.Time.ToWorld(deadline - node.Now)) + late, () =>
        {
            if (guarding != _guarding || isAsleep || _isGuardMissing)
                return;
            _hasFired = true;
            foreach (string name in held)
                KillByGuard(name);
        });
    }

    /// <summary>
    /// The guard's process is killed; false if there is none. PID 1 does what the guard would have done; the runner's
    /// supervisor sees it and begins another one, which holds the same.
    /// </summary>
    public bool KillGuard()
    {
        if (HasNoGuard || _held.Count == 0)
            return false;
        int guarding = ++_guarding;
        if (!plan.IsEmbedded)
        {
            _hasFired = true;
            foreach (string name in _held)
            {
                KillByGuard(name);
                if (_units.TryGetValue(name, out UnitsProcess? unit) && !unit.IsAlive)
                    unit.HasFailedAlone = true;
            }

            return true;
        }

        if (plan.Bug == UnitsBug.MissesNoGuard)
        {
            _isGuardMissing = true;
            return true;
        }

        HasNoGuard = true;
        node.After(TimeSpan.FromMilliseconds(chance.Next(1000)), () =>
        {
            if (!HasNoGuard)
                return;
            HasNoGuard = false;
            if (guarding == _guarding)
                Guard(_held, _heldUntil, plan.Bug == UnitsBug.GuardSleeps);
            Action[] waiting = [.. _waitingForGuard];
            _waitingForGuard.Clear();
            foreach (Action then in waiting)
                then();
        });
        return true;
    }

    /// <summary>Does something as soon as there is a guard to be told.</summary>
    public void WhenGuarded(Action then)
    {
        if (HasNoGuard)
            _waitingForGuard.Add(then);
        else
            then();
    }

    /// <summary>Checks of its health are bad, now or within a time before.</summary>
    public bool IsSick(string name, TimeSpan lately) =>
        _units.TryGetValue(name, out UnitsProcess? unit) && node.World.Now >= unit.SickFrom
        && node.World.Now - (lately.Ticks * 100) < unit.SickUntil;

    /// <summary>It has run for some time.</summary>
    public bool HasRunFor(string name, TimeSpan time) =>
        _units.TryGetValue(name, out UnitsProcess? unit) && unit.ActiveAt is { } since
        && node.World.Now - since > time.Ticks * 100;

    public void Load(string name, string hash, ulong token)
    {
        if (!_units.TryGetValue(name, out UnitsProcess? unit))
            _units.Add(name, unit = new UnitsProcess(name));
        unit.Hash = hash;
        unit.Token = token;
        Tell(unit);
    }

    public void Start(string name, Action<bool> done)
    {
        if (!_units.TryGetValue(name, out UnitsProcess? unit))
        {
            done(false);
        }
        else if (unit.Active == "active")
        {
            done(true);
        }
        else if (unit.Active == "deactivating")
        {
            unit.Again.Add(done);
        }
        else
        {
            unit.Starting.Add(done);
            if (unit.Active != "activating")
                BeginStart(unit);
        }
    }

    public void Stop(string name, Action done)
    {
        if (!_units.TryGetValue(name, out UnitsProcess? unit) || unit.Active is "inactive" or "failed")
        {
            done();
            return;
        }

        unit.Stopping.Add(done);
        Answer(unit.Again, false);
        if (unit.Active == "deactivating")
            return;
        if (unit.Active == "active")
            checker.Stopping(node, name);
        BeginStop(unit);
    }

    public void Restart(string name, Action<bool> done)
    {
        if (!_units.TryGetValue(name, out UnitsProcess? unit) || unit.Active is "inactive" or "failed")
        {
            Start(name, done);
            return;
        }

        unit.Again.Add(done);
        if (unit.Active != "deactivating")
            BeginStop(unit);
    }

    /// <summary>Forgets a unit that does not run; false if somebody has started it again.</summary>
    public bool Forget(string name)
    {
        if (!_units.TryGetValue(name, out UnitsProcess? unit))
            return true;
        if (unit.IsAlive)
            return false;
        _units.Remove(name);
        Tell(unit);
        return true;
    }

    public void KillNow(string name)
    {
        if (!_units.TryGetValue(name, out UnitsProcess? unit) || unit.Active is "inactive" or "failed")
            return;
        unit.Generation++;
        Answer(unit.Again, false);
        FinishStop(unit, "failed");
        Answer(unit.Starting, false);
    }

    // The runner hears of it when its supervisor goes on; PID 1 has stopped the unit as well.
    private void KillByGuard(string name)
    {
        if (!plan.IsEmbedded)
        {
            if (IsAlive(name))
                Tally.Count("the guard ends a singleton");
            KillNow(name);
            return;
        }

        if (!_units.TryGetValue(name, out UnitsProcess? unit) || !unit.IsAlive)
            return;
        Tally.Count("the guard ends a singleton");
        int generation = ++unit.Generation;
        End(unit);
        node.After(TimeSpan.FromMilliseconds(1), () =>
        {
            if (unit.Generation == generation)
                Crash(unit);
        });
    }

    private void BeginStop(UnitsProcess unit)
    {
        unit.IsBeginning = false;
        Become(unit, "deactivating");
        int generation = ++unit.Generation;
        Answer(unit.Starting, false);
        bool hangs = !IsCalm && chance.Chance(0.05);
        if (hangs)
            Tally.Count("a unit hangs in its stop");
        After(hangs ? 15_000 : 5 + chance.Next(500), unit, generation, () => FinishStop(unit, "inactive"));
    }

    private void BeginStart(UnitsProcess unit)
    {
        int generation = ++unit.Generation;
        unit.HasFailedAlone = false;
        unit.IsBeginning = true;
        Become(unit, "activating");
        if (!plan.IsEmbedded)
        {
            // PID 1 starts nothing of what its guard has ended before that is armed anew.
            if (_hasFired && _held.Contains(unit.Name))
                Fail(unit);
            else
                BeginProcess(unit, generation);
            return;
        }

        bool isLimited = _limited.Contains(unit.Name) && plan.Bug != UnitsBug.StartsLate;
        TimeSpan limit = _limit;
        bool IsOver() => isLimited && node.Now >= limit;
        if (IsOver())
        {
            Fail(unit);
            return;
        }

        if (UnitsChecker.IsFenced(unit.Name))
            node.Pass(TrapPoint.Process);
        // The supervisor may be stopped here for any time, or end. The new process looks at the clock once more.
        node.After(TimeSpan.FromMicroseconds(200), () => After(1 + chance.Next(20), unit, generation, () =>
        {
            if (IsOver())
                Fail(unit);
            else
                BeginProcess(unit, generation);
        }));
    }

    private void BeginProcess(UnitsProcess unit, int generation)
    {
        unit.Pid = ++_pids;
        unit.IsAlive = true;
        unit.IsBeginning = false;
        checker.Began(node, unit.Name);
        if (plan.IsEmbedded)
        {
            checker.BeganUnder(node, unit.Name, _held.Contains(unit.Name) ? _heldUntil : null);
            // The guard looks again and again.
            if (_hasFired && _held.Contains(unit.Name))
                node.World.After(chance.Next(50) * UnitsPlan.Millisecond, () => KillByGuard(unit.Name));
        }

        Tell(unit);
        bool fails = !IsCalm && chance.Chance(0.05);
        After(5 + chance.Next(IsCalm || chance.Chance(0.9) ? 300 : 5000), unit, generation, () =>
        {
            if (fails)
            {
                Fail(unit);
                return;
            }

            Become(unit, "active");
            Answer(unit.Starting, true);
            if (UnitsChecker.IsChecked(unit.Name))
                Sicken(unit);
            if (!IsCalm && chance.Chance(0.05))
                After(1000 + chance.Next(20_000), unit, generation, () => Crash(unit));
        });
    }

    // For a time; in the end some stay sick for good.
    private void Sicken(UnitsProcess unit)
    {
        unit.SickFrom = unit.SickUntil = long.MaxValue;
        if (!chance.Chance(0.4))
            return;
        if (plan.IsCareful)
        {
            // Only slow to come up.
            unit.SickFrom = node.World.Now;
            unit.SickUntil = unit.SickFrom + (chance.Next(4000) * UnitsPlan.Millisecond);
            return;
        }

        Tally.Count("a unit is sick");
        unit.SickFrom = node.World.Now + (chance.Next(IsCalm ? 2000 : 20_000) * UnitsPlan.Millisecond);
        if (!IsCalm)
            unit.SickUntil = unit.SickFrom + ((1000 + chance.Next(40_000)) * UnitsPlan.Millisecond);
    }

    // By itself, and then its own Restart= starts it again: nobody else has to do anything.
    private void Crash(UnitsProcess unit)
    {
        Tally.Count("a unit crashes");
        bool isOver = unit.Stopping.Count > 0;
        if (!isOver && plan.IsEmbedded && UnitsChecker.IsFenced(unit.Name))
        {
            End(unit);
            Answer(unit.Starting, false);
            unit.IsBeginning = true;
            int begun = ++unit.Generation;
            Become(unit, "activating");
            node.After(TimeSpan.FromMilliseconds(200), () =>
            {
                if (unit.Generation == begun)
                    BeginStart(unit);
            });
            return;
        }

        FinishStop(unit, "failed");
        Answer(unit.Starting, false);
        if (isOver || unit.Active != "failed")
            return;
        unit.HasFailedAlone = true;
        int generation = ++unit.Generation;
        if (!UnitsChecker.IsFenced(unit.Name) && !UnitsChecker.IsMoving(unit.Name))
            After(200, unit, generation, () => BeginStart(unit));
    }

    private void Fail(UnitsProcess unit)
    {
        Tally.Count("a unit fails");
        Answer(unit.Again, false);
        FinishStop(unit, "failed");
        unit.HasFailedAlone = true;
        Answer(unit.Starting, false);
    }

    private void FinishStop(UnitsProcess unit, string active)
    {
        End(unit);
        unit.IsBeginning = false;
        Become(unit, active);
        Action[] waiting = [.. unit.Stopping];
        unit.Stopping.Clear();
        foreach (Action done in waiting)
            done();
        if (unit.Again.Count == 0)
            return;
        unit.Starting.AddRange(unit.Again);
        unit.Again.Clear();
        BeginStart(unit);
    }

    private void End(UnitsProcess unit)
    {
        if (!unit.IsAlive)
            return;
        unit.IsAlive = false;
        checker.Ended(node, unit.Name);
    }

    private static void Answer(List<Action<bool>> waiting, bool isDone)
    {
        Action<bool>[] all = [.. waiting];
        waiting.Clear();
        foreach (Action<bool> done in all)
            done(isDone);
    }

    private void Become(UnitsProcess unit, string active)
    {
        unit.Active = active;
        unit.ActiveAt = active == "active" ? node.World.Now : null;
        unit.Since = active == "active" ? node.Time.GetUtcNow() : unit.Since;
        Tell(unit);
    }

    private void Tell(UnitsProcess unit) => Changed?.Invoke(unit.Name);

    private void After(int milliseconds, UnitsProcess unit, int generation, Action what) =>
        node.World.After(milliseconds * UnitsPlan.Millisecond, () =>
        {
            if (unit.Generation == generation && _units.GetValueOrDefault(unit.Name) == unit)
                what();
        });
}
