using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Engine;

/// <summary>
/// One unit as plans see it: what is known of it, and what the steps have found out. It is made anew by each plan that
/// looks at the unit; until then it holds what the last one found.
/// </summary>
internal sealed class UnitCase(string name, Job? job)
{
    private Dictionary<string, string>? _avoided;
    private HashSet<string>? _kept;

    public string Name { get; } = name;

    /// <summary>Null: it was destroyed, but machines still have entries.</summary>
    public Job? Job { get; } = job;

    /// <summary>All entries of machines that are not emptied now, in order of the machines.</summary>
    public List<ScheduleEntry> Entries { get; } = [];

    /// <summary>A machine that is emptied now has an entry: it ends with this plan.</summary>
    public bool EndsOnLostMachine { get; set; }

    /// <summary>It shall be on a machine, and its content is known.</summary>
    public bool IsWanted => Job is { File: not null, Desired: not DesiredState.Inactive, Name.IsTemplate: false };

    /// <summary>Its job is there, but damaged.</summary>
    public bool IsDamaged { get; init; }

    /// <summary>What stands in the registry stays as it is: its content is missing, or its job is damaged.</summary>
    public bool IsUnreadable => IsDamaged || Job is { File: null, Desired: not DesiredState.Inactive };

    public bool IsGlobal => Job is { Requirements.IsGlobal: true };

    public bool IsSingleton => Job is { Requirements.IsSingleton: true };

    /// <summary>
    /// Some entry is that of a singleton, whatever its present content says: until it is gone there is no other.
    /// </summary>
    public bool HasSingletonEntry { get; set; }

    /// <summary>The template that keeps it at its number; empty: none.</summary>
    public string ReplicaOf { get; set; } = "";

    /// <summary>Of a unit that is not global: the claim that counts; null: none.</summary>
    public ScheduleEntry? Claim { get; set; }

    /// <summary>It was to be handed over to another machine, and stays where it is after all.</summary>
    public bool IsTakenBack { get; set; }

    /// <summary>
    /// Its claim on a machine that is drained stays until those that go with it have left that machine.
    /// </summary>
    public bool IsHeldForFollowers { get; set; }

    /// <summary>Its machine is there but has not registered yet: nothing is decided about the unit.</summary>
    public bool IsFixed { get; set; }

    /// <summary>Its claim ends now whether there is another place or not, and why; empty: it does not.</summary>
    public string Ousted { get; set; } = "";

    /// <summary>It is to leave its machine if there is another place, and why; empty: it may stay.</summary>
    public string Leaves { get; set; } = "";

    /// <summary>What people are to be told; null: nothing.</summary>
    public JobNotice? Notice { get; set; }

    /// <summary>Machines that it must not be on, and why.</summary>
    public IReadOnlyDictionary<string, string> Avoided => _avoided ?? Scheduling.UnitToPlace.Nowhere;

    /// <summary>Machines where scheduling wants it, in order.</summary>
    public List<string> Places { get; } = [];

    /// <summary>Why it is on none; empty: it is, or nobody asked.</summary>
    public string Reason { get; set; } = "";

    /// <summary>Its claims that scheduling wants and that stand, or are made now.</summary>
    public int Scheduled { get; set; }

    /// <summary>Its claims that scheduling wants and that wait for another one to end.</summary>
    public int Waiting { get; set; }

    /// <summary>It is to be on a machine, and no machine can take it.</summary>
    public bool IsUnplaced { get; set; }

    /// <summary>
    /// It is looked at by the next plan, too: something of it was written, or waits for time or for others.
    /// </summary>
    public bool IsRestless { get; set; }

    public void Avoid(string machine, string why) =>
        (_avoided ??= new Dictionary<string, string>(StringComparer.Ordinal))[machine] = why;

    public void AvoidNothing() => _avoided = null;

    /// <summary>
    /// Of a unit that is global: that machine is there but has not registered yet, and keeps its entry.
    /// </summary>
    public void Keep(string machine) => (_kept ??= new HashSet<string>(StringComparer.Ordinal)).Add(machine);

    /// <summary>That machine keeps its entry as it is.</summary>
    public bool IsKept(string machine) => _kept is not null && _kept.Contains(machine);

    /// <summary>Scheduling wants it on that machine.</summary>
    public bool HasPlace(string machine) => Places.BinarySearch(machine, StringComparer.Ordinal) >= 0;

    /// <summary>The entry of one machine; null: none.</summary>
    public ScheduleEntry? EntryOf(string machine)
    {
        int low = 0;
        int high = Entries.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = string.CompareOrdinal(Entries[middle].MachineId, machine);
            if (order == 0)
                return Entries[middle];
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return null;
    }
}
