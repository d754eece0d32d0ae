using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Engine;

/// <summary>How the machines stand: which can be given units, which are lost, which of those are emptied.</summary>
internal sealed class MachineSurvey
{
    private readonly Dictionary<string, string> _held;

    private MachineSurvey(StormCap cap, List<string> gone, List<Machine> machines, SortedSet<string> draining, int lost)
    {
        Cap = cap;
        _held = new Dictionary<string, string>(cap.Held, StringComparer.Ordinal);
        Gone = gone;
        Machines = machines;
        Draining = draining;
        Lost = lost;
        Ending = new HashSet<string>(cap.Emptied, StringComparer.Ordinal);
        Ending.UnionWith(gone);
        Known = new HashSet<string>(StringComparer.Ordinal);
        foreach (Machine machine in machines)
            Known.Add(machine.Id);
    }

    /// <summary>Which lost machines are emptied.</summary>
    public StormCap Cap { get; }

    /// <summary>Machines that have left the cluster but have left something behind, in order.</summary>
    public IReadOnlyList<string> Gone { get; }

    /// <summary>Lost machines whose units end now: those that are emptied, and those that are gone.</summary>
    public HashSet<string> Ending { get; }

    /// <summary>
    /// The machines that scheduling is told of, in order. Lost ones that keep their units for now are cordoned there.
    /// So are drained ones: which units leave them, and when, is decided here.
    /// </summary>
    public IReadOnlyList<Machine> Machines { get; }

    /// <summary>Ids of <see cref="Machines"/>.</summary>
    public HashSet<string> Known { get; }

    /// <summary>Machines that are there and are to be drained, in order.</summary>
    public SortedSet<string> Draining { get; }

    /// <summary>How many machines are lost and have not left the cluster.</summary>
    public int Lost { get; }

    /// <summary>No machine is lost or was emptied of late: so it stands until machines themselves change.</summary>
    public bool IsCalm => Lost == 0 && Gone.Count == 0 && Cap.Remembered.Count == 0;

    /// <summary>Surveys the machines.</summary>
    /// <param name="facts">How things stand.</param>
    /// <param name="machines">All machines that stand anywhere in the registry.</param>
    /// <param name="memory">What was emptied of late.</param>
    /// <param name="options">Bounds.</param>
    public static MachineSurvey Of(
        EngineFacts facts, SortedSet<string> machines, EngineMemory memory, EngineOptions options)
    {
        HashSet<string> registered = new(StringComparer.Ordinal);
        HashSet<string> asked = new(StringComparer.Ordinal);
        List<string> lost = [];
        foreach (RegisteredMachine machine in facts.Registry.Machines.Values)
        {
            if (machine.Cordon is { IsDraining: true })
                asked.Add(machine.Id);
            if (machine.Object is null)
                continue;
            registered.Add(machine.Id);
            if (facts.Lost.Contains(machine.Id))
                lost.Add(machine.Id);
        }

        List<string> gone = AddUnregistered(facts, machines, registered, lost);
        StormCap cap = StormCap.Decide(registered, lost, asked, memory.Emptied, facts.Now, options.StormWindow);
        return Sort(facts, cap, gone, lost.Count);
    }

    // Whoever leaves removes what it said of its units first. If that still stands the machine is lost and only its
    // registration is over: with an existing etcd as the store that has a lifetime of its own. Returns those that left.
    private static List<string> AddUnregistered(
        EngineFacts facts, SortedSet<string> machines, HashSet<string> registered, List<string> lost)
    {
        List<string> gone = [];
        List<string> expired = [];
        foreach (string id in facts.Lost)
        {
            if (!registered.Contains(id) && machines.Contains(id))
                (facts.Registry.StatesByMachine.ContainsKey(id) ? expired : gone).Add(id);
        }

        registered.UnionWith(expired);
        lost.AddRange(expired);
        lost.Sort(string.CompareOrdinal);
        gone.Sort(string.CompareOrdinal);
        return gone;
    }

    /// <summary>Why a lost machine keeps its units; null if it is not lost, or does not keep them.</summary>
    public string? WhyHeld(string machine) => _held.GetValueOrDefault(machine);

    /// <summary>Machines that stood otherwise in another survey, so far as it matters to what they have.</summary>
    public SortedSet<string> Differences(MachineSurvey other)
    {
        SortedSet<string> different = new(StringComparer.Ordinal);
        AddMissing(different, Known, other.Known);
        AddMissing(different, other.Known, Known);
        AddMissing(different, Ending, other.Ending);
        AddMissing(different, other.Ending, Ending);
        AddMissing(different, Draining, other.Draining);
        AddMissing(different, other.Draining, Draining);
        foreach (string id in _held.Keys)
        {
            if (other.WhyHeld(id) != WhyHeld(id))
                different.Add(id);
        }

        AddMissing(different, other._held.Keys, _held.Keys);
        return different;
    }

    private static void AddMissing(SortedSet<string> missing, IReadOnlyCollection<string> of, ICollection<string> from)
    {
        foreach (string id in of)
        {
            if (!from.Contains(id))
                missing.Add(id);
        }
    }

    private static MachineSurvey Sort(EngineFacts facts, StormCap cap, List<string> gone, int lost)
    {
        List<Machine> machines = [];
        SortedSet<string> draining = new(StringComparer.Ordinal);
        HashSet<string> emptied = new(cap.Emptied, StringComparer.Ordinal);
        foreach (RegisteredMachine registered in facts.Registry.Machines.Values)
        {
            if (registered.Machine is not { } machine || emptied.Contains(machine.Id))
                continue;
            if (cap.Held.ContainsKey(machine.Id))
            {
                machines.Add(machine with { IsCordoned = true, IsDraining = false });
            }
            else if (machine.IsDraining)
            {
                draining.Add(machine.Id);
                machines.Add(machine with { IsCordoned = true, IsDraining = false });
            }
            else
            {
                machines.Add(machine);
            }
        }

        return new MachineSurvey(cap, gone, machines, draining, lost);
    }
}
