using System.Globalization;
using CoreNode.Foundation;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Engine;

/// <summary>
/// Units that ask to be placed elsewhere when they fail (RescheduleOnFailure=): whose wait is over, and which machines
/// they avoid. What was counted also stands in the unit's notice, so that another leader goes on counting.
/// </summary>
internal sealed class FailureDecisions(PlanDraft draft)
{
    /// <summary>Looks at one unit.</summary>
    public void Judge(UnitCase unit)
    {
        if (!unit.IsWanted || unit.IsGlobal
            || unit.Job is not { Requirements.IsRescheduledOnFailure: true, Desired: DesiredState.Launched } job)
            return;
        FailureRecord? known = Recall(unit, job);
        if (unit.Claim is { } claim)
            known = Look(unit, job, claim, known);
        if (known is null)
            return;
        draft.Failures[unit.Name] = known;

        // While it waits it stays where it failed, and where it runs well again it may stay.
        string here = unit.Ousted.Length == 0 ? unit.Claim?.MachineId ?? "" : "";
        foreach ((string machine, DateTimeOffset until) in known.Avoided)
        {
            if (until > draft.Now && machine != here)
                unit.Avoid(machine, "it failed there lately");
        }

        unit.Notice = NoticeOf(unit, known);
    }

    private FailureRecord? Look(UnitCase unit, Job job, ScheduleEntry claim, FailureRecord? known)
    {
        if (draft.Registry.State(unit.Name, claim.MachineId) is not { } state
            || state.Hash != job.Hash
            || state.ModifiedIndex < claim.CreatedIndex)
            return known;
        if (state.HasFailed)
        {
            FailureRecord failed = FailureBackoff.Failed(
                known, job.Hash, claim.CreatedIndex, claim.MachineId, draft.Now, draft.Options);
            if (failed.Due <= draft.Now)
                unit.Ousted = string.Create(
                    CultureInfo.InvariantCulture, $"it failed, {failed.Failures} times in a row");
            else
                draft.LookAt(failed.Due);
            return failed;
        }

        // A unit that ended well is inactive.
        if (state.States.Active is not ("active" or "inactive"))
            return known;
        FailureRecord? well = FailureBackoff.Runs(known, job.Hash, draft.Now, draft.Options);
        if (well?.WellSince is { } since)
            draft.LookAt(since + draft.Options.FailureMemory);
        return well;
    }

    private FailureRecord? Recall(UnitCase unit, Job job)
    {
        if (draft.Memory.Failures.TryGetValue(unit.Name, out FailureRecord? known))
            return known.Hash == job.Hash ? known : null;
        if (job.Notice is not { Failures: > 0 } notice)
            return null;
        // It was counted by another leader's clock, which may be ahead of this one's.
        DateTimeOffset latest = draft.Now + draft.Options.MaxBackoff;
        DateTimeOffset due = notice.NotBefore is not { } told ? draft.Now : told < latest ? told : latest;
        return new FailureRecord
        {
            Hash = job.Hash,
            Failures = notice.Failures,
            Machine = notice.MachineId,
            Due = due,
            Claim = unit.Claim?.MachineId == notice.MachineId ? unit.Claim.CreatedIndex : StoreIndex.Zero,
            Avoided = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal)
            {
                [notice.MachineId] = due + draft.Options.FailureMemory,
            },
        };
    }

    private static JobNotice NoticeOf(UnitCase unit, FailureRecord record)
    {
        string times = record.Failures == 1
            ? "once" : string.Create(CultureInfo.InvariantCulture, $"{record.Failures} times in a row");
        bool isWaiting = unit.Ousted.Length == 0
            && unit.Claim is { } claim && claim.CreatedIndex == record.Claim && record.WellSince is null;
        string due = record.Due.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        return new JobNotice(isWaiting
            ? $"it failed {times}, on machine {record.Machine} now; it is placed elsewhere at {due} UTC"
            : $"it failed {times}, last on machine {record.Machine}")
        {
            Failures = record.Failures,
            MachineId = record.Machine,
            NotBefore = record.Due,
        };
    }
}
