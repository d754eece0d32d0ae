namespace CoreNode.Units.Engine;

/// <summary>How many units stand how: sums over all cases, changed as cases come and go.</summary>
internal sealed class PlanTally
{
    public int Scheduled { get; private set; }

    public int Waiting { get; private set; }

    public int Unplaced { get; private set; }

    public int Unreadable { get; private set; }

    /// <summary>Counts a case as the plan left it.</summary>
    public void Add(UnitCase unit) => Count(unit, 1);

    /// <summary>Takes back what was counted of a case that will be another.</summary>
    public void Remove(UnitCase unit) => Count(unit, -1);

    private void Count(UnitCase unit, int sign)
    {
        Scheduled += sign * unit.Scheduled;
        Waiting += sign * unit.Waiting;
        Unplaced += unit.IsUnplaced ? sign : 0;
        Unreadable += unit.IsUnreadable ? sign : 0;
    }
}
