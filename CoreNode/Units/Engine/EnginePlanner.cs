using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Engine;

/// <summary>
/// Decides what the registry is to become: places units, revokes claims, empties lost machines, keeps replicas at their
/// number, removes what nobody needs. Pure: facts, memory and the time come in, writes come out; no I/O, no clock, no
/// chance. One planner serves one term of office and is asked in order of time, each time with the memory of the plan
/// before: it keeps what it found out of the facts that it was given, and looks only at what changed since and at what
/// was not at rest. What holds: the plan is the one that looking at everything gives; each write carries the condition
/// that makes it harmless if the facts are old; after any part of a plan was done, also by another leader, a new plan
/// gets to the same end; and where nothing changes nothing is written.
/// </summary>
public sealed class EnginePlanner(EngineOptions options)
{
    private readonly PlacementDesk _desk = new();
    private readonly RegistryIndex _index = new();
    private readonly Dictionary<string, UnitCase> _cases = new(StringComparer.Ordinal);
    private readonly HashSet<string> _restless = new(StringComparer.Ordinal);
    private readonly PlanTally _tally = new();
    private MachineSurvey? _survey;
    private object? _surveyed;
    private EngineMemory? _memory;
    private DateTimeOffset? _nextContent;

    /// <summary>Looks at everything each time, which must come to the same plans.</summary>
    internal bool LooksAtAll { get; init; }

    /// <summary>
    /// Ids of all machines that stand anywhere in the registry, in order: whose leases a plan depends on.
    /// </summary>
    public static IReadOnlyList<string> MachinesOf(RegistryState registry)
    {
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (RegisteredMachine machine in registry.Machines.Values)
        {
            if (machine.Object is not null)
                ids.Add(machine.Id);
        }

        ids.UnionWith(registry.ScheduleByMachine.Keys);
        ids.UnionWith(registry.StatesByMachine.Keys);
        ids.UnionWith(registry.Announced.Keys);
        foreach (Job job in registry.Jobs.Values)
        {
            if (job.JobState.Length > 0)
                ids.Add(job.JobState);
        }

        string[] sorted = [.. ids];
        Array.Sort(sorted, string.CompareOrdinal);
        return sorted;
    }

    /// <summary>The same, at the cost of what changed since this planner was asked last.</summary>
    public IReadOnlyCollection<string> Machines(RegistryState registry)
    {
        _index.Follow(registry);
        return _index.Machines;
    }

    /// <summary>What is to be done now.</summary>
    public EnginePlan Plan(EngineFacts facts, EngineMemory memory)
    {
        // Without the key nobody uses units here; with another version another kind of engine decides.
        if (facts.Registry.EngineVersion != RegistryValues.EngineVersion)
            return new EnginePlan { Writes = [], Memory = memory, Figures = EngineFigures.None };
        _index.Follow(facts.Registry);
        if (!_index.IsAllTouched && (LooksAtAll || !ReferenceEquals(memory, _memory)))
            _index.Renew();
        PlanDraft draft = new(facts, memory, options);
        MachineSurvey survey = Survey(facts, memory);
        if (survey.Cap.LookAgain is { } moment)
            draft.LookAt(moment);
        List<string> gone = [];
        List<UnitCase> looked = Look(facts.Registry, survey, gone);
        LostMachines lost = new(draft, survey);
        lost.Remove();
        FailureDecisions failures = new(draft);
        foreach (UnitCase unit in looked)
            failures.Judge(unit);
        DrainDecisions drains = new(draft, survey, _desk, _cases);
        drains.Choose();
        List<UnitCase> examined = WithMoved(looked, _desk.Decide(survey, looked, gone));
        foreach (UnitCase unit in examined)
            _desk.Take(unit);
        drains.Conclude(looked);
        new ReplicaDecisions(draft, _cases).Judge(looked);
        _restless.Clear();
        ClaimDecisions claims = new(draft, survey, _cases);
        foreach (UnitCase unit in examined)
            Settle(draft, survey, claims, lost, unit);
        Clean(draft);
        _index.Forget();
        return Finish(draft, survey);
    }

    // One of the same machines, of which none is lost, stands as long as nothing of them changes.
    private MachineSurvey Survey(EngineFacts facts, EngineMemory memory)
    {
        if (!_index.IsAllTouched && _survey is { IsCalm: true } known && facts.Lost.Count == 0
            && memory.Emptied.Count == 0 && ReferenceEquals(_surveyed, facts.Registry.Machines))
            return known;
        _surveyed = facts.Registry.Machines;
        return MachineSurvey.Of(facts, _index.Machines, memory, options);
    }

    // Makes the cases anew that may be others, in order of their names.
    private List<UnitCase> Look(RegistryState registry, MachineSurvey survey, List<string> gone)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        if (_index.IsAllTouched || _survey is null)
        {
            names.UnionWith(registry.Jobs.Keys);
            names.UnionWith(registry.ScheduleByUnit.Keys);
            names.UnionWith(_cases.Keys);
        }
        else
        {
            names.UnionWith(_index.Touched);
            names.UnionWith(_restless);
            AddUnitsOfMachines(registry, survey, _survey, names);
            AddTemplates(registry, names);
        }

        _survey = survey;
        string[] sorted = [.. names];
        Array.Sort(sorted, string.CompareOrdinal);
        List<UnitCase> looked = new(sorted.Length);
        foreach (string name in sorted)
        {
            if (_cases.Remove(name, out UnitCase? before))
                _tally.Remove(before);
            if (CaseOf(registry, survey, name) is not { } unit)
            {
                gone.Add(name);
                continue;
            }

            _cases.Add(name, unit);
            looked.Add(unit);
        }

        return looked;
    }

    private void AddUnitsOfMachines(
        RegistryState registry, MachineSurvey survey, MachineSurvey before, HashSet<string> names)
    {
        if (!ReferenceEquals(survey, before))
        {
            foreach (string machine in survey.Differences(before))
            {
                names.UnionWith(registry.ScheduleOf(machine).Keys);
                names.UnionWith(_index.TendedBy(machine));
            }
        }

        // Those that stay for good do not wait for anything.
        foreach (string machine in survey.Draining)
        {
            foreach (string name in registry.ScheduleOf(machine).Keys)
            {
                if (!_cases.TryGetValue(name, out UnitCase? unit) || !unit.IsGlobal)
                    names.Add(name);
            }
        }
    }

    // How far its replicas are is the template's business.
    private void AddTemplates(RegistryState registry, HashSet<string> names)
    {
        List<string> templates = [];
        foreach (string name in names)
        {
            UnitName? parts = _cases.GetValueOrDefault(name)?.Job?.Name ?? UnitName.Parse(name);
            if (parts is { IsInstance: true }
                && registry.Jobs.TryGetValue(parts.Template, out Job? template) && template.HasReplicas)
                templates.Add(parts.Template);
        }

        names.UnionWith(templates);
    }

    private List<UnitCase> WithMoved(List<UnitCase> looked, SortedSet<string> moved)
    {
        HashSet<string> known = new(looked.Count, StringComparer.Ordinal);
        foreach (UnitCase unit in looked)
            known.Add(unit.Name);
        List<UnitCase> all = [.. looked];
        foreach (string name in moved)
        {
            if (known.Contains(name) || !_cases.TryGetValue(name, out UnitCase? unit))
                continue;
            _tally.Remove(unit);
            all.Add(unit);
        }

        if (all.Count > looked.Count)
            all.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return all;
    }

    private void Settle(
        PlanDraft draft, MachineSurvey survey, ClaimDecisions claims, LostMachines lost, UnitCase unit)
    {
        int before = draft.Count;
        claims.Settle(unit);
        if (unit.Job is { } job)
        {
            lost.RemoveJobState(job);
            Tell(draft, survey, unit, job);
        }

        _tally.Add(unit);
        unit.IsRestless |= draft.Count != before || unit.IsFixed || unit.Waiting > 0
            || unit.Leaves.Length > 0 || unit.Ousted.Length > 0 || unit.Avoided.Count > 0
            || draft.Failures.ContainsKey(unit.Name) || draft.Stuck.ContainsKey(unit.Name);
        if (unit.IsRestless)
            _restless.Add(unit.Name);
    }

    private void Clean(PlanDraft draft)
    {
        Leftovers leftovers = new(draft);
        if (_index.IsContentTouched || _nextContent <= draft.Now)
            _nextContent = leftovers.RemoveContent(_index.UnusedContent);
        else if (_nextContent is { } moment)
            draft.LookAt(moment);
        leftovers.RemovePartialJobs();
        leftovers.RemoveFolders(_index.Folders);
    }

    private EnginePlan Finish(PlanDraft draft, MachineSurvey survey)
    {
        _memory = new EngineMemory
        {
            Failures = draft.Failures,
            Emptied = survey.Cap.Remembered,
            Moving = draft.Moving,
            Unready = draft.Unready,
            Stuck = draft.Stuck,
            Unused = draft.Unused,
            Folders = draft.Folders,
        };
        return new EnginePlan
        {
            Writes = draft.Writes(),
            Memory = _memory,
            LookAgain = draft.LookAgain,
            Figures = new EngineFigures
            {
                Scheduled = _tally.Scheduled,
                Waiting = _tally.Waiting,
                Unplaceable = _tally.Unplaced,
                Unreadable = _tally.Unreadable,
                Machines = survey.Machines.Count - survey.Cap.Held.Count,
                LostMachines = survey.Lost,
            },
        };
    }

    private static UnitCase? CaseOf(RegistryState registry, MachineSurvey survey, string name)
    {
        Job? job = registry.Jobs.GetValueOrDefault(name);
        registry.ScheduleByUnit.TryGetValue(name, out var entries);
        if (job is null && entries is null)
            return null;
        UnitCase unit = new(name, job)
        {
            ReplicaOf = job is null ? "" : ReplicaDecisions.TemplateOf(registry, job),
            IsDamaged = job is null && registry.IsJobDamaged(name),
        };
        if (entries is null)
            return unit;
        foreach (ScheduleEntry entry in entries.Values)
            Add(unit, entry, survey);
        TakeBack(unit, registry, survey);
        return unit;
    }

    // Its machine is drained no longer before the new copy has taken over: the old one, which works, stays.
    private static void TakeBack(UnitCase unit, RegistryState registry, MachineSurvey survey)
    {
        if (unit.Claim is not { } claim || unit.Entries.Count < 2 || !Handover.IsPossible(unit)
            || Handover.IsReady(registry, unit.Job!, claim))
            return;
        foreach (ScheduleEntry entry in unit.Entries)
        {
            if (entry != claim && entry is { Successor.Length: > 0, State: not ScheduleState.Revoked }
                && survey.Known.Contains(entry.MachineId) && !survey.Draining.Contains(entry.MachineId)
                && Handover.IsReady(registry, unit.Job!, entry))
            {
                unit.Claim = entry;
                unit.IsTakenBack = true;
                return;
            }
        }
    }

    private static void Add(UnitCase unit, ScheduleEntry entry, MachineSurvey survey)
    {
        unit.HasSingletonEntry |= entry.IsSingleton;
        if (survey.Ending.Contains(entry.MachineId))
        {
            unit.EndsOnLostMachine = true;
            return;
        }

        unit.Entries.Add(entry);
        if (entry.State == ScheduleState.Revoked)
            return;
        bool isKnown = survey.Known.Contains(entry.MachineId);
        if (unit.IsGlobal)
        {
            if (!isKnown && unit.IsWanted)
                unit.Keep(entry.MachineId);
            return;
        }

        if (!isKnown)
            unit.IsFixed |= unit.IsWanted;
        if (unit.Claim is null || unit.Job?.Target == entry.MachineId)
            unit.Claim = entry;
    }

    // What was said of the unit before is replaced if it is another thing now.
    private static void Tell(PlanDraft draft, MachineSurvey survey, UnitCase unit, Job job)
    {
        JobNotice? notice = unit.Notice;
        if (unit.IsUnreadable)
            notice = new JobNotice("its content is missing in the store; submit the unit again");
        else if (notice is null && unit is { IsWanted: true, Claim: { } claim }
            && survey.WhyHeld(claim.MachineId) is { } why)
            notice = new JobNotice(why);
        if (notice == job.Notice)
            return;
        string key = draft.Keys.JobNotice(unit.Name);
        draft.Write(
            EngineStage.Records,
            notice is null
                ? EngineWrite.RemoveValue(key, null)
                : EngineWrite.Put(key, RegistryValues.WriteNotice(notice)));
    }
}
