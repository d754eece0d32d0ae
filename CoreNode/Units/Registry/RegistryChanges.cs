namespace CoreNode.Units.Registry;

/// <summary>What may be different between two registry states, in byte order; all else is the same.</summary>
public sealed class RegistryChanges
{
    private readonly SortedSet<string> _units = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _machines = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _texts = new(StringComparer.Ordinal);

    /// <summary>Names of units whose job, entries or states changed.</summary>
    public IReadOnlyCollection<string> Units => _units;

    /// <summary>Ids of machines whose registration, schedule, states or announced keys changed.</summary>
    public IReadOnlyCollection<string> Machines => _machines;

    /// <summary>Hashes of texts that came, went, or are used by others.</summary>
    public IReadOnlyCollection<string> Texts => _texts;

    internal void Add(RegistryTrail trail)
    {
        for (int i = 0; i < trail.Units.Count; i++)
            _units.Add(trail.Units[i]);
        for (int i = 0; i < trail.Machines.Count; i++)
            _machines.Add(trail.Machines[i]);
        for (int i = 0; i < trail.Texts.Count; i++)
            _texts.Add(trail.Texts[i]);
    }
}
