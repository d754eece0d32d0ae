using CoreNode.Units.Model;
using CoreNode.Units.Scheduling;

namespace CoreNode.Tests.Units.Scheduling;

/// <summary>
/// The rules of placing as they are written in docs/decisions/0032, without any thought of speed: every question is
/// answered by looking at everything. Keeps only where units are; all else is handed in for each decision.
/// </summary>
internal sealed class NaiveScheduler
{
    private readonly SortedDictionary<string, SortedSet<string>> _places = new(StringComparer.Ordinal);
    private Dictionary<string, Machine> _machines = [];
    private SortedDictionary<string, UnitToPlace> _units = new(StringComparer.Ordinal);

    public IEnumerable<string> PlacesOf(string unit) => _places.TryGetValue(unit, out SortedSet<string>? on) ? on : [];

    public void SetPlaces(string unit, IEnumerable<string> machines) =>
        _places[unit] = new SortedSet<string>(machines, StringComparer.Ordinal);

    public void Decide(IEnumerable<Machine> machines, IEnumerable<UnitToPlace> units)
    {
        _machines = machines.ToDictionary(m => m.Id);
        _units = new SortedDictionary<string, UnitToPlace>(units.ToDictionary(u => u.Name), StringComparer.Ordinal);
        foreach (string gone in _places.Keys.Where(u => !_units.ContainsKey(u)).ToArray())
            _places.Remove(gone);
        foreach (UnitToPlace unit in _units.Values)
        {
            if (!_places.TryGetValue(unit.Name, out SortedSet<string>? on))
                _places[unit.Name] = on = new SortedSet<string>(StringComparer.Ordinal);
            on.RemoveWhere(m => !unit.IsWanted || !_machines.ContainsKey(m));
            while (!unit.Requirements.IsGlobal && on.Count > 1)
                on.Remove(on.Max!);
        }

        string before;
        int rounds = 0;
        do
        {
            Assert.That(++rounds, Is.LessThan(200), "decisions come to an end");
            before = Print();
            foreach (Machine machine in _machines.Values.OrderBy(m => m.Id, StringComparer.Ordinal))
                Check(machine);
            PlaceAll();
        }
        while (Print() != before);
    }

    /// <summary>What keeps a wanted unit from a machine; null if nothing does.</summary>
    public string? Obstacle(UnitToPlace unit, Machine machine)
    {
        UnitRequirements rules = unit.Requirements;
        if (MustNotBeOn(unit, machine) is { } rule)
            return rule;
        if (machine.IsCordoned || machine.IsDraining)
            return "closed";
        UnitToPlace[] there = [.. On(machine).Where(u => u.Name != unit.Name)];
        UnitToPlace[] leaving = [.. _units.Values.Where(u => u.Leaving.Contains(machine.Id))];
        if (there.Concat(leaving.Where(u => u.Name != unit.Name)).Any(u => IsConflict(u, unit)))
            return "conflict";
        if (there.Any(u => Replaces(u, unit)))
            return "replaced";
        if (unit.Avoided.ContainsKey(machine.Id))
            return "avoided";
        long memory = there.Concat(leaving).Sum(u => u.Requirements.MemoryReserveBytes);
        if (machine.MemoryBytes > 0 && rules.MemoryReserveBytes > 0
            && memory + rules.MemoryReserveBytes > machine.MemoryBytes)
            return "memory";
        long cpu = there.Concat(leaving).Sum(u => u.Requirements.CpuReserveMillis);
        return machine.CpuMillis > 0 && rules.CpuReserveMillis > 0 && cpu + rules.CpuReserveMillis > machine.CpuMillis
            ? "cpu"
            : null;
    }

    private static bool IsConflict(UnitToPlace a, UnitToPlace b) =>
        a.Requirements.Conflicts.Any(p => UnitGlob.IsMatch(p, b.Name))
        || b.Requirements.Conflicts.Any(p => UnitGlob.IsMatch(p, a.Name));

    private static string? MustNotBeOnByRules(UnitRequirements rules, Machine machine)
    {
        if (rules.MachineId.Length > 0 && rules.MachineId != machine.Id
            && !(rules.MachineId.Length == 8 && machine.Id.StartsWith(rules.MachineId, StringComparison.Ordinal)))
            return "machine";
        return rules.MachineMetadata.All(m => m.IsMetBy(machine.Metadata)) ? null : "metadata";
    }

    private string? MustNotBeOn(UnitToPlace unit, Machine machine)
    {
        if (MustNotBeOnByRules(unit.Requirements, machine) is { } rule)
            return rule;
        bool hasAllPeers = unit.Requirements.IsGlobal
            || unit.Requirements.MachineOf.All(p => PlacesOf(p).Contains(machine.Id));
        return hasAllPeers ? null : "peer";
    }

    private UnitToPlace[] On(Machine machine) => [.. _units.Values.Where(u => PlacesOf(u.Name).Contains(machine.Id))];

    private bool Names(UnitToPlace by, UnitToPlace unit) =>
        !by.Requirements.IsGlobal && by.Name != unit.Name
        && by.Requirements.Replaces.Any(p => UnitGlob.IsMatch(p, unit.Name));

    private static bool Follows(UnitToPlace unit, string name) =>
        !unit.Requirements.IsGlobal && unit.Requirements.MachineOf.Contains(name);

    private bool Replaces(UnitToPlace by, UnitToPlace unit)
    {
        if (!Names(by, unit) || unit.Requirements.IsGlobal)
            return false;
        HashSet<string> reached = [unit.Name];
        int before;
        do
        {
            before = reached.Count;
            foreach (string name in reached.ToArray())
            {
                reached.UnionWith(_units.Values
                    .Where(u => u.IsWanted && (Names(_units[name], u) || Follows(u, name))).Select(u => u.Name));
            }
        }
        while (reached.Count > before);
        return !reached.Contains(by.Name);
    }

    // Placed units that this one replaces and that replace it; instances of one template do not count.
    private IEnumerable<UnitToPlace> Rivals(UnitToPlace unit) => _units.Values.Where(u =>
        _places[u.Name].Count > 0 && Names(u, unit) && Names(unit, u)
        && (TemplateOf(u).Length == 0 || TemplateOf(u) != TemplateOf(unit)));

    private static string TemplateOf(UnitToPlace unit) =>
        UnitName.Parse(unit.Name) is { IsInstance: true } name ? name.Template : "";

    private void Evict(UnitToPlace unit, Machine machine)
    {
        if (!_places[unit.Name].Remove(machine.Id))
            return;
        foreach (UnitToPlace follower in On(machine))
        {
            if (!follower.Requirements.IsGlobal && follower.Requirements.MachineOf.Contains(unit.Name))
                Evict(follower, machine);
        }
    }

    private void Check(Machine machine)
    {
        foreach (UnitToPlace unit in On(machine))
        {
            if ((machine.IsDraining && !unit.Requirements.IsGlobal) || unit.Avoided.ContainsKey(machine.Id)
                || MustNotBeOn(unit, machine) is not null)
                Evict(unit, machine);
        }

        UnitToPlace[] order =
            [.. On(machine).Reverse().OrderBy(u => u.Requirements.IsGlobal)];
        foreach (UnitToPlace unit in order)
        {
            UnitToPlace[] there = On(machine);
            if (!there.Contains(unit))
                continue;
            bool isShort = (machine.MemoryBytes > 0 && unit.Requirements.MemoryReserveBytes > 0
                    && there.Sum(u => u.Requirements.MemoryReserveBytes) > machine.MemoryBytes)
                || (machine.CpuMillis > 0 && unit.Requirements.CpuReserveMillis > 0
                    && there.Sum(u => u.Requirements.CpuReserveMillis) > machine.CpuMillis);
            if (isShort || there.Any(u => u.Name != unit.Name && (IsConflict(u, unit) || Replaces(u, unit)))
                || Rivals(unit).Any(u => string.CompareOrdinal(u.Name, unit.Name) < 0))
                Evict(unit, machine);
        }
    }

    private void PlaceAll()
    {
        foreach (UnitToPlace unit in _units.Values.Where(u => u.IsWanted && u.Requirements.IsGlobal && u.Hold == ""))
        {
            foreach (Machine machine in _machines.Values.OrderBy(m => m.Id, StringComparer.Ordinal))
            {
                if (!PlacesOf(unit.Name).Contains(machine.Id) && Obstacle(unit, machine) is null)
                    _places[unit.Name].Add(machine.Id);
            }
        }

        HashSet<string> entered = [];
        foreach (UnitToPlace unit in _units.Values.Where(IsUnplaced).ToArray())
            Visit(unit, entered);
    }

    private bool IsUnplaced(UnitToPlace unit) =>
        unit.IsWanted && !unit.Requirements.IsGlobal && _places[unit.Name].Count == 0;

    private void Visit(UnitToPlace unit, HashSet<string> entered)
    {
        if (!entered.Add(unit.Name))
            return;
        UnitToPlace[] peers = [.. unit.Requirements.MachineOf
            .Where(p => _units.ContainsKey(p)).Select(p => _units[p]).Where(IsUnplaced)];
        foreach (UnitToPlace peer in peers)
            Visit(peer, entered);
        if (!IsUnplaced(unit) || unit.Hold.Length > 0 || Rivals(unit).Any())
            return;
        Machine[] able = [.. _machines.Values.Where(m => Obstacle(unit, m) is null)];
        if (able.Length == 0)
            return;
        Machine best = able.OrderBy(m => OnValue(unit, m)).ThenBy(m => OnMachine(unit, m)).ThenBy(Load)
            .ThenBy(m => m.Id, StringComparer.Ordinal).First();
        UnitToPlace[] replaced = [.. On(best).Where(u => Replaces(unit, u))];
        _places[unit.Name].Add(best.Id);
        foreach (UnitToPlace other in replaced)
            Evict(other, best);
    }

    private long Load(Machine machine) => On(machine).Sum(u => (long)u.Requirements.Weight);

    private static string Group(UnitToPlace unit)
    {
        string template = UnitName.Parse(unit.Name)!.Template;
        return unit.Requirements.Spread.Length > 0 ? $"{template} over {unit.Requirements.Spread}"
            : unit.Requirements.Replicas > 0 && template.Length > 0 ? template
            : "";
    }

    private IEnumerable<UnitToPlace> GroupOn(UnitToPlace unit, Machine machine) =>
        Group(unit).Length == 0 ? [] : On(machine).Where(u => Group(u) == Group(unit));

    private int OnMachine(UnitToPlace unit, Machine machine) => GroupOn(unit, machine).Count();

    private int OnValue(UnitToPlace unit, Machine machine)
    {
        string key = unit.Requirements.Spread;
        return key.Length == 0
            ? 0
            : _machines.Values.Where(
                m => m.Metadata.GetValueOrDefault(key, "") == machine.Metadata.GetValueOrDefault(key, ""))
                .Sum(m => OnMachine(unit, m));
    }

    private string Print() => string.Join('\n', _places.Select(p => $"{p.Key} {string.Join(' ', p.Value)}"));
}
