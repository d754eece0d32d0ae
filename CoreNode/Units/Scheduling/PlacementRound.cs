using CoreNode.Units.Model;

namespace CoreNode.Units.Scheduling;

/// <summary>
/// Goes once through what has no place and places what can be placed: globals first, for only one machine will do, then
/// the others by name, those that others follow before them.
/// </summary>
internal sealed class PlacementRound(SchedulerBooks books)
{
    private readonly PoolWalk _walk = new();
    private readonly List<ScheduledUnit> _pending = [];
    private List<ScheduledMachine> _improved = [];
    private long _round;

    /// <summary>One round.</summary>
    public void Run()
    {
        _round++;
        _improved = [.. books.Improved];
        _improved.Sort(static (a, b) => string.CompareOrdinal(a.Id, b.Id));
        books.Improved = [];
        foreach (ScheduledUnit unit in books.Globals.Values)
            PlaceGlobal(unit);
        List<ScheduledUnit> units = [.. books.Unplaced];
        units.Sort(ScheduledUnit.Compare);
        foreach (ScheduledUnit unit in units)
            Visit(unit);
    }

    private void PlaceGlobal(ScheduledUnit unit)
    {
        if (!unit.Facts.IsWanted || unit.Facts.Hold.Length > 0)
            return;
        IReadOnlyList<ScheduledMachine> machines = unit.IsTried ? _improved : books.Machines.All;
        unit.IsTried = true;
        foreach (ScheduledMachine machine in machines)
        {
            if (!unit.Machines.Contains(machine) && books.Judge.OfPlacing(unit, machine) == Obstacle.None)
                books.Attach(unit, machine);
        }
    }

    // Those that a unit follows come before it, however long the chain is; a circle ends where it was entered.
    private void Visit(ScheduledUnit first)
    {
        _pending.Add(first);
        while (_pending.Count > 0)
        {
            ScheduledUnit unit = _pending[^1];
            if (unit.Entered != _round)
            {
                unit.Entered = _round;
                PushPeers(unit);
                continue;
            }

            _pending.RemoveAt(_pending.Count - 1);
            if (unit.Left == _round)
                continue;
            unit.Left = _round;
            if (unit.IsUnplaced)
                Place(unit);
        }
    }

    private void PushPeers(ScheduledUnit unit)
    {
        for (int i = unit.Rules.MachineOf.Count - 1; i >= 0; i--)
        {
            if (books.Units.TryGetValue(unit.Rules.MachineOf[i], out ScheduledUnit? peer) && peer.IsUnplaced
                && peer.Entered != _round)
                _pending.Add(peer);
        }
    }

    private void Place(ScheduledUnit unit)
    {
        if (unit.Facts.Hold.Length > 0 || Choose(unit) is not { } machine)
            return;
        List<ScheduledUnit>? replaced = books.Judge.ReplacedOn(unit, machine);
        books.Attach(unit, machine);
        if (replaced is null)
            return;
        foreach (ScheduledUnit other in replaced)
        {
            if (other.Machines.Contains(machine))
                books.Evict(other, machine);
        }
    }

    private ScheduledMachine? Choose(ScheduledUnit unit)
    {
        UnitRequirements rules = unit.Rules;
        if (rules.MachineOf.Count > 0)
        {
            return books.Units.TryGetValue(rules.MachineOf[0], out ScheduledUnit? peer)
                ? BestOf(unit, peer.Machines)
                : null;
        }

        if (rules.MachineId.Length > 0)
            return BestOf(unit, books.Machines.Named(rules.MachineId));
        ScheduledMachine? best = unit.IsTried
            ? BestOf(unit, _improved)
            : BestOf(unit, books.Machines.PoolOf(unit.Filter));
        unit.IsTried = best is null;
        return best;
    }

    private ScheduledMachine? BestOf(ScheduledUnit unit, List<ScheduledMachine> machines)
    {
        ScheduledMachine? best = null;
        foreach (ScheduledMachine machine in machines)
        {
            if (books.Judge.OfPlacing(unit, machine) == Obstacle.None
                && (best is null || Compare(unit.Group, machine, best) < 0))
                best = machine;
        }

        return best;
    }

    // In the walk's order the first of the least that the group has anywhere is the best: nothing behind is better.
    private ScheduledMachine? BestOf(ScheduledUnit unit, MachinePool pool)
    {
        UnitGroup? group = unit.Group;
        int leastOnValue = group?.LeastOnValue(pool) ?? 0;
        int leastOnMachine = group?.LeastOnMachine(pool) ?? 0;
        ScheduledMachine? best = null;
        _walk.Start(pool, unit.Rules);
        while (_walk.Next() is { } machine)
        {
            if (books.Judge.OfOccupants(unit, machine) != Obstacle.None)
                continue;
            if (group is null)
                return machine;
            if (best is null || Compare(group, machine, best) < 0)
                best = machine;
            if (group.OnValueOf(best) <= leastOnValue && group.OnMachine(best) <= leastOnMachine)
                break;
        }

        return best;
    }

    private static int Compare(UnitGroup? group, ScheduledMachine a, ScheduledMachine b)
    {
        int order = group is null ? 0 : group.OnValueOf(a).CompareTo(group.OnValueOf(b));
        if (order == 0 && group is not null)
            order = group.OnMachine(a).CompareTo(group.OnMachine(b));
        if (order == 0)
            order = a.Load.CompareTo(b.Load);
        return order != 0 ? order : string.CompareOrdinal(a.Id, b.Id);
    }
}
