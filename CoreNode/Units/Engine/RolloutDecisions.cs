using System.Globalization;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Engine;

/// <summary>
/// New content of a template with UpdatePolicy=rolling (docs/decisions/0055): which replicas are given it next. At most
/// MaxUnavailable= are away at a time, counted are all that do not work, for whatever reason. When one fails with it,
/// or does not work by its deadline, the rollout stops: that stands in the store, until people resume it or other
/// content comes. People can pause the rollout of any template.
/// </summary>
internal sealed class RolloutDecisions(PlanDraft draft, IReadOnlyDictionary<string, UnitCase> cases)
{
    /// <summary>Who gets the template's content now.</summary>
    /// <param name="template">It asks for rolling updates.</param>
    /// <param name="outdated">Its replicas that have other content.</param>
    /// <param name="current">Those that have it.</param>
    public List<Job> Next(Job template, List<Job> outdated, List<Job> current)
    {
        List<Job> next = [];
        // Deadlines count as long as there is something to stop.
        cases[template.Name.Full].IsRestless |= outdated.Count > 0;
        int away = 0;
        Job? waited = null;
        string failure = "";
        foreach (Job replica in current)
        {
            if (Handover.IsReadyWithContent(draft.Registry, cases[replica.Name.Full]))
                continue;
            away++;
            waited ??= replica;
            if (outdated.Count > 0 && failure.Length == 0)
                failure = FailureOf(template, replica);
        }

        if (failure.Length > 0 && template.Rollout?.Holds(template.Hash) != true)
            Stop(template, failure, outdated.Count);
        if (IsHeld(template, outdated.Count) || outdated.Count == 0 || failure.Length > 0)
            return next;
        int left = template.Requirements.MaxUnavailable - away;
        List<Job> working = [];
        int down = 0;
        foreach (Job replica in outdated)
        {
            if (IsWorking(replica))
                working.Add(replica);
            else if (left > next.Count)
                next.Add(replica);
            else
                down++;
        }

        foreach (Job replica in working)
        {
            if (left - down > next.Count)
                next.Add(replica);
        }

        Tell(template, outdated.Count, next.Count > 0 ? $"{next[0].Name} is next"
            : waited is not null ? $"waits for {waited.Name}" : "waits for those that do not work");
        return next;
    }

    /// <summary>True if the content goes no further; says so. What stopped other content is forgotten.</summary>
    public bool IsHeld(Job template, int outdated)
    {
        if (template.Rollout is not { } rollout)
            return false;
        if (rollout.IsStopped && (outdated == 0 || !rollout.Holds(template.Hash)))
        {
            draft.Write(
                EngineStage.Records,
                EngineWrite.Remove(draft.Keys.JobRollout(template.Name.Full), template.RolloutIndex));
            return false;
        }

        string why = rollout.Reason.Length > 0 ? $": {rollout.Reason}" : "";
        string by = rollout.By.Length > 0 ? $" by {rollout.By}" : "";
        cases[template.Name.Full].Notice = new JobNotice(
            Rest(template, outdated, $"rollout {(rollout.IsStopped ? "stopped" : "paused")}{by}{why}"));
        return true;
    }

    private void Stop(Job template, string failure, int outdated)
    {
        string key = draft.Keys.JobRollout(template.Name.Full);
        string value = RegistryValues.WriteRollout(new JobRollout(IsStopped: true, template.Hash, failure, ""));
        draft.Write(
            EngineStage.Placements,
            template.RolloutIndex == default
                ? EngineWrite.Create(key, value) : EngineWrite.Replace(key, value, template.RolloutIndex),
            new EngineEvent(EngineEventKind.RolloutStopped, template.Name.Full, "", failure));
        cases[template.Name.Full].Notice = new JobNotice(Rest(template, outdated, $"rollout stopped: {failure}"));
    }

    // Why a replica that has the content is taken as failed; empty: it is not, or not yet.
    private string FailureOf(Job template, Job replica)
    {
        UnitCase unit = cases[replica.Name.Full];
        if (unit.Claim is not { State: not ScheduleState.Revoked } claim || claim.Hash != template.Hash)
            return "";
        if (Handover.StateOf(draft.Registry, claim) is { } state)
        {
            if (state.States.Active == "failed")
                return $"{replica.Name} failed on machine {claim.MachineId}: "
                    + UnitFailure.Describe(state.Result, state.ExitStatus);
            if (state.Reason.Length > 0 && state.States.Active != "active")
                return $"{replica.Name} on machine {claim.MachineId}: {state.Reason}";
        }

        UnreadyReplica unready =
            draft.Memory.Unready.TryGetValue(replica.Name.Full, out UnreadyReplica? known)
            && known.Hash == template.Hash ? known : new UnreadyReplica(template.Hash, draft.Now);
        draft.Unready[replica.Name.Full] = unready;
        TimeSpan limit = template.Requirements.DrainDeadline;
        if (draft.Now < unready.Since + limit)
        {
            draft.LookAt(unready.Since + limit);
            return "";
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"{replica.Name} on machine {claim.MachineId} {Handover.WhyNot(draft.Registry, template, claim)} after "
            + $"{limit.TotalSeconds:0.#} s");
    }

    private bool IsWorking(Job replica) =>
        cases[replica.Name.Full] is { Claim: { } claim } && Handover.IsReady(draft.Registry, replica, claim);

    private void Tell(Job template, int outdated, string what)
    {
        cases[template.Name.Full].Notice = new JobNotice(string.Create(
            CultureInfo.InvariantCulture,
            $"new content: {outdated} of {template.Requirements.Replicas} replicas still have the old one, {what}"));
    }

    private static string Rest(Job template, int outdated, string what) => outdated == 0 ? what : string.Create(
        CultureInfo.InvariantCulture,
        $"{what}; {outdated} of {template.Requirements.Replicas} replicas still have the old content");
}
