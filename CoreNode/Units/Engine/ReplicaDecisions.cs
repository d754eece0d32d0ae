using System.Globalization;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Engine;

/// <summary>
/// Templates that ask for a number of instances (Replicas=): the jobs x@1 to x@N are made, follow the template in
/// what is wanted, get its content one after the other, and go when there are too many or the template does.
/// </summary>
internal sealed class ReplicaDecisions(PlanDraft draft, IReadOnlyDictionary<string, UnitCase> cases)
{
    /// <summary>Looks at those that are looked at anew: a template is whenever one of its replicas is.</summary>
    public void Judge(List<UnitCase> looked)
    {
        foreach (UnitCase unit in looked)
        {
            int before = draft.Count;
            if (unit.Job is { HasReplicas: true, Desired: not DesiredState.Inactive } template)
                JudgeTemplate(template);
            else if (unit.Job is { IsReplica: true } job && IsSuperfluous(job))
                Remove(job);
            unit.IsRestless |= draft.Count != before;
        }
    }

    /// <summary>The number of a replica; 0 for any other instance.</summary>
    public static int NumberOf(UnitName name) =>
        name.Instance.Length is > 0 and < 9 && name.Instance[0] is >= '1' and <= '9'
        && int.TryParse(name.Instance, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;

    /// <summary>The template that keeps this unit at its number; empty: none.</summary>
    public static string TemplateOf(RegistryState registry, Job job) =>
        NumberOf(job.Name) is var number and > 0
        && registry.Jobs.TryGetValue(job.Name.Template, out Job? template)
        && template.HasReplicas && number <= template.Requirements.Replicas ? job.Name.Template : "";

    /// <summary>True if it has come to rest as its claim asks: it runs, it failed, or it is only loaded.</summary>
    public static bool IsSettled(RegistryState registry, UnitCase unit)
    {
        if (unit.Claim is not { State: not ScheduleState.Revoked } claim
            || registry.State(unit.Name, claim.MachineId) is not { } state
            || claim.Hash != unit.Job?.Hash
            || state.Hash != claim.Hash
            || state.ModifiedIndex < claim.CreatedIndex)
            return false;
        return claim.State == ScheduleState.Loaded
            || state.Reason.Length > 0 || state.States.Active is "active" or "failed";
    }

    // A template whose content is missing, or whose object is damaged, says nothing.
    private bool IsSuperfluous(Job replica) =>
        !draft.Registry.Jobs.TryGetValue(replica.Name.Template, out Job? template)
        ? !draft.Registry.IsJobDamaged(replica.Name.Template)
        : (template.File is not null
            && (template.Desired == DesiredState.Inactive
                || NumberOf(replica.Name) is var number && (number == 0 || number > template.Requirements.Replicas)));

    private void Remove(Job replica)
    {
        draft.Write(
            EngineStage.Placements,
            EngineWrite.RemoveTree(draft.Keys.Job(replica.Name.Full)),
            new EngineEvent(
                EngineEventKind.ReplicaRemoved, replica.Name.Full, "", $"{replica.Name.Template} does not ask for it"));
    }

    private void JudgeTemplate(Job template)
    {
        List<Job> outdated = [];
        List<Job> current = [];
        Job? unsettled = null;
        for (int number = 1; number <= template.Requirements.Replicas; number++)
        {
            string name = template.Name.InstanceOf(number.ToString(CultureInfo.InvariantCulture));
            if (!draft.Registry.Jobs.TryGetValue(name, out Job? replica))
            {
                Make(template, name);
                continue;
            }

            if (replica.Desired != template.Desired)
                PutState(template, name);
            if (replica.Hash != template.Hash)
                outdated.Add(replica);
            else if (!replica.IsReplica)
                Give(template, replica, "it is the template's now");
            else
                current.Add(replica);
            if (replica.Hash == template.Hash && replica.IsReplica && !IsSettled(draft.Registry, cases[name]))
                unsettled ??= replica;
        }

        RolloutDecisions rollout = new(draft, cases);
        if (template.Requirements.IsRolling)
        {
            foreach (Job replica in rollout.Next(template, outdated, current))
                Give(template, replica, "new content");
        }
        else if (rollout.IsHeld(template, outdated.Count))
        {
            return;
        }
        else if (outdated.Count > 0)
        {
            Roll(template, outdated, unsettled);
        }
    }

    // Those that run nowhere lose nothing; of the others those that failed go first, and one at a time.
    private void Roll(Job template, List<Job> outdated, Job? unsettled)
    {
        Job? next = null;
        int waiting = 0;
        foreach (Job replica in outdated)
        {
            if (cases[replica.Name.Full].Claim is not { } claim)
            {
                Give(template, replica, "new content");
                continue;
            }

            waiting++;
            bool hasFailed = draft.Registry.State(replica.Name.Full, claim.MachineId) is { HasFailed: true };
            if (next is null || (hasFailed && !HasFailed(next)))
                next = replica;
        }

        if (next is null)
            return;
        if (unsettled is null)
            Give(template, next, "new content");
        string told = unsettled is null ? $"{next.Name} is next" : $"waits for {unsettled.Name}";
        cases[template.Name.Full].Notice = new JobNotice(string.Create(
            CultureInfo.InvariantCulture,
            $"new content: {waiting} of {template.Requirements.Replicas} replicas still have the old one, {told}"));
    }

    private bool HasFailed(Job replica) =>
        cases[replica.Name.Full].Claim is { } claim
        && draft.Registry.State(replica.Name.Full, claim.MachineId) is { HasFailed: true };

    private void Make(Job template, string name)
    {
        draft.Write(
            EngineStage.Placements,
            EngineWrite.Create(
                draft.Keys.JobObject(name), RegistryValues.WriteJobObject(name, template.Hash, isReplica: true)),
            new EngineEvent(EngineEventKind.ReplicaMade, name, "", $"{template.Name} asks for it"));
        PutState(template, name);
    }

    private void PutState(Job template, string name) => draft.Write(
        EngineStage.Placements,
        EngineWrite.Put(draft.Keys.JobTargetState(name), DesiredStates.Word(template.Desired)));

    private void Give(Job template, Job replica, string why) => draft.Write(
        EngineStage.Placements,
        EngineWrite.Replace(
            draft.Keys.JobObject(replica.Name.Full),
            RegistryValues.WriteJobObject(replica.Name.Full, template.Hash, isReplica: true),
            replica.ObjectIndex),
        new EngineEvent(EngineEventKind.ReplicaRolled, replica.Name.Full, "", why));
}
