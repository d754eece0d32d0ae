using CoreNode.Units.Registry;

namespace CoreNode.Units.Engine;

/// <summary>
/// Decides what the registry is to become: places units, revokes claims, empties lost machines, keeps replicas at their
/// number, removes what nobody needs. Pure: facts, memory and the time come in, writes come out; no I/O, no clock, no
/// chance. One planner serves one term of office and is asked in order of time: it keeps the scheduler's books, which
/// are a summary of the facts that it was given. What holds: each write carries the condition that makes it harmless
/// if the facts are old; after any part of a plan was done, also by another leader, a new plan gets to the same end;
/// and where nothing changes nothing is written.
/// </summary>
public sealed class EnginePlanner(EngineOptions options)
{
    private readonly PlacementDesk _desk = new();

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

    /// <summary>What is to be done now.</summary>
    public EnginePlan Plan(EngineFacts facts, EngineMemory memory)
    {
        // Without the key nobody uses units here; with another version another kind of engine decides.
        if (facts.Registry.EngineVersion != RegistryValues.EngineVersion)
            return new EnginePlan { Writes = [], Memory = memory, Figures = EngineFigures.None };
        PlanDraft draft = new(facts, memory, options);
        MachineSurvey survey = MachineSurvey.Of(facts, memory, options);
        if (survey.Cap.LookAgain is { } moment)
            draft.LookAt(moment);
        SortedDictionary<string, UnitCase> cases = Cases(facts, survey);
        LostMachines lost = new(draft, survey);
        lost.Remove();
        FailureDecisions failures = new(draft);
        foreach (UnitCase unit in cases.Values)
            failures.Judge(unit);
        DrainDecisions drains = new(draft, survey, cases);
        drains.Choose();
        _desk.Decide(survey, cases);
        drains.Conclude();
        new ReplicaDecisions(draft, cases).Judge();
        ClaimDecisions claims = new(draft, cases);
        int unreadable = 0;
        foreach (UnitCase unit in cases.Values)
        {
            claims.Settle(unit);
            unreadable += unit.IsUnreadable ? 1 : 0;
            if (unit.Job is not { } job)
                continue;
            lost.RemoveJobState(job);
            Tell(draft, survey, unit, job);
        }

        Leftovers leftovers = new(draft);
        leftovers.RemoveContent();
        leftovers.RemovePartialJobs();
        return Finish(draft, survey, claims, unreadable);
    }

    private EnginePlan Finish(PlanDraft draft, MachineSurvey survey, ClaimDecisions claims, int unreadable) => new()
    {
        Writes = draft.Writes(),
        Memory = new EngineMemory
        {
            Failures = draft.Failures,
            Emptied = survey.Cap.Remembered,
            Moving = draft.Moving,
            Stuck = draft.Stuck,
            Unused = draft.Unused,
        },
        LookAgain = draft.LookAgain,
        Figures = new EngineFigures
        {
            Scheduled = claims.Scheduled,
            Waiting = claims.Waiting,
            Unplaceable = _desk.Unplaced,
            Unreadable = unreadable,
            Machines = survey.Machines.Count - survey.Cap.Held.Count,
            LostMachines = survey.Lost,
        },
    };

    private static SortedDictionary<string, UnitCase> Cases(EngineFacts facts, MachineSurvey survey)
    {
        RegistryState registry = facts.Registry;
        SortedDictionary<string, UnitCase> cases = new(StringComparer.Ordinal);
        foreach (Job job in registry.Jobs.Values)
        {
            cases.Add(job.Name.Full, new UnitCase(job.Name.Full, job)
            {
                ReplicaOf = ReplicaDecisions.TemplateOf(registry, job),
            });
        }

        foreach ((string name, var entries) in registry.ScheduleByUnit)
        {
            if (!cases.TryGetValue(name, out UnitCase? unit))
                cases.Add(name, unit = new UnitCase(name, null));
            foreach (ScheduleEntry entry in entries.Values)
                Add(unit, entry, survey);
        }

        return cases;
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
        if (entry.State == ScheduleState.Revoked || unit.IsGlobal)
            return;
        if (!survey.Known.Contains(entry.MachineId))
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
