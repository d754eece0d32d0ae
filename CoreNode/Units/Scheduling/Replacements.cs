namespace CoreNode.Units.Scheduling;

/// <summary>
/// Which unit makes which other leave its machine (Replaces=). Who leaves takes its followers along. Where that comes
/// back to the one that began, units would chase each other for ever, so what closes such a circle moves nobody: one
/// that replaces what it follows, and two units that name each other. Of those only one is placed (rivals; fleet's
/// scenario of circular replacing); but instances of one template, whose common text names them all, are no rivals:
/// for them it says nothing, as a Replaces= that goes both ways does under fleet.
/// </summary>
internal sealed class Replacements(Dictionary<string, ScheduledUnit> units)
{
    private static readonly List<ScheduledUnit> s_nobody = [];

    private readonly List<ScheduledUnit> _replacing = [];
    private readonly Dictionary<string, List<ScheduledUnit>> _followers = [];
    private readonly List<ScheduledUnit> _reached = [];

    /// <summary>True if the answer may be another one with or without this unit.</summary>
    public bool DependOn(ScheduledUnit unit) =>
        unit.Replaces.Length > 0 || (_replacing.Count > 0 && unit.Rules.MachineOf.Count > 0);

    /// <summary>A wanted unit that is not global came.</summary>
    public void Add(ScheduledUnit unit)
    {
        if (unit.Replaces.Length > 0)
            _replacing.Add(unit);
        foreach (string peer in unit.Rules.MachineOf)
        {
            if (!_followers.TryGetValue(peer, out List<ScheduledUnit>? followers))
                _followers[peer] = followers = [];
            followers.Add(unit);
        }
    }

    /// <summary>It went, or is not wanted any longer.</summary>
    public void Remove(ScheduledUnit unit)
    {
        if (unit.Replaces.Length > 0)
            _replacing.Remove(unit);
        foreach (string peer in unit.Rules.MachineOf)
        {
            if (_followers.TryGetValue(peer, out List<ScheduledUnit>? followers) && followers.Remove(unit)
                && followers.Count == 0)
                _followers.Remove(peer);
        }
    }

    /// <summary>True if the first one makes the second leave.</summary>
    public bool IsReplaced(ScheduledUnit by, ScheduledUnit unit) =>
        by != unit && !unit.Rules.IsGlobal && Names(by, unit) && !Reaches(unit, by);

    /// <summary>Of the rivals of a unit that are placed the first by name; null: none is.</summary>
    public ScheduledUnit? RivalOf(ScheduledUnit unit)
    {
        ScheduledUnit? first = null;
        foreach (ScheduledUnit rival in RivalsOf(unit))
        {
            if (first is null || ScheduledUnit.Compare(rival, first) < 0)
                first = rival;
        }

        return first;
    }

    /// <summary>The rivals of a unit that are placed, in no order.</summary>
    public List<ScheduledUnit> RivalsOf(ScheduledUnit unit)
    {
        if (unit.Replaces.Length == 0)
            return s_nobody;
        List<ScheduledUnit> rivals = [];
        foreach (ScheduledUnit other in _replacing)
        {
            if (other != unit && other.Machines.Count > 0 && Names(unit, other) && Names(other, unit)
                && !AreSiblings(unit, other))
                rivals.Add(other);
        }

        return rivals;
    }

    private static bool AreSiblings(ScheduledUnit unit, ScheduledUnit other) =>
        unit.Template.Length > 0 && unit.Template == other.Template;

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
        if (from.Replaces.Length == 0 && !_followers.ContainsKey(from.Name))
            return false;
        _reached.Clear();
        _reached.Add(from);
        for (int i = 0; i < _reached.Count; i++)
        {
            ScheduledUnit unit = _reached[i];
            if (_followers.TryGetValue(unit.Name, out List<ScheduledUnit>? followers))
                Reach(followers, null);
            if (unit.Replaces.Length == 0)
                continue;
            Reach(_replacing, unit);

            // Others lead on only by those that follow them.
            foreach (string name in _followers.Keys)
            {
                if (units.TryGetValue(name, out ScheduledUnit? peer) && peer.Facts.IsWanted && peer != unit
                    && Names(unit, peer))
                    Reach([peer], null);
            }
        }

        return _reached.Contains(to);
    }

    private void Reach(List<ScheduledUnit> units, ScheduledUnit? namedBy)
    {
        foreach (ScheduledUnit unit in units)
        {
            if ((namedBy is null || (namedBy != unit && Names(namedBy, unit))) && !_reached.Contains(unit))
                _reached.Add(unit);
        }
    }
}
