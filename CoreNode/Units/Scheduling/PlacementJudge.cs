using CoreNode.Units.Model;

namespace CoreNode.Units.Scheduling;

/// <summary>Says what keeps a unit from a machine, by what is in the books.</summary>
internal sealed class PlacementJudge(Replacements replacements)
{
    /// <summary>What keeps a unit from being placed on a machine.</summary>
    public Obstacle OfPlacing(ScheduledUnit unit, ScheduledMachine machine)
    {
        if (OfRules(unit, machine) is var rules and not Obstacle.None)
            return rules;
        if (!machine.IsOpen)
            return machine.Facts.IsDraining ? Obstacle.Draining : Obstacle.Cordoned;
        return OfOccupants(unit, machine);
    }

    /// <summary>The same for an open machine of the unit's pool; a unit that follows no others.</summary>
    public Obstacle OfOccupants(ScheduledUnit unit, ScheduledMachine machine)
    {
        if (HasConflict(unit, machine, isThere: false))
            return Obstacle.Conflict;
        foreach (ScheduledUnit other in machine.Leaving)
        {
            if (other != unit && IsConflict(unit, other))
                return Obstacle.Conflict;
        }

        if (IsReplacedOn(unit, machine))
            return Obstacle.Replaced;
        if (unit.Facts.Avoided.ContainsKey(machine.Id))
            return Obstacle.Avoided;
        if (unit.Rules.MemoryReserveBytes > 0 && unit.Rules.MemoryReserveBytes > machine.FreeMemory)
            return Obstacle.Memory;
        return unit.Rules.CpuReserveMillis > 0 && unit.Rules.CpuReserveMillis > machine.FreeCpu
            ? Obstacle.Processor
            : Obstacle.None;
    }

    /// <summary>True if a unit must leave its machine whatever else is there, but for those that it follows.</summary>
    public static bool MustLeave(ScheduledUnit unit, ScheduledMachine machine) =>
        (machine.Facts.IsDraining && !unit.Rules.IsGlobal)
        || unit.Facts.Avoided.ContainsKey(machine.Id)
        || OfRules(unit, machine) != Obstacle.None;

    /// <summary>
    /// True if a unit cannot be on its machine together with all others that are there, or with a rival anywhere.
    /// </summary>
    public bool IsInTheWay(ScheduledUnit unit, ScheduledMachine machine) =>
        HasConflict(unit, machine, isThere: true)
        || IsReplacedOn(unit, machine)
        || (replacements.RivalOf(unit) is { } rival && ScheduledUnit.Compare(rival, unit) < 0)
        || (unit.Rules.MemoryReserveBytes > 0 && machine.IsMemoryShort)
        || (unit.Rules.CpuReserveMillis > 0 && machine.IsCpuShort);

    /// <summary>Units of a machine that leave when this one comes.</summary>
    public List<ScheduledUnit>? ReplacedOn(ScheduledUnit unit, ScheduledMachine machine)
    {
        List<ScheduledUnit>? replaced = null;
        foreach (int pattern in unit.Replaces)
        {
            if (machine.Patterns.Matched(pattern) == 0)
                continue;
            foreach (ScheduledUnit other in machine.Residents)
            {
                if (replacements.IsReplaced(unit, other) && replaced?.Contains(other) != true)
                    (replaced ??= []).Add(other);
            }

            break;
        }

        replaced?.Sort(ScheduledUnit.Compare);
        return replaced;
    }

    /// <summary>True if one of the two names the other in Conflicts=.</summary>
    public static bool IsConflict(ScheduledUnit unit, ScheduledUnit other) =>
        Shares(unit.Conflicts, other.MatchedBy) || Shares(other.Conflicts, unit.MatchedBy);

    /// <summary>True if another unit of the machine makes this one leave.</summary>
    public bool IsReplacedBy(ScheduledUnit unit, ScheduledUnit other) => replacements.IsReplaced(other, unit);

    private static Obstacle OfRules(ScheduledUnit unit, ScheduledMachine machine)
    {
        UnitRequirements rules = unit.Rules;
        if (rules.MachineId.Length > 0 && !MachineSet.IsNamed(machine.Id, rules.MachineId))
            return Obstacle.OtherMachine;
        if (!unit.Filter.Matches(machine.Facts))
            return Obstacle.Metadata;
        if (rules.IsGlobal)
            return Obstacle.None;
        foreach (string peer in rules.MachineOf)
        {
            if (!machine.HasResident(peer))
                return Obstacle.Peer;
        }

        return Obstacle.None;
    }

    private static bool HasConflict(ScheduledUnit unit, ScheduledMachine machine, bool isThere)
    {
        PatternCounts there = machine.Patterns;
        foreach (int pattern in unit.Conflicts)
        {
            int own = isThere && Array.IndexOf(unit.MatchedBy, pattern) >= 0 ? 1 : 0;
            if (there.Matched(pattern) > own)
                return true;
        }

        foreach (int pattern in unit.MatchedBy)
        {
            int own = isThere && Array.IndexOf(unit.Conflicts, pattern) >= 0 ? 1 : 0;
            if (there.Conflicting(pattern) > own)
                return true;
        }

        return false;
    }

    private bool IsReplacedOn(ScheduledUnit unit, ScheduledMachine machine)
    {
        foreach (int pattern in unit.MatchedBy)
        {
            if (machine.Patterns.Replacing(pattern) == 0)
                continue;
            foreach (ScheduledUnit other in machine.Residents)
            {
                if (replacements.IsReplaced(other, unit))
                    return true;
            }

            return false;
        }

        return false;
    }

    private static bool Shares(int[] patterns, int[] others)
    {
        foreach (int pattern in patterns)
        {
            if (Array.IndexOf(others, pattern) >= 0)
                return true;
        }

        return false;
    }
}
