using CoreNode.Units.Registry;

namespace CoreNode.Units.Drains;

/// <summary>What is left on a machine that is drained, by one state of the registry. Pure.</summary>
public static class DrainView
{
    /// <summary>
    /// Units that have not left, in order of their names; global ones belong to their machine and stay.
    /// </summary>
    public static List<StayingUnit> LeftOn(RegistryState registry, string machine)
    {
        SortedDictionary<string, StayingUnit> left = new(StringComparer.Ordinal);
        foreach (ScheduleEntry entry in registry.ScheduleOf(machine).Values)
            Add(registry, entry.Unit, entry, left);
        // What is still told of a unit goes last.
        if (registry.StatesByMachine.TryGetValue(machine, out var states))
        {
            foreach (string unit in states.Keys)
                Add(registry, unit, registry.Entry(machine, unit), left);
        }

        return [.. left.Values];
    }

    /// <summary>True if both name the same units with the same reasons.</summary>
    public static bool IsSame(IReadOnlyList<StayingUnit> a, IReadOnlyList<StayingUnit> b)
    {
        if (a.Count != b.Count)
            return false;
        for (int i = 0; i < a.Count; i++)
        {
            if (a[i] != b[i])
                return false;
        }

        return true;
    }

    private static void Add(
        RegistryState registry, string unit, ScheduleEntry? entry, SortedDictionary<string, StayingUnit> left)
    {
        Job? job = registry.Jobs.GetValueOrDefault(unit);
        if (job is { Requirements.IsGlobal: true } || left.ContainsKey(unit))
            return;
        string reason = job?.Notice?.Reason is { Length: > 0 } told ? told : entry switch
        {
            null or { State: ScheduleState.Revoked } => "it is being stopped there",
            { Successor.Length: > 0 } =>
                $"it goes on there until its new copy on machine {entry.Successor} works",
            _ => "it was not told to leave yet",
        };
        left[unit] = new StayingUnit(unit, reason, job?.Notice is { IsStaying: true });
    }
}
