using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Engine;

/// <summary>How the machines stand: which can be given units, which are lost, which of those are emptied.</summary>
internal sealed class MachineSurvey
{
    private readonly Dictionary<string, string> _held;

    private MachineSurvey(StormCap cap, List<string> gone, List<Machine> machines, HashSet<string> draining, int lost)
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

    /// <summary>Lost machines that are not registered any longer but have left something behind, in order.</summary>
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

    /// <summary>Machines that are there and are to be drained.</summary>
    public IReadOnlySet<string> Draining { get; }

    /// <summary>How many registered machines are lost.</summary>
    public int Lost { get; }

    public static MachineSurvey Of(EngineFacts facts, EngineMemory memory, EngineOptions options)
    {
        HashSet<string> registered = new(StringComparer.Ordinal);
        HashSet<string> asked = new(StringComparer.Ordinal);
        List<string> lost = [];
        foreach (RegisteredMachine machine in facts.Registry.Machines.Values)
        {
            if (machine.Object is null)
                continue;
            registered.Add(machine.Id);
            if (machine.Cordon is { IsDraining: true })
                asked.Add(machine.Id);
            if (facts.Lost.Contains(machine.Id))
                lost.Add(machine.Id);
        }

        StormCap cap = StormCap.Decide(registered, lost, asked, memory.Emptied, facts.Now, options.StormWindow);
        List<string> gone = [];
        foreach (string id in EnginePlanner.MachinesOf(facts.Registry))
        {
            if (!registered.Contains(id) && facts.Lost.Contains(id))
                gone.Add(id);
        }

        return Sort(facts, cap, gone, lost.Count);
    }

    /// <summary>Why a lost machine keeps its units; null if it is not lost, or does not keep them.</summary>
    public string? WhyHeld(string machine) => _held.GetValueOrDefault(machine);

    private static MachineSurvey Sort(EngineFacts facts, StormCap cap, List<string> gone, int lost)
    {
        List<Machine> machines = [];
        HashSet<string> draining = new(StringComparer.Ordinal);
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
