namespace CoreNode.Units.Scheduling;

/// <summary>
/// Which unit makes which other leave its machine (Replaces=). Units that replace each other, also in a circle of
/// several, would chase each other for ever: what closes a circle is ignored.
/// </summary>
internal sealed class Replacements
{
    private readonly List<ScheduledUnit> _replacing = [];
    private readonly List<ScheduledUnit> _reached = [];

    /// <summary>A wanted unit with Replaces= came.</summary>
    public void Add(ScheduledUnit unit) => _replacing.Add(unit);

    /// <summary>It went, or is not wanted any longer.</summary>
    public void Remove(ScheduledUnit unit) => _replacing.Remove(unit);

    /// <summary>True if the first one makes the second leave.</summary>
    public bool IsReplaced(ScheduledUnit by, ScheduledUnit unit) =>
        by != unit && !unit.Rules.IsGlobal && Names(by, unit) && !Reaches(unit, by);

    private static bool Names(ScheduledUnit by, ScheduledUnit unit)
    {
        foreach (int pattern in by.Replaces)
        {
            if (Array.IndexOf(unit.MatchedBy, pattern) >= 0)
                return true;
        }

        return false;
    }

    private bool Reaches(ScheduledUnit from, ScheduledUnit to)
    {
        if (from.Replaces.Length == 0)
            return false;
        _reached.Clear();
        _reached.Add(from);
        for (int i = 0; i < _reached.Count; i++)
        {
            ScheduledUnit unit = _reached[i];
            if (Names(unit, to))
                return true;
            foreach (ScheduledUnit next in _replacing)
            {
                if (Names(unit, next) && !_reached.Contains(next))
                    _reached.Add(next);
            }
        }

        return false;
    }
}
