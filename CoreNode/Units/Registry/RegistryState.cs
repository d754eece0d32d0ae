using System.Collections.Immutable;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Model;

namespace CoreNode.Units.Registry;

/// <summary>
/// Everything about units that stands in the store, at one index. Immutable: a change makes another one that shares
/// all that did not change, so an update costs the logarithm of the size. All listings are in byte order of names,
/// so whoever decides by them decides the same everywhere. A damaged value is as if it was not there, and is listed in
/// <see cref="Problems"/>. Invariant: a state that was changed step by step is the state that a listing gives.
/// </summary>
public sealed class RegistryState
{
    private RegistryState(RegistryEdit edit, RegistryTrail trail)
    {
        Trail = trail;
        Keys = edit.Keys;
        Index = edit.Index;
        EngineVersion = edit.EngineVersion;
        Texts = edit.Texts.Value;
        Jobs = edit.Jobs.Value;
        Partial = edit.Partial.Value;
        Machines = edit.Machines.Value;
        ScheduleByMachine = edit.ScheduleByMachine.Value;
        ScheduleByUnit = edit.ScheduleByUnit.Value;
        StatesByUnit = edit.StatesByUnit.Value;
        StatesByMachine = edit.StatesByMachine.Value;
        Announced = edit.Announced.Value;
        Problems = edit.Problems.Value;
        EmptyFolders = edit.EmptyFolders.Value;
    }

    private RegistryState(RegistryKeys keys) => Keys = keys;

    // How it came to be, and the only thing here that is ever added to: what came of it later. It says where to look,
    // never what is there.
    private RegistryTrail Trail { get; } = new();

    /// <summary>Where it stands in the store.</summary>
    public RegistryKeys Keys { get; }

    /// <summary>All changes up to this one are in it.</summary>
    public StoreIndex Index { get; }

    /// <summary>Value of engine/version; null while nobody has used units in this cluster.</summary>
    public string? EngineVersion { get; }

    /// <summary>The units that were submitted, by name.</summary>
    public ImmutableSortedDictionary<string, Job> Jobs { get; } = RegistryTable<Job>.None;

    /// <summary>The texts of units by hash: those that are stored, and those that a job names.</summary>
    public ImmutableSortedDictionary<string, UnitText> Texts { get; } = RegistryTable<UnitText>.None;

    /// <summary>The machines by id, also those of which only metadata or a cordon is there.</summary>
    public ImmutableSortedDictionary<string, RegisteredMachine> Machines { get; } =
        RegistryTable<RegisteredMachine>.None;

    /// <summary>Schedule entries by machine, then by unit.</summary>
    public ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, ScheduleEntry>> ScheduleByMachine
    {
        get;
    } = RegistryTable<ImmutableSortedDictionary<string, ScheduleEntry>>.None;

    /// <summary>The same by unit, then by machine.</summary>
    public ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, ScheduleEntry>> ScheduleByUnit
    {
        get;
    } = RegistryTable<ImmutableSortedDictionary<string, ScheduleEntry>>.None;

    /// <summary>Published states by unit, then by machine.</summary>
    public ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, UnitStateRecord>> StatesByUnit
    {
        get;
    } = RegistryTable<ImmutableSortedDictionary<string, UnitStateRecord>>.None;

    /// <summary>The same by machine, then by unit.</summary>
    public ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, UnitStateRecord>> StatesByMachine
    {
        get;
    } = RegistryTable<ImmutableSortedDictionary<string, UnitStateRecord>>.None;

    /// <summary>Keys and values that units announced, by machine, then by unit.</summary>
    public ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, IReadOnlyList<UnitAnnouncement>>>
        Announced
    {
        get;
    } = RegistryTable<ImmutableSortedDictionary<string, IReadOnlyList<UnitAnnouncement>>>.None;

    /// <summary>Keys whose value is damaged, and what is wrong with it.</summary>
    public ImmutableSortedDictionary<string, string> Problems { get; } = RegistryTable<string>.None;

    /// <summary>Jobs without an object: on their way in or out.</summary>
    internal ImmutableSortedDictionary<string, Job> Partial { get; } = RegistryTable<Job>.None;

    /// <summary>Folders of one unit or machine in which nothing is left; see <see cref="EmptyFolder"/>.</summary>
    internal ImmutableSortedDictionary<string, string> EmptyFolders { get; } = RegistryTable<string>.None;

    /// <summary>True if a unit announced that key, on whatever machine.</summary>
    public bool IsAnnounced(string key)
    {
        foreach (var machine in Announced.Values)
        {
            foreach (IReadOnlyList<UnitAnnouncement> announced in machine.Values)
            {
                foreach (UnitAnnouncement announcement in announced)
                {
                    if (announcement.Key == key)
                        return true;
                }
            }
        }

        return false;
    }

    /// <summary>One without anything in it.</summary>
    public static RegistryState Empty(RegistryKeys keys) => new(keys);

    /// <summary>What a recursive listing holds: of the prefix, or of any directory or key below it.</summary>
    /// <param name="keys">Where the registry stands.</param>
    /// <param name="listing">The listing; null where there is nothing.</param>
    /// <param name="index">Index that it was read at.</param>
    public static RegistryState Of(RegistryKeys keys, KvNode? listing, StoreIndex index)
    {
        RegistryEdit edit = new(Empty(keys)) { Index = index };
        if (listing is not null)
            edit.PutAll(listing);
        return new RegistryState(edit, new RegistryTrail());
    }

    /// <summary>The state after a change. A change that is in it already changes nothing.</summary>
    public RegistryState Apply(KvChange change)
    {
        if (change.Node.ModifiedIndex <= Index)
            return this;
        RegistryEdit edit = new(this) { Index = change.Node.ModifiedIndex };
        bool isGone = change.Action is KeyAction.Delete or KeyAction.CompareAndDelete or KeyAction.Expire;
        if (isGone)
            edit.Remove(change.Node.Key);
        else if (!change.Node.IsDirectory)
            edit.Put(change.Node);
        Trail.GoOn(edit.Trail);
        return new RegistryState(edit, edit.Trail);
    }

    /// <summary>
    /// What may be different from an earlier state. It costs what happened since, not the size. Null if this one did
    /// not come from that one change by change: then anything may be different.
    /// </summary>
    public RegistryChanges? ChangesSince(RegistryState before)
    {
        RegistryChanges changes = new();
        RegistryTrail at = before.Trail;
        while (!ReferenceEquals(at, Trail))
        {
            if (at.Next is not { IsAll: false } next)
                return null;
            changes.Add(next);
            at = next;
        }

        return changes;
    }

    /// <summary>A unit was submitted, but what says so is damaged.</summary>
    public bool IsJobDamaged(string unit) => !Problems.IsEmpty && Problems.ContainsKey(Keys.JobObject(unit));

    /// <summary>A machine that has registered itself; null otherwise.</summary>
    public Machine? Machine(string id) =>
        Machines.TryGetValue(id, out RegisteredMachine? machine) ? machine.Machine : null;

    /// <summary>A machine's schedule.</summary>
    public ImmutableSortedDictionary<string, ScheduleEntry> ScheduleOf(string machine) =>
        ScheduleByMachine.GetValueOrDefault(machine, RegistryTable<ScheduleEntry>.None);

    /// <summary>A unit's entries by machine.</summary>
    public ImmutableSortedDictionary<string, ScheduleEntry> EntriesOf(string unit) =>
        ScheduleByUnit.GetValueOrDefault(unit, RegistryTable<ScheduleEntry>.None);

    /// <summary>A unit's entry in a machine's schedule; null if there is none.</summary>
    public ScheduleEntry? Entry(string machine, string unit) => EntriesOf(unit).GetValueOrDefault(machine);

    /// <summary>A unit's published states by machine.</summary>
    public ImmutableSortedDictionary<string, UnitStateRecord> StatesOf(string unit) =>
        StatesByUnit.GetValueOrDefault(unit, RegistryTable<UnitStateRecord>.None);

    /// <summary>A unit's published state on a machine; null if there is none.</summary>
    public UnitStateRecord? State(string unit, string machine) => StatesOf(unit).GetValueOrDefault(machine);

    /// <summary>The state that a job is in as fleet computes it (A.1); for global units it means nothing.</summary>
    public DesiredState CurrentState(Job job) =>
        DesiredStates.Current(job.Target, job.JobState, State(job.Name.Full, job.Target) is not null);
}
