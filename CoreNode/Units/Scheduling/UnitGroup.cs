using CoreNode.Units.Model;

namespace CoreNode.Units.Scheduling;

/// <summary>Units that are spread over machines, or over the values of a key of the machines' metadata.</summary>
internal sealed class UnitGroup(string name, string spread)
{
    private readonly Dictionary<ScheduledMachine, int> _onMachine = [];
    private readonly Dictionary<string, int> _onValue = [];

    public string Name { get; } = name;

    /// <summary>The key; empty: over machines alone.</summary>
    public string Spread { get; } = spread;

    /// <summary>How many units name it.</summary>
    public int Users { get; set; }

    /// <summary>
    /// Name of the group that a unit is in: the replicas of one template, or the units of one template that are spread
    /// over the same key, or all units without a template that are. Empty: none, it is placed by load alone.
    /// </summary>
    public static string NameOf(string unit, UnitRequirements rules)
    {
        if (rules.Spread.Length == 0 && rules.Replicas == 0)
            return "";
        string template = UnitName.Parse(unit)?.Template ?? "";
        return rules.Spread.Length == 0 && template.Length == 0 ? "" : template + "\0" + rules.Spread;
    }

    public int OnMachine(ScheduledMachine machine) => _onMachine.GetValueOrDefault(machine);

    public int OnValueOf(ScheduledMachine machine) =>
        Spread.Length == 0 ? 0 : _onValue.GetValueOrDefault(ValueOf(machine.Facts));

    public void Add(ScheduledMachine machine, int delta)
    {
        Add(_onMachine, machine, delta);
        if (Spread.Length > 0)
            Add(_onValue, ValueOf(machine.Facts), delta);
    }

    /// <summary>No machine of the pool has fewer of the group; it may be that all have more.</summary>
    public int LeastOnMachine(MachinePool pool)
    {
        if (_onMachine.Count < pool.Count)
            return 0;
        int least = int.MaxValue;
        foreach (int count in _onMachine.Values)
            least = Math.Min(least, count);
        return least;
    }

    /// <summary>No value that a machine of the pool has has fewer of the group.</summary>
    public int LeastOnValue(MachinePool pool)
    {
        if (Spread.Length == 0)
            return 0;
        int least = int.MaxValue;
        foreach (string value in pool.ValuesOf(Spread))
            least = Math.Min(least, _onValue.GetValueOrDefault(value));
        return least;
    }

    /// <summary>Machines without the key have the empty value.</summary>
    public string ValueOf(Machine machine) => machine.Metadata.TryGetValue(Spread, out string? value) ? value : "";

    private static void Add<T>(Dictionary<T, int> counts, T key, int delta)
        where T : class
    {
        int count = counts.GetValueOrDefault(key) + delta;
        if (count == 0)
            counts.Remove(key);
        else
            counts[key] = count;
    }
}
