using System.Globalization;
using CoreNode.Foundation;
using CoreNode.Units.Model;
using CoreNode.Units.Scheduling;

namespace CoreNode.Tests.Units.Scheduling;

/// <summary>
/// Many units for many machines: a fifth of the units with globs of conflicts, a fifth with metadata, a tenth follow
/// another, all with reserves. Machines have metadata of four zones, two kinds of disk and a name of their own.
/// </summary>
internal sealed class LargeCluster
{
    private const int MemoryOfMachine = 16 << 20;

    public LargeCluster(int machines, int units, ulong seed)
    {
        Prng chance = new(seed);
        for (int i = 0; i < machines; i++)
        {
            Machines.Add(new Machine
            {
                Id = Id(i),
                Metadata = new Dictionary<string, string>
                {
                    ["zone"] = "z" + chance.Next(4).ToString(CultureInfo.InvariantCulture),
                    ["disk"] = chance.Chance(0.3) ? "ssd" : "hdd",
                    ["host"] = string.Create(CultureInfo.InvariantCulture, $"h{i}"),
                },
                MemoryBytes = MemoryOfMachine,
                CpuMillis = 16_000,
            });
        }

        for (int i = 0; i < units; i++)
            Units.Add(new UnitToPlace { Name = Name(i), Requirements = Rules(i, chance) });
    }

    public List<Machine> Machines { get; } = [];

    public List<UnitToPlace> Units { get; } = [];

    public static string Id(int machine) =>
        string.Create(CultureInfo.InvariantCulture, $"{unchecked((uint)machine * 2654435761u):x8}{machine:x24}");

    /// <summary>Tells all of it.</summary>
    public void Tell(Scheduler scheduler)
    {
        foreach (Machine machine in Machines)
            scheduler.SetMachine(machine);
        foreach (UnitToPlace unit in Units)
            scheduler.SetUnit(unit);
    }

    // Groups of 100 conflict by their pattern; in each 50 follow others.
    private static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"app{i / 100}@{i % 100}.service");

    private static UnitRequirements Rules(int i, Prng chance)
    {
        int kind = i % 10;
        List<MetadataRequirement> metadata = [];
        if (kind is 2 or 3)
            metadata.Add(chance.Chance(0.5) ? new("disk", ["ssd"]) : new("zone", ["z0", "z1"]));
        return new UnitRequirements
        {
            Conflicts = kind is 0 or 1
                ? [string.Create(CultureInfo.InvariantCulture, $"app{i / 100}@*[{kind}].service")]
                : [],
            MachineMetadata = metadata,
            MachineOf = kind == 4 ? [Name(i + 1)] : [],
            MemoryReserveBytes = (256 + chance.Next(768)) << 10,
            CpuReserveMillis = 100 + chance.Next(900),
        };
    }
}
