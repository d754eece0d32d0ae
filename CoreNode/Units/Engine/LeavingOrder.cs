
namespace CoreNode.Units.Engine;

/// <summary>
/// In which order the units of one drained machine leave it: what needs another one there leaves first. Who only comes
/// after it or wants it (After=, Wants=) is waited for until it was passed over or cannot leave; who cannot run without
/// it (Requires=, BindsTo=, Requisite=) keeps it there. What must be on its machine (MachineOf=) goes with it.
/// </summary>
internal sealed class LeavingOrder
{
    private readonly PlanDraft _draft;
    private readonly Dictionary<string, List<Need>> _needing = new(StringComparer.Ordinal);

    /// <summary>Of all units that have an entry there.</summary>
    public LeavingOrder(PlanDraft draft, List<UnitCase> there)
    {
        _draft = draft;
        HashSet<string> names = new(there.Count, StringComparer.Ordinal);
        foreach (UnitCase unit in there)
            names.Add(unit.Name);
        Dictionary<string, bool> needs = new(StringComparer.Ordinal);
        foreach (UnitCase unit in there)
        {
            needs.Clear();
            if (unit.Job is { } job)
                UnitNeeds.Add(job, needs);
            foreach (string name in needs.Keys)
            {
                if (names.Contains(name) && !UnitNeeds.GoesWith(unit, name))
                    Add(name, new Need(unit.Name, needs[name]));
            }
        }
    }

    /// <summary>True if a unit has to be where one of those is that are still there.</summary>
    public static bool GoesWithAny(UnitCase unit, List<UnitCase> staying)
    {
        if (unit.Job is not { Requirements.MachineOf.Count: > 0 })
            return false;
        foreach (UnitCase other in staying)
        {
            if (UnitNeeds.GoesWith(unit, other.Name))
                return true;
        }

        return false;
    }

    /// <summary>The first one that a unit has to wait for; null: none.</summary>
    public string? WhoNeeds(UnitCase unit)
    {
        if (!_needing.TryGetValue(unit.Name, out List<Need>? needing))
            return null;
        foreach (Need need in needing)
        {
            if (need.IsStrong || (!IsStuck(need.By) && !_draft.IsPassedOver(need.By)))
                return need.By;
        }

        return null;
    }

    /// <summary>One of those that wait for each other only; null: none.</summary>
    public UnitCase? FirstOfCircle(List<UnitCase> staying)
    {
        HashSet<string> waiting = new(StringComparer.Ordinal);
        foreach (UnitCase unit in staying)
        {
            if (!IsStuck(unit.Name) && !GoesWithAny(unit, staying))
                waiting.Add(unit.Name);
        }

        // Who waits for one that is not among them is in no circle, and neither is who waits for that one.
        while (waiting.RemoveWhere(name => !WaitsOnlyFor(name, waiting)) > 0)
        {
        }

        foreach (UnitCase unit in staying)
        {
            if (waiting.Contains(unit.Name))
                return unit;
        }

        return null;
    }

    private bool WaitsOnlyFor(string unit, HashSet<string> waiting)
    {
        if (!_needing.TryGetValue(unit, out List<Need>? needing))
            return true;
        foreach (Need need in needing)
        {
            bool isWaitedFor = need.IsStrong || (!IsStuck(need.By) && !_draft.IsPassedOver(need.By));
            if (isWaitedFor && !waiting.Contains(need.By))
                return false;
        }

        return true;
    }

    private bool IsStuck(string unit) => _draft.Stuck.ContainsKey(unit);

    private void Add(string name, Need need)
    {
        if (!_needing.TryGetValue(name, out List<Need>? needing))
            _needing[name] = needing = [];
        needing.Add(need);
    }

    private sealed record Need(string By, bool IsStrong);
}
