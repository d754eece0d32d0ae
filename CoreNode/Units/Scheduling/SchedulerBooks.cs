using CoreNode.Units.Model;

namespace CoreNode.Units.Scheduling;

/// <summary>
/// Who is where, and what has to be looked at since the last decisions: machines whose units may have to leave,
/// machines that can take more than before, units without a place, units that moved.
/// </summary>
internal sealed class SchedulerBooks
{
    private readonly Dictionary<string, UnitGroup> _groups = [];

    // Units that were told to be on a machine that is not there, by its id: they are there again when it comes.
    private readonly Dictionary<string, HashSet<string>> _absent = [];
    private readonly Action<ScheduledUnit, int[]> _onMatched;
    private PatternTable _patterns = new(0);

    // Who replaces whom is another question for everybody now.
    private bool _isRewired;

    public SchedulerBooks()
    {
        Replacements = new Replacements(Units);
        Judge = new PlacementJudge(Replacements);
        _onMatched = OnMatched;
    }

    public Dictionary<string, ScheduledUnit> Units { get; } = [];

    public SortedDictionary<string, ScheduledUnit> Globals { get; } = new(StringComparer.Ordinal);

    public MachineSet Machines { get; } = new();

    public Replacements Replacements { get; }

    public PlacementJudge Judge { get; }

    /// <summary>Machines whose units may not all be able to stay.</summary>
    public HashSet<ScheduledMachine> Suspects { get; } = [];

    /// <summary>Machines that may now take a unit which they could not take before.</summary>
    public HashSet<ScheduledMachine> Improved { get; set; } = [];

    /// <summary>Units that are to be somewhere and are nowhere.</summary>
    public HashSet<ScheduledUnit> Unplaced { get; } = [];

    /// <summary>Units that may be elsewhere than <see cref="ScheduledUnit.Known"/>.</summary>
    public HashSet<ScheduledUnit> Touched { get; } = [];

    public void AddMachine(Machine facts)
    {
        ScheduledMachine machine = Machines.Add(facts);
        Improved.Add(machine);
        if (!_absent.Remove(facts.Id, out HashSet<string>? names))
            return;
        foreach (string name in names)
        {
            if (Units.TryGetValue(name, out ScheduledUnit? unit))
                Return(unit, machine);
        }
    }

    public void RemoveMachine(ScheduledMachine machine)
    {
        List<ScheduledUnit> homeless = [.. machine.Residents];
        foreach (ScheduledUnit unit in homeless)
        {
            NoteAbsent(machine.Id, unit);
            Detach(unit, machine);
        }

        while (machine.Leaving.Count > 0)
        {
            NoteAbsent(machine.Id, machine.Leaving[^1]);
            machine.RemoveLeaving(machine.Leaving[^1]);
        }

        Machines.Remove(machine);
        Suspects.Remove(machine);
        Improved.Remove(machine);
        foreach (ScheduledUnit unit in homeless)
        {
            // One that was told to be on several has others.
            for (int i = 0; i < unit.Known.Length && !unit.Rules.IsGlobal && unit.Machines.Count == 0; i++)
            {
                if (Machines.Find(unit.Known[i]) is { } other)
                    Return(unit, other);
            }
        }
    }

    public void ChangeMachine(ScheduledMachine machine, Machine facts)
    {
        bool hasOtherMetadata = !IsSame(machine.Facts.Metadata, facts.Metadata);
        if (!hasOtherMetadata && machine.Facts.MemoryBytes == facts.MemoryBytes
            && machine.Facts.CpuMillis == facts.CpuMillis && machine.Facts.IsCordoned == facts.IsCordoned
            && machine.Facts.IsDraining == facts.IsDraining)
        {
            machine.Facts = facts;
            return;
        }

        if (hasOtherMetadata)
        {
            Regroup(machine, -1);
            Machines.ForgetPools();
        }

        machine.Facts = facts;
        if (hasOtherMetadata)
            Regroup(machine, 1);
        machine.Refresh();
        Suspects.Add(machine);
        Improved.Add(machine);
    }

    public ScheduledUnit AddUnit(UnitToPlace facts)
    {
        int[] conflicts = _patterns.Take(facts.Requirements.Conflicts);
        int[] replaces = facts.Requirements.IsGlobal ? [] : _patterns.Take(facts.Requirements.Replaces);
        ScheduledUnit unit = new(facts, _patterns.NextSerial())
        {
            Conflicts = conflicts,
            Replaces = replaces,
            MatchedBy = _patterns.Matching(facts.Name),
            Group = Join(facts),
        };
        Units.Add(unit.Name, unit);
        if (facts.Requirements.IsGlobal)
            Globals.Add(unit.Name, unit);
        if (facts.IsWanted && !facts.Requirements.IsGlobal)
        {
            Replacements.Add(unit);
            _isRewired |= Replacements.DependOn(unit);
        }

        SetLeaving(unit);
        if (unit.IsUnplaced)
            Unplaced.Add(unit);
        Touched.Add(unit);
        return unit;
    }

    /// <summary>Forgets a unit, and takes it from its machines.</summary>
    public void RemoveUnit(ScheduledUnit unit)
    {
        while (unit.Machines.Count > 0)
            Remove(unit, unit.Machines[^1]);
        ClearLeaving(unit);
        Units.Remove(unit.Name);
        Globals.Remove(unit.Name);
        if (unit.Facts.IsWanted && !unit.Rules.IsGlobal)
        {
            _isRewired |= Replacements.DependOn(unit);
            Replacements.Remove(unit);
        }

        _patterns.GiveBack(unit.Rules.Conflicts);
        if (!unit.Rules.IsGlobal)
            _patterns.GiveBack(unit.Rules.Replaces);
        if (unit.Group is { } group && --group.Users == 0)
            _groups.Remove(group.Name);
        Unplaced.Remove(unit);
        Touched.Remove(unit);
    }

    /// <summary>The unit is the same to scheduling, but for what it avoids, waits for, or still has to leave.</summary>
    public void ChangeFacts(ScheduledUnit unit, UnitToPlace facts)
    {
        ClearLeaving(unit);
        unit.Facts = facts;
        unit.IsTried = false;
        SetLeaving(unit);
        foreach (ScheduledMachine machine in unit.Machines)
            Suspects.Add(machine);
    }

    /// <summary>The store says that it is on these machines.</summary>
    public void SetPlaces(ScheduledUnit unit, IReadOnlyCollection<string> machineIds)
    {
        string[] ids = [.. machineIds];
        Array.Sort(ids, string.CompareOrdinal);
        unit.Known = ids;
        Touched.Add(unit);
        for (int i = unit.Machines.Count - 1; i >= 0; i--)
        {
            if (Array.IndexOf(ids, unit.Machines[i].Id) < 0)
                Remove(unit, unit.Machines[i]);
        }

        foreach (string id in ids)
        {
            if (Machines.Find(id) is { } machine)
                Return(unit, machine);
            else
                NoteAbsent(id, unit);
        }
    }

    public void Attach(ScheduledUnit unit, ScheduledMachine machine)
    {
        machine.Attach(unit);
        Unplaced.Remove(unit);
        Touched.Add(unit);
    }

    /// <summary>Takes a unit from a machine, and with it those that follow it.</summary>
    public void Evict(ScheduledUnit unit, ScheduledMachine machine)
    {
        Detach(unit, machine);
        List<string> gone = [unit.Name];
        for (int i = 0; i < gone.Count; i++)
        {
            for (int at = machine.Residents.Count - 1; at >= 0; at--)
            {
                ScheduledUnit follower = machine.Residents[at];
                if (follower.Rules.IsGlobal || !Follows(follower, gone[i]))
                    continue;
                gone.Add(follower.Name);
                Detach(follower, machine);
            }
        }
    }

    /// <summary>Compares names and patterns that came since the last time.</summary>
    public void Resolve()
    {
        if (_patterns.IsMostlyUnused)
            RenewPatterns();
        _patterns.Resolve(Units, _onMatched);
        if (_isRewired)
            Rewire();
    }

    /// <summary>Forgets of machines that are not there what is decided otherwise by now.</summary>
    public void ForgetAbsent()
    {
        if (_absent.Count == 0)
            return;
        foreach (string id in new List<string>(_absent.Keys))
        {
            HashSet<string> names = _absent[id];
            names.RemoveWhere(name => !Units.TryGetValue(name, out ScheduledUnit? unit)
                || (Array.IndexOf(unit.Known, id) < 0 && !IsLeaving(unit, id)));
            if (names.Count == 0)
                _absent.Remove(id);
        }
    }

    private static bool Follows(ScheduledUnit unit, string name)
    {
        IReadOnlyList<string> peers = unit.Rules.MachineOf;
        for (int i = 0; i < peers.Count; i++)
        {
            if (peers[i] == name)
                return true;
        }

        return false;
    }

    private static bool IsSame(IReadOnlyDictionary<string, string> a, IReadOnlyDictionary<string, string> b)
    {
        if (ReferenceEquals(a, b))
            return true;
        if (a.Count != b.Count)
            return false;
        foreach (string key in a.Keys)
        {
            if (!b.TryGetValue(key, out string? value) || value != a[key])
                return false;
        }

        return true;
    }

    private static void Regroup(ScheduledMachine machine, int delta)
    {
        foreach (ScheduledUnit unit in machine.Residents)
            unit.Group?.Add(machine, delta);
    }

    private void Detach(ScheduledUnit unit, ScheduledMachine machine)
    {
        machine.Detach(unit);
        unit.IsTried = false;
        if (unit.IsUnplaced)
            Unplaced.Add(unit);
        Touched.Add(unit);
        Improved.Add(machine);
    }

    // By what was told: it may be back before anything is decided, so its followers are looked at only then.
    private void Remove(ScheduledUnit unit, ScheduledMachine machine)
    {
        Detach(unit, machine);
        Suspects.Add(machine);
    }

    // Only one place of a unit that is not global counts; the decisions end the others.
    private void Return(ScheduledUnit unit, ScheduledMachine machine)
    {
        if (Array.IndexOf(unit.Known, machine.Id) >= 0 && !unit.Machines.Contains(machine) && unit.Facts.IsWanted)
        {
            bool isFirst = unit.Machines.Count == 0 || string.CompareOrdinal(machine.Id, unit.Machines[0].Id) < 0;
            if (!unit.Rules.IsGlobal && isFirst && unit.Machines.Count > 0)
                Remove(unit, unit.Machines[0]);
            if (unit.Rules.IsGlobal || isFirst)
            {
                Attach(unit, machine);
                Suspects.Add(machine);
                SuspectRivals(unit);
            }
        }

        if (IsLeaving(unit, machine.Id) && !machine.Leaving.Contains(unit))
            machine.AddLeaving(unit);
    }

    private void SuspectRivals(ScheduledUnit unit)
    {
        foreach (ScheduledUnit rival in Replacements.RivalsOf(unit))
        {
            foreach (ScheduledMachine machine in rival.Machines)
                Suspects.Add(machine);
        }
    }

    private static bool IsLeaving(ScheduledUnit unit, string id)
    {
        foreach (string machine in unit.Facts.Leaving)
        {
            if (machine == id)
                return true;
        }

        return false;
    }

    private void SetLeaving(ScheduledUnit unit)
    {
        foreach (string id in unit.Facts.Leaving)
        {
            if (Machines.Find(id) is not { } machine)
                NoteAbsent(id, unit);
            else if (!machine.Leaving.Contains(unit))
                machine.AddLeaving(unit);
        }
    }

    private void ClearLeaving(ScheduledUnit unit)
    {
        foreach (string id in unit.Facts.Leaving)
        {
            if (Machines.Find(id) is not { } machine)
                continue;
            machine.RemoveLeaving(unit);
            Improved.Add(machine);
        }
    }

    private void NoteAbsent(string machineId, ScheduledUnit unit)
    {
        if (!_absent.TryGetValue(machineId, out HashSet<string>? names))
            _absent[machineId] = names = [];
        names.Add(unit.Name);
    }

    private UnitGroup? Join(UnitToPlace unit)
    {
        string name = UnitGroup.NameOf(unit.Name, unit.Requirements);
        if (name.Length == 0)
            return null;
        if (!_groups.TryGetValue(name, out UnitGroup? group))
            _groups[name] = group = new UnitGroup(name, unit.Requirements.Spread);
        group.Users++;
        return group;
    }

    // There are few such units, and few of them come and go.
    private void Rewire()
    {
        _isRewired = false;
        foreach (ScheduledUnit unplaced in Unplaced)
            unplaced.IsTried = false;
        foreach (ScheduledMachine machine in Machines.All)
            Suspects.Add(machine);
    }

    private static void OnMatched(ScheduledUnit unit, int[] patterns)
    {
        unit.MatchedBy = [.. unit.MatchedBy, .. patterns];
        foreach (ScheduledMachine machine in unit.Machines)
            machine.Patterns.AddMatched(patterns, 1);
    }

    private void RenewPatterns()
    {
        _patterns = new PatternTable(_patterns.Serial);
        foreach (ScheduledMachine machine in Machines.All)
            machine.Patterns.Clear();
        foreach (ScheduledUnit unit in Units.Values)
        {
            unit.Conflicts = _patterns.Take(unit.Rules.Conflicts);
            unit.Replaces = unit.Rules.IsGlobal ? [] : _patterns.Take(unit.Rules.Replaces);
        }

        foreach (ScheduledUnit unit in Units.Values)
        {
            unit.MatchedBy = _patterns.Matching(unit.Name);
            foreach (ScheduledMachine machine in unit.Machines)
                machine.Patterns.Add(unit, 1);
        }

        _patterns.ForgetFresh();
    }
}
