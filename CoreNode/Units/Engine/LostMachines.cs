using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Engine;

/// <summary>
/// Takes lost machines out of the registry: what their units announced, their claims, their states and last their own
/// object. So it looks as under fleet, where all of these have a lifetime of their own.
/// </summary>
internal sealed class LostMachines(PlanDraft draft, MachineSurvey survey)
{
    /// <summary>Writes all of it.</summary>
    public void Remove()
    {
        foreach (string machine in survey.Cap.Emptied)
        {
            RemoveTraces(machine, "its lease is over");
            if (!draft.Registry.Machines.TryGetValue(machine, out RegisteredMachine? registered)
                || registered.Object is null)
                continue;
            draft.Write(
                EngineStage.Records,
                EngineWrite.Remove(draft.Keys.MachineObject(machine), registered.ObjectIndex),
                new EngineEvent(EngineEventKind.Emptied, "", machine, "its lease is over"));
        }

        foreach (string machine in survey.Gone)
            RemoveTraces(machine, "it left the cluster");
    }

    /// <summary>Removes the mark of a machine that it tends a unit, if that machine ends now.</summary>
    public void RemoveJobState(Job job)
    {
        if (job.JobState.Length > 0 && survey.Ending.Contains(job.JobState))
            draft.Write(
                EngineStage.Records,
                EngineWrite.RemoveValue(draft.Keys.JobState(job.Name.Full), job.JobState));
    }

    private void RemoveTraces(string machine, string why)
    {
        if (draft.Registry.Announced.TryGetValue(machine, out var announced))
        {
            foreach ((string unit, IReadOnlyList<UnitAnnouncement> made) in announced)
                RemoveAnnounced(machine, unit, made);
        }

        foreach (ScheduleEntry entry in draft.Registry.ScheduleOf(machine).Values)
        {
            draft.Write(
                EngineStage.Revocations,
                EngineWrite.Remove(draft.Keys.ScheduleEntry(machine, entry.Unit), entry.ModifiedIndex),
                new EngineEvent(EngineEventKind.Evicted, entry.Unit, machine, why));
        }

        if (!draft.Registry.StatesByMachine.TryGetValue(machine, out var states))
            return;
        foreach (UnitStateRecord state in states.Values)
        {
            draft.Write(
                EngineStage.Records,
                EngineWrite.Remove(draft.Keys.UnitState(state.Unit, machine), state.ModifiedIndex));
        }
    }

    // A key that another copy has taken over meanwhile has another value, and stays.
    private void RemoveAnnounced(string machine, string unit, IReadOnlyList<UnitAnnouncement> announced)
    {
        foreach (UnitAnnouncement announcement in announced)
        {
            draft.Write(
                EngineStage.Announcements, EngineWrite.RemoveValue(announcement.Key, announcement.Value));
        }

        draft.Write(
            EngineStage.Records, EngineWrite.RemoveValue(draft.Keys.Announced(machine, unit), null));
    }
}
