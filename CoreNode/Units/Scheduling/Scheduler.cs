using CoreNode.Units.Model;

namespace CoreNode.Units.Scheduling;

/// <summary>
/// Places units on machines, and says why one is not placed. It is told what changes and decides on that alone, but
/// what it decides is the same as if it were told everything anew (docs/decisions/0032): what is placed and can stay
/// stays; then what has no place is placed, globals first, then by name, each on the machine with the least load
/// (fleet: the fewest units), the first by id among equals. Pure: no clock, no chance; one caller at a time.
/// </summary>
public sealed class Scheduler
{
    // Each round ends what units that replace others began; circles of those are cut, so a few will do.
    private const int MostRounds = 1000;

    private readonly SchedulerBooks _books = new();
    private readonly PlacementRound _round;
    private readonly PlacementExplainer _explainer;

    /// <summary>Without machines and units.</summary>
    public Scheduler()
    {
        _round = new PlacementRound(_books);
        _explainer = new PlacementExplainer(_books);
    }

    /// <summary>
    /// Names of the units that are to be on a machine and are on none, in order; globals are not among them.
    /// </summary>
    public IReadOnlyList<string> Unplaced
    {
        get
        {
            List<string> names = new(_books.Unplaced.Count);
            foreach (ScheduledUnit unit in _books.Unplaced)
                names.Add(unit.Name);
            names.Sort(string.CompareOrdinal);
            return names;
        }
    }

    /// <summary>
    /// A machine is there, or is another than before. One that is gone but whose units must not be moved yet is told as
    /// cordoned.
    /// </summary>
    public void SetMachine(Machine machine)
    {
        if (_books.Machines.Find(machine.Id) is { } known)
            _books.ChangeMachine(known, machine);
        else
            _books.AddMachine(machine);
    }

    /// <summary>A machine is gone: what was on it is placed elsewhere.</summary>
    public void RemoveMachine(string id)
    {
        if (_books.Machines.Find(id) is { } machine)
            _books.RemoveMachine(machine);
    }

    /// <summary>A unit is known, or another than before. It stays where it is if it can.</summary>
    public void SetUnit(UnitToPlace unit)
    {
        if (!_books.Units.TryGetValue(unit.Name, out ScheduledUnit? known))
        {
            _books.AddUnit(unit);
            return;
        }

        if (ReferenceEquals(known.Facts, unit))
            return;
        if (ReferenceEquals(known.Rules, unit.Requirements) && known.Facts.IsWanted == unit.IsWanted)
        {
            _books.ChangeFacts(known, unit);
            return;
        }

        _books.RemoveUnit(known);
        _books.SetPlaces(_books.AddUnit(unit), known.Known);
    }

    /// <summary>A unit is no longer known; of where it was nothing is decided any more.</summary>
    public void RemoveUnit(string name)
    {
        if (_books.Units.TryGetValue(name, out ScheduledUnit? unit))
            _books.RemoveUnit(unit);
    }

    /// <summary>
    /// The store says that a unit is placed on these machines, there or not: one at most if it is not global. To be
    /// told where that differs from what was decided last.
    /// </summary>
    public void SetPlaces(string name, IReadOnlyCollection<string> machineIds)
    {
        if (_books.Units.TryGetValue(name, out ScheduledUnit? unit))
            _books.SetPlaces(unit, machineIds);
    }

    /// <summary>Ids of the machines that a unit is placed on, in order.</summary>
    public IReadOnlyList<string> PlacesOf(string name) =>
        _books.Units.TryGetValue(name, out ScheduledUnit? unit) ? Ids(unit.Machines) : [];

    /// <summary>
    /// Decides, and takes it as done: what is to change, by unit and machine, since the last time or what was told.
    /// </summary>
    public IReadOnlyList<PlacementChange> Decide()
    {
        _books.Resolve();
        for (int rounds = 0; rounds < MostRounds; rounds++)
        {
            List<ScheduledMachine> suspects = [.. _books.Suspects];
            suspects.Sort(static (a, b) => string.CompareOrdinal(a.Id, b.Id));
            _books.Suspects.Clear();
            foreach (ScheduledMachine machine in suspects)
                StayCheck.Check(_books, machine);
            _round.Run();
            if (_books.Suspects.Count == 0 && _books.Improved.Count == 0)
                break;
        }

        return Changes();
    }

    /// <summary>
    /// Why a unit is not on a machine, or a global one not on all that it is meant for; one line for people, empty if
    /// nothing is wrong. It speaks of how things stand, decided or only told.
    /// </summary>
    public string Explain(string name)
    {
        _books.Resolve();
        return _books.Units.TryGetValue(name, out ScheduledUnit? unit)
            ? _explainer.Explain(unit)
            : $"there is no unit {name}";
    }

    private static string[] Ids(List<ScheduledMachine> machines)
    {
        if (machines.Count == 0)
            return [];
        string[] ids = new string[machines.Count];
        for (int i = 0; i < ids.Length; i++)
            ids[i] = machines[i].Id;
        Array.Sort(ids, string.CompareOrdinal);
        return ids;
    }

    private List<PlacementChange> Changes()
    {
        List<ScheduledUnit> touched = [.. _books.Touched];
        _books.Touched.Clear();
        touched.Sort(ScheduledUnit.Compare);
        List<PlacementChange> changes = [];
        foreach (ScheduledUnit unit in touched)
        {
            string[] now = Ids(unit.Machines);
            Add(changes, unit, unit.Known, now);
            unit.Known = now;
        }

        _books.ForgetAbsent();
        return changes;
    }

    // Both in order. A move of a unit that is not global is one change.
    private static void Add(List<PlacementChange> changes, ScheduledUnit unit, string[] before, string[] now)
    {
        if (!unit.Rules.IsGlobal && before.Length == 1 && now.Length == 1)
        {
            if (before[0] != now[0])
                changes.Add(new PlacementChange(unit.Name, before[0], now[0]));
            return;
        }

        int b = 0;
        int n = 0;
        while (b < before.Length || n < now.Length)
        {
            int order = b == before.Length ? 1
                : n == now.Length ? -1
                : string.CompareOrdinal(before[b], now[n]);
            if (order < 0)
                changes.Add(new PlacementChange(unit.Name, before[b], null));
            else if (order > 0)
                changes.Add(new PlacementChange(unit.Name, null, now[n]));
            b += order <= 0 ? 1 : 0;
            n += order >= 0 ? 1 : 0;
        }
    }
}
