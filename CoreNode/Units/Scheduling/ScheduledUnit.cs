using CoreNode.Units.Model;

namespace CoreNode.Units.Scheduling;

/// <summary>A unit in the scheduler's books.</summary>
internal sealed class ScheduledUnit(UnitToPlace facts, long serial)
{
    private string? _template;

    /// <summary>As it was told last.</summary>
    public UnitToPlace Facts { get; set; } = facts;

    public string Name => Facts.Name;

    /// <summary>Template that it is an instance of; empty: none.</summary>
    public string Template => _template ??= UnitName.Parse(Name) is { IsInstance: true } name ? name.Template : "";

    public UnitRequirements Rules => Facts.Requirements;

    /// <summary>When it became known, among units and patterns.</summary>
    public long Serial { get; } = serial;

    public MachineFilter Filter { get; } = MachineFilter.Of(facts.Requirements.MachineMetadata);

    /// <summary>Those that spread with it; null if it is placed by load alone.</summary>
    public UnitGroup? Group { get; set; }

    /// <summary>Patterns of Conflicts=.</summary>
    public int[] Conflicts { get; set; } = [];

    /// <summary>Patterns of Replaces=.</summary>
    public int[] Replaces { get; set; } = [];

    /// <summary>Patterns of anybody that match its name.</summary>
    public int[] MatchedBy { get; set; } = [];

    /// <summary>Machine ids where it stands after the last decisions, or as was told later; sorted.</summary>
    public string[] Known { get; set; } = [];

    /// <summary>Machines that it is on now; a unit that is not global is on one at most.</summary>
    public List<ScheduledMachine> Machines { get; } = new(1);

    /// <summary>
    /// True if no machine could take it, and since then none got better but those noted as such. Nothing else has to be
    /// tried again.
    /// </summary>
    public bool IsTried { get; set; }

    /// <summary>The last round of placing that came to it, and then to those that it follows.</summary>
    public long Entered { get; set; }

    /// <summary>The last round of placing that has tried it.</summary>
    public long Left { get; set; }

    /// <summary>True if it is to be on a machine and on none, and is not global.</summary>
    public bool IsUnplaced => Facts.IsWanted && !Rules.IsGlobal && Machines.Count == 0;

    /// <summary>By name.</summary>
    public static int Compare(ScheduledUnit a, ScheduledUnit b) => string.CompareOrdinal(a.Name, b.Name);
}
