using CoreNode.Foundation;
using CoreNode.Units.Model;
using CoreNode.Units.Scheduling;

namespace CoreNode.Tests.Units.Scheduling;

/// <summary>A small cluster that changes at random, told to the scheduler and to its naive twin.</summary>
internal sealed class RandomScheduling(ulong seed)
{
    private const int MostMachines = 7;

    private readonly Prng _chance = new(seed);
    private readonly List<string> _done = [];

    public Scheduler Scheduler { get; } = new();

    public NaiveScheduler Naive { get; } = new();

    public SortedDictionary<string, Machine> Machines { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, UnitToPlace> Units { get; } = new(StringComparer.Ordinal);

    /// <summary>Where units are as decided last, or as was told later.</summary>
    public Dictionary<string, HashSet<string>> Known { get; } = [];

    /// <summary>What happened, for a failure's text.</summary>
    public string Story => string.Join('\n', _done);

    /// <summary>Changes that are only the world's doing, not decided: units may have to move for them.</summary>
    public void Change()
    {
        int choice = _chance.Next(100);
        if (choice < 12 || Machines.Count == 0)
            AddMachine();
        else if (choice < 18)
            RemoveMachine();
        else if (choice < 30)
            ChangeMachine();
        else if (choice < 65)
            AddUnit();
        else if (choice < 74)
            RemoveUnit();
        else if (choice < 94)
            ChangeUnit();
        else
            SetPlaces();
    }

    public IReadOnlyList<PlacementChange> Decide()
    {
        _done.Add("decide");
        IReadOnlyList<PlacementChange> changes = Scheduler.Decide();
        Naive.Decide(Machines.Values, Units.Values);
        foreach (PlacementChange change in changes)
        {
            if (change.From is not null && !Known[change.Unit].Remove(change.From))
                Assert.Fail($"{change}: it was not there\n{Story}");
            if (change.To is not null && !Known[change.Unit].Add(change.To))
                Assert.Fail($"{change}: it was there\n{Story}");
        }

        return changes;
    }

    private static string Id(int number) => $"{number:x8}00000000000000000000000000000000"[..32];

    private T Any<T>(IReadOnlyCollection<T> all) => all.ElementAt(_chance.Next(all.Count));

    private Dictionary<string, string> Metadata()
    {
        Dictionary<string, string> metadata = [];
        if (_chance.Chance(0.7))
            metadata["disk"] = _chance.Chance(0.5) ? "ssd" : "hdd";
        if (_chance.Chance(0.6))
            metadata["zone"] = Any<string>(["a", "b", "c"]);
        return metadata;
    }

    private void Tell(Machine machine)
    {
        _done.Add($"machine {machine.Id[..8]} {string.Join(',', machine.Metadata)} memory {machine.MemoryBytes} "
            + $"cpu {machine.CpuMillis} cordoned {machine.IsCordoned} draining {machine.IsDraining}");
        Machines[machine.Id] = machine;
        Scheduler.SetMachine(machine);
    }

    private void AddMachine()
    {
        if (Machines.Count == MostMachines)
            return;
        string id = Id(_chance.Next(12));
        if (Machines.ContainsKey(id))
            return;
        Tell(new Machine
        {
            Id = id,
            Metadata = Metadata(),
            MemoryBytes = _chance.Chance(0.5) ? 0 : 100 + _chance.Next(400),
            CpuMillis = _chance.Chance(0.5) ? 0 : 1000 + _chance.Next(2000),
            IsCordoned = _chance.Chance(0.1),
        });
    }

    private void RemoveMachine()
    {
        string id = Any(Machines.Keys);
        _done.Add($"machine {id[..8]} is gone");
        Machines.Remove(id);
        Scheduler.RemoveMachine(id);
    }

    private void ChangeMachine()
    {
        Machine machine = Any(Machines.Values);
        Tell(_chance.Next(4) switch
        {
            0 => machine with { Metadata = Metadata() },
            1 => machine with { IsCordoned = !machine.IsCordoned },
            2 => machine with { IsDraining = !machine.IsDraining },
            _ => machine with { MemoryBytes = 50 + _chance.Next(400), CpuMillis = 500 + _chance.Next(2000) },
        });
    }

    private string Name() => _chance.Chance(0.5)
        ? $"{Any<string>(["a", "b", "web", "db"])}{_chance.Next(4)}.service"
        : $"{Any<string>(["web", "db"])}@{_chance.Next(5)}.service";

    private string Pattern() => _chance.Next(6) switch
    {
        0 => "*.service",
        1 => "web*",
        2 => "db@*.service",
        3 => "[ab]?.service",
        _ => Name(),
    };

    private IReadOnlyList<string> Some(double chance, Func<string> what)
    {
        List<string> some = [];
        while (some.Count < 3 && _chance.Chance(chance))
            some.Add(what());
        return some;
    }

    private UnitRequirements Rules()
    {
        List<MetadataRequirement> metadata = [];
        if (_chance.Chance(0.2))
            metadata.Add(new MetadataRequirement("disk", _chance.Chance(0.3) ? ["ssd", "hdd"] : ["ssd"]));
        if (_chance.Chance(0.15))
            metadata.Add(new MetadataRequirement("zone", [Any<string>(["a", "b", "d"])]));
        bool isGlobal = _chance.Chance(0.12);
        return new UnitRequirements
        {
            IsGlobal = isGlobal,
            MachineId = !isGlobal && _chance.Chance(0.05) ? Id(_chance.Next(12))[..(_chance.Chance(0.5) ? 8 : 32)] : "",
            MachineMetadata = metadata,
            MachineOf = isGlobal ? [] : Some(0.12, Name),
            Conflicts = Some(0.2, Pattern),
            Replaces = isGlobal ? [] : Some(0.08, Pattern),
            MemoryReserveBytes = _chance.Chance(0.4) ? _chance.Next(200) : 0,
            CpuReserveMillis = _chance.Chance(0.4) ? _chance.Next(900) : 0,
            Weight = _chance.Chance(0.2) ? _chance.Next(1, 5) : 1,
            Spread = _chance.Chance(0.2) ? Any<string>(["zone", "disk"]) : "",
            Replicas = _chance.Chance(0.2) ? 3 : 0,
        };
    }

    private void Tell(UnitToPlace unit)
    {
        UnitRequirements r = unit.Requirements;
        _done.Add(
            $"unit {unit.Name} wanted {unit.IsWanted} hold {unit.Hold} avoids {string.Join(',', unit.Avoided.Keys)} "
            + $"leaving {string.Join(',', unit.Leaving)} global {r.IsGlobal} id {r.MachineId} metadata "
            + $"{string.Join(',', r.MachineMetadata.Select(m => m.Key + "=" + string.Join('|', m.Values)))} of "
            + $"{string.Join(',', r.MachineOf)} conflicts {string.Join(',', r.Conflicts)} replaces "
            + $"{string.Join(',', r.Replaces)} memory {r.MemoryReserveBytes} cpu {r.CpuReserveMillis} weight "
            + $"{r.Weight} "
            + $"spread {r.Spread} replicas {r.Replicas}");
        Units[unit.Name] = unit;
        Known.TryAdd(unit.Name, []);
        Scheduler.SetUnit(unit);
    }

    private void AddUnit()
    {
        string name = Name();
        if (!Units.ContainsKey(name))
            Tell(new UnitToPlace { Name = name, Requirements = Rules() });
    }

    private void RemoveUnit()
    {
        if (Units.Count == 0)
            return;
        string name = Any(Units.Keys);
        _done.Add($"unit {name} is gone");
        Units.Remove(name);
        Known.Remove(name);
        Scheduler.RemoveUnit(name);
        Naive.SetPlaces(name, []);
    }

    private void ChangeUnit()
    {
        if (Units.Count == 0)
            return;
        UnitToPlace unit = Any(Units.Values);
        string[] someMachines = [.. Some(0.4, () => Id(_chance.Next(12))).Distinct()];
        Tell(_chance.Next(5) switch
        {
            0 => unit with { Requirements = Rules() },
            1 => unit with { IsWanted = !unit.IsWanted },
            2 => unit with { Hold = unit.Hold.Length > 0 ? "" : "it waits" },
            3 => unit with { Avoided = someMachines.ToDictionary(id => id, _ => "it failed there") },
            _ => unit with { Leaving = someMachines },
        });
    }

    // The store says something else than was decided.
    private void SetPlaces()
    {
        if (Units.Count == 0)
            return;
        string name = Any(Units.Keys);
        string[] places = [.. Some(0.4, () => Id(_chance.Next(12))).Distinct()];
        if (!Units[name].Requirements.IsGlobal)
            places = [.. places.Take(1)];
        _done.Add($"unit {name} is on {string.Join(',', places)}");
        Scheduler.SetPlaces(name, places);
        Naive.SetPlaces(name, places);
        Known[name] = [.. places];
    }
}
