using CoreNode.Foundation;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Engine;

/// <summary>
/// Follows the registry from plan to plan by what changed, and keeps what plans look up in it by other ways than its
/// own. Invariant: it is the same as if it were made anew of the state that it has followed last.
/// </summary>
internal sealed class RegistryIndex
{
    private static readonly SortedSet<string> s_none = new(StringComparer.Ordinal);

    private readonly SortedSet<string> _machines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _tending = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<string>> _tended = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<string>> _instances = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, UnitText> _unused = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _folders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);
    private RegistryState? _registry;

    /// <summary>Ids of all machines that stand anywhere in the registry, in order.</summary>
    public SortedSet<string> Machines => _machines;

    /// <summary>Stored content that no job uses, in order of the hashes.</summary>
    public IReadOnlyCollection<UnitText> UnusedContent => _unused.Values;

    /// <summary>Empty folders that nobody is going to fill, by their path below the prefix, in order.</summary>
    public SortedSet<string> Folders => _folders;

    /// <summary>Content came, went or is used by others since <see cref="Forget"/>.</summary>
    public bool IsContentTouched { get; private set; }

    /// <summary>Anything may be different since <see cref="Forget"/>; then nothing is named.</summary>
    public bool IsAllTouched { get; private set; }

    /// <summary>Units that are different since <see cref="Forget"/>, and instances whose template is.</summary>
    public IReadOnlyCollection<string> Touched => _touched;

    /// <summary>Jobs of a machine that tends them (job-state).</summary>
    public IReadOnlyCollection<string> TendedBy(string machine) => _tended.GetValueOrDefault(machine, s_none);

    /// <summary>Goes on to another state.</summary>
    public void Follow(RegistryState registry)
    {
        if (ReferenceEquals(_registry, registry))
            return;
        RegistryChanges? changes = _registry is null ? null : registry.ChangesSince(_registry);
        _registry = registry;
        if (changes is null)
        {
            Renew();
            return;
        }

        foreach (string unit in changes.Units)
            LookAtUnit(registry, unit);
        foreach (string machine in changes.Machines)
            LookAtMachine(registry, machine);
        foreach (string hash in changes.Texts)
            LookAtText(registry, hash);
        LookAtFolders(registry, changes);
    }

    /// <summary>Makes it anew.</summary>
    public void Renew()
    {
        _machines.Clear();
        _tending.Clear();
        _tended.Clear();
        _instances.Clear();
        _unused.Clear();
        _folders.Clear();
        RegistryState registry = _registry!;
        foreach (Job job in registry.Jobs.Values)
            LookAtJob(registry, job.Name.Full, job);
        foreach (string hash in registry.Texts.Keys)
            LookAtText(registry, hash);
        foreach (RegisteredMachine machine in registry.Machines.Values)
            LookAtMachine(registry, machine.Id);
        _machines.UnionWith(registry.ScheduleByMachine.Keys);
        _machines.UnionWith(registry.StatesByMachine.Keys);
        _machines.UnionWith(registry.Announced.Keys);
        foreach (string folder in registry.EmptyFolders.Keys)
            LookAtFolder(registry, folder);
        _touched.Clear();
        IsAllTouched = true;
        IsContentTouched = true;
    }

    /// <summary>What was touched was looked at.</summary>
    public void Forget()
    {
        _touched.Clear();
        IsAllTouched = false;
        IsContentTouched = false;
    }

    private void LookAtUnit(RegistryState registry, string unit)
    {
        _touched.Add(unit);
        LookAtJob(registry, unit, registry.Jobs.GetValueOrDefault(unit));
        if (_instances.TryGetValue(unit, out SortedSet<string>? instances))
            _touched.UnionWith(instances);
    }

    private void LookAtJob(RegistryState registry, string unit, Job? job)
    {
        string tending = job?.JobState ?? "";
        string before = _tending.GetValueOrDefault(unit, "");
        if (tending != before)
        {
            Put(_tended, before, unit, isThere: false);
            Put(_tended, tending, unit, isThere: true);
            if (tending.Length == 0)
                _tending.Remove(unit);
            else
                _tending[unit] = tending;
            LookAtMachine(registry, before);
            LookAtMachine(registry, tending);
        }

        if ((job?.Name ?? UnitName.Parse(unit)) is { IsInstance: true } name)
            Put(_instances, name.Template, unit, isThere: job is not null);
    }

    private void LookAtMachine(RegistryState registry, string id)
    {
        bool isThere = id.Length > 0
            && (registry.Machines.GetValueOrDefault(id)?.Object is not null
                || registry.ScheduleByMachine.ContainsKey(id)
                || registry.StatesByMachine.ContainsKey(id) || registry.Announced.ContainsKey(id)
                || _tended.ContainsKey(id));
        if (isThere)
            _machines.Add(id);
        else
            _machines.Remove(id);
    }

    private void LookAtText(RegistryState registry, string hash)
    {
        IsContentTouched = true;
        if (registry.Texts.TryGetValue(hash, out UnitText? text) && text.Jobs.IsEmpty
            && text.CreatedIndex != StoreIndex.Zero)
            _unused[hash] = text;
        else
            _unused.Remove(hash);
    }

    private void LookAtFolders(RegistryState registry, RegistryChanges changes)
    {
        if (registry.EmptyFolders.IsEmpty && _folders.Count == 0)
            return;
        foreach (string unit in changes.Units)
        {
            LookAtFolder(registry, $"job/{unit}");
            LookAtFolder(registry, $"states/{unit}");
        }

        foreach (string machine in changes.Machines)
        {
            LookAtFolder(registry, $"schedule/{machine}");
            LookAtFolder(registry, $"announced/{machine}");
            LookAtFolder(registry, $"machines/{machine}");
            LookAtFolder(registry, $"machines/{machine}/metadata");
        }
    }

    private void LookAtFolder(RegistryState registry, string folder)
    {
        if (registry.EmptyFolders.ContainsKey(folder) && IsForsaken(registry, folder))
            _folders.Add(folder);
        else
            _folders.Remove(folder);
    }

    // A unit that is submitted gets states again, a registered machine entries and announcements.
    private static bool IsForsaken(RegistryState registry, string folder) => folder.Split('/') switch
    {
        ["states", var unit] => !registry.Jobs.ContainsKey(unit) && !registry.ScheduleByUnit.ContainsKey(unit),
        ["schedule" or "announced", var machine] => registry.Machines.GetValueOrDefault(machine)?.Object is null,
        ["machines", var machine] => !registry.ScheduleByMachine.ContainsKey(machine)
            && !registry.EmptyFolders.ContainsKey(folder + "/metadata"),
        _ => true,
    };

    private static void Put(Dictionary<string, SortedSet<string>> sets, string key, string item, bool isThere)
    {
        if (key.Length == 0)
            return;
        if (!sets.TryGetValue(key, out SortedSet<string>? items))
        {
            if (!isThere)
                return;
            sets[key] = items = new SortedSet<string>(StringComparer.Ordinal);
        }

        if (isThere)
            items.Add(item);
        else if (items.Remove(item) && items.Count == 0)
            sets.Remove(key);
    }
}
