namespace CoreNode.Units.Scheduling;

/// <summary>Takes from a machine what cannot stay there.</summary>
internal static class StayCheck
{
    /// <summary>
    /// First goes what must not be there whatever else is, with those that follow it. Of units that are in each other's
    /// way, those that are not global go first, for they can go elsewhere, and among these the last by name.
    /// </summary>
    public static void Check(SchedulerBooks books, ScheduledMachine machine)
    {
        List<ScheduledUnit> units = [.. machine.Residents];
        foreach (ScheduledUnit unit in units)
        {
            if (unit.Machines.Contains(machine) && PlacementJudge.MustLeave(unit, machine))
                books.Evict(unit, machine);
        }

        units = [.. machine.Residents];
        units.Sort(Compare);
        foreach (ScheduledUnit unit in units)
        {
            if (unit.Machines.Contains(machine) && books.Judge.IsInTheWay(unit, machine))
                books.Evict(unit, machine);
        }
    }

    private static int Compare(ScheduledUnit a, ScheduledUnit b) =>
        a.Rules.IsGlobal != b.Rules.IsGlobal
            ? a.Rules.IsGlobal.CompareTo(b.Rules.IsGlobal)
            : ScheduledUnit.Compare(b, a);
}
