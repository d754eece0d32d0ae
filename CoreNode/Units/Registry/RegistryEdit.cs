using System.Collections.Immutable;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Model;

namespace CoreNode.Units.Registry;

/// <summary>
/// A registry state while it is changed: keys with values go in or out, one by one or by directory. What a key means is
/// decided here, and only by the key, its value and what else stands there now; never by the order of changes.
/// </summary>
internal sealed class RegistryEdit
{
    /// <summary>Begins with a state.</summary>
    public RegistryEdit(RegistryState from)
    {
        Keys = from.Keys;
        Index = from.Index;
        EngineVersion = from.EngineVersion;
        Action<string> unit = Trail.AddUnit;
        Action<string> machine = Trail.AddMachine;
        Action all = Trail.AddAll;
        Texts = new(from.Texts, Trail.AddText, all);
        Jobs = new(from.Jobs, unit, all);
        Partial = new(from.Partial, unit, all);
        Machines = new(from.Machines, machine, all);
        ScheduleByMachine = new(from.ScheduleByMachine, machine, all);
        ScheduleByUnit = new(from.ScheduleByUnit, unit, all);
        StatesByUnit = new(from.StatesByUnit, unit, all);
        StatesByMachine = new(from.StatesByMachine, machine, all);
        Announced = new(from.Announced, machine, all);
        Problems = new(from.Problems);
        EmptyFolders = new(from.EmptyFolders, TouchOwner, all);
    }

    public RegistryKeys Keys { get; }

    /// <summary>Which names were touched.</summary>
    public RegistryTrail Trail { get; } = new();

    public StoreIndex Index { get; set; }

    public string? EngineVersion { get; private set; }

    public RegistryTable<UnitText> Texts { get; }

    public RegistryTable<Job> Jobs { get; }

    public RegistryTable<Job> Partial { get; }

    public RegistryTable<RegisteredMachine> Machines { get; }

    public RegistryTable<ImmutableSortedDictionary<string, ScheduleEntry>> ScheduleByMachine { get; }

    public RegistryTable<ImmutableSortedDictionary<string, ScheduleEntry>> ScheduleByUnit { get; }

    public RegistryTable<ImmutableSortedDictionary<string, UnitStateRecord>> StatesByUnit { get; }

    public RegistryTable<ImmutableSortedDictionary<string, UnitStateRecord>> StatesByMachine { get; }

    public RegistryTable<ImmutableSortedDictionary<string, IReadOnlyList<UnitAnnouncement>>> Announced { get; }

    public RegistryTable<string> Problems { get; }

    public RegistryTable<string> EmptyFolders { get; }

    /// <summary>Everything in a listing. False if there is nothing but folders in it.</summary>
    public bool PutAll(KvNode node)
    {
        if (!node.IsDirectory)
        {
            Put(node);
            return true;
        }

        bool hasKeys = false;
        foreach (KvNode child in node.Nodes)
            hasKeys |= PutAll(child);
        if (!hasKeys && Keys.Parts(node.Key) is { } parts && EmptyFolder.Of(parts) is { } folder)
            EmptyFolders.Set(folder, folder);
        return hasKeys;
    }

    /// <summary>One key with its value.</summary>
    public void Put(KvNode node)
    {
        if (Keys.Parts(node.Key) is not { Length: > 1 } parts)
            return;
        EmptyFolder.Fill(this, parts);
        string complaint = Put(parts, node);
        if (complaint.Length == 0)
        {
            Problems.Remove(node.Key);
            return;
        }

        Remove(parts);
        Problems.Set(node.Key, complaint);
    }

    /// <summary>One key, or a directory with everything below it.</summary>
    public void Remove(string key)
    {
        if (Keys.Parts(key) is not { } parts)
            return;
        Remove(parts);
        string below = key + "/";
        foreach (string damaged in Problems.Value.Keys)
        {
            if (damaged == key || damaged.StartsWith(below, StringComparison.Ordinal) || parts.Length == 0)
                Problems.Remove(damaged);
        }

        EmptyFolder.Leave(this, parts);
    }

    // What is wrong with the value; empty if nothing.
    private string Put(string[] parts, KvNode node)
    {
        string value = node.Value ?? "";
        switch (parts)
        {
            case ["engine", "version"]:
                EngineVersion = value;
                return "";
            case ["unit", var hash]:
                return RegistryJobs.PutText(this, hash, node);
            case ["job", var unit, var field]:
                return RegistryJobs.Put(this, unit, field, node);
            case ["machines", var machine, "object"]:
                return PutMachine(machine, node);
            case ["machines", var machine, "cordon"]:
                RegisteredMachine known = MachineOf(machine);
                MachineCordon? cordon = RegistryValues.ReadCordon(value);
                KeepMachine(machine, known.Object, known.ObjectIndex, known.Overlay, cordon);
                return cordon is null ? "is neither cordoned nor draining" : "";
            case ["machines", var machine, "metadata", var name]:
                SetMetadata(machine, name, value);
                return "";
            case ["schedule", var machine, var unit]:
                return PutEntry(machine, unit, node);
            case ["states", var unit, var machine]:
                return PutState(unit, machine, node);
            case ["announced", var machine, var unit]:
                if (RegistryValues.ReadAnnounced(value) is not { } keys)
                    return "is no list of keys";
                RegistryPairs.Set(Announced, machine, unit, keys);
                return "";
            default:
                return "";
        }
    }

    private void Remove(string[] parts)
    {
        switch (parts)
        {
            case []:
                foreach (string name in (ReadOnlySpan<string>)
                    ["engine", "unit", "job", "machines", "schedule", "states", "announced"])
                    Remove([name]);
                break;
            case ["engine"] or ["engine", "version"]:
                EngineVersion = null;
                break;
            case ["unit", ..]:
                RegistryJobs.RemoveTexts(this, parts.Length > 1 ? parts[1] : null);
                break;
            case ["job", ..]:
                RegistryJobs.Remove(this, parts.Length > 1 ? parts[1] : null, parts.Length > 2 ? parts[2] : null);
                break;
            case ["machines", ..]:
                RemoveMachines(parts);
                break;
            case ["schedule", ..]:
                RegistryRemoval.Pairs(ScheduleByMachine, ScheduleByUnit, parts);
                break;
            case ["states", ..]:
                RegistryRemoval.Pairs(StatesByUnit, StatesByMachine, parts);
                break;
            case ["announced", ..]:
                RegistryRemoval.Pairs(Announced, null, parts);
                break;
            default:
                break;
        }
    }

    private string PutEntry(string machine, string unit, KvNode node)
    {
        if (RegistryValues.ReadEntry(machine, unit, node) is not { } entry)
            return "is no schedule entry";
        RegistryPairs.Set(ScheduleByMachine, machine, unit, entry);
        RegistryPairs.Set(ScheduleByUnit, unit, machine, entry);
        return "";
    }

    private string PutState(string unit, string machine, KvNode node)
    {
        if (RegistryValues.ReadState(unit, machine, node.Value ?? "") is not { } read)
            return "is no state of a unit";
        UnitStateRecord state = read with { ModifiedIndex = node.ModifiedIndex };
        RegistryPairs.Set(StatesByUnit, unit, machine, state);
        RegistryPairs.Set(StatesByMachine, machine, unit, state);
        return "";
    }

    private string PutMachine(string id, KvNode node)
    {
        MachineObject? value = RegistryValues.ReadMachine(id, node.Value ?? "");
        RegisteredMachine known = MachineOf(id);
        KeepMachine(
            id, value, value is null ? StoreIndex.Zero : node.ModifiedIndex, known.Overlay, known.Cordon);
        return value is null ? "is no machine of that id" : "";
    }

    private void SetMetadata(string id, string name, string? value)
    {
        RegisteredMachine known = MachineOf(id);
        SortedDictionary<string, string> overlay = new(StringComparer.Ordinal);
        foreach (KeyValuePair<string, string> pair in known.Overlay)
            overlay[pair.Key] = pair.Value;
        if (value is null)
            overlay.Remove(name);
        else
            overlay[name] = value;
        KeepMachine(id, known.Object, known.ObjectIndex, overlay, known.Cordon);
    }

    private void RemoveMachines(string[] parts)
    {
        if (parts.Length == 1)
        {
            Machines.Clear();
            return;
        }

        string id = parts[1];
        if (Machines.Find(id) is not { } known)
            return;
        switch (parts)
        {
            case [_, _]:
                Machines.Remove(id);
                break;
            case [_, _, "object"]:
                KeepMachine(id, null, StoreIndex.Zero, known.Overlay, known.Cordon);
                break;
            case [_, _, "cordon"]:
                KeepMachine(id, known.Object, known.ObjectIndex, known.Overlay, null);
                break;
            case [_, _, "metadata"]:
                KeepMachine(id, known.Object, known.ObjectIndex, RegistryTable<string>.None, known.Cordon);
                break;
            case [_, _, "metadata", var name]:
                SetMetadata(id, name, null);
                break;
            default:
                break;
        }
    }

    // Whoever decides about the folder looks at whom it belongs to.
    private void TouchOwner(string folder)
    {
        string owner = EmptyFolder.OwnerOf(folder);
        if (EmptyFolder.IsOfUnit(folder))
            Trail.AddUnit(owner);
        else
            Trail.AddMachine(owner);
    }

    private RegisteredMachine MachineOf(string id) =>
        Machines.Find(id) ?? new RegisteredMachine(id, null, StoreIndex.Zero, RegistryTable<string>.None, null);

    private void KeepMachine(
        string id,
        MachineObject? value,
        StoreIndex index,
        IReadOnlyDictionary<string, string> overlay,
        MachineCordon? cordon)
    {
        if (value is null && overlay.Count == 0 && cordon is null)
            Machines.Remove(id);
        else
            Machines.Set(id, new RegisteredMachine(id, value, index, overlay, cordon));
    }
}
