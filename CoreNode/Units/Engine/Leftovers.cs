using CoreNode.Foundation;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Engine;

/// <summary>
/// What nobody needs any longer: content without a job, keys that were written into a job just as it was destroyed, and
/// the folders of units and machines that are gone.
/// </summary>
internal sealed class Leftovers(PlanDraft draft)
{
    /// <summary>
    /// Removes content that no job has used for an hour. Whoever submits it again writes it anew, and the hour begins
    /// again. Tells when the first of the hours is over; null: there is no such content.
    /// </summary>
    public DateTimeOffset? RemoveContent(IReadOnlyCollection<UnitText> content)
    {
        DateTimeOffset? next = null;
        Dictionary<string, UnusedContent> remembered = new(content.Count, StringComparer.Ordinal);
        foreach (UnitText text in content)
        {
            UnusedContent unused =
                draft.Memory.Unused.TryGetValue(text.Hash, out UnusedContent? known)
                && known.Written == text.CreatedIndex ? known : new UnusedContent(text.CreatedIndex, draft.Now);
            remembered[text.Hash] = unused;
            DateTimeOffset end = unused.Since + draft.Options.ContentRetention;
            if (end <= draft.Now)
                draft.Write(
                    EngineStage.Records, EngineWrite.Remove(draft.Keys.Unit(text.Hash), text.CreatedIndex));
            else
                draft.LookAt(end);
            next = next is null || end < next ? end : next;
        }

        draft.Unused = remembered;
        return next;
    }

    /// <summary>
    /// Removes what was written of a job just as it was destroyed, by this engine, by people, or by the agent of a
    /// machine that is gone. Who submits writes the object first, so what has none is nobody's; what has a damaged one
    /// stays as it is until people see to it.
    /// </summary>
    public void RemovePartialJobs()
    {
        foreach (Job job in draft.Registry.Partial.Values)
        {
            string name = job.Name.Full;
            if (draft.Registry.IsJobDamaged(name))
                continue;
            if (job.Target.Length > 0)
                draft.Write(
                    EngineStage.Placements, EngineWrite.Remove(draft.Keys.JobTarget(name), job.TargetIndex));
            if (job.Notice is not null)
                draft.Write(EngineStage.Placements, EngineWrite.RemoveValue(draft.Keys.JobNotice(name), null));
            if (job.JobState.Length > 0 && draft.Registry.Machine(job.JobState) is null)
                draft.Write(
                    EngineStage.Records, EngineWrite.RemoveValue(draft.Keys.JobState(name), job.JobState));
            if (job.DesiredIndex != StoreIndex.Zero)
                draft.Write(
                    EngineStage.Records, EngineWrite.Remove(draft.Keys.JobTargetState(name), job.DesiredIndex));
            if (job.Restart != 0)
                draft.Write(
                    EngineStage.Records,
                    EngineWrite.RemoveValue(
                        draft.Keys.JobRestart(name), RegistryValues.WriteCounter(job.Restart)));
        }
    }

    /// <summary>
    /// Removes folders that nobody is going to fill, if they are empty as they seem; each once, and again only after
    /// long: at rest nothing is written.
    /// </summary>
    public void RemoveFolders(IReadOnlyCollection<string> folders)
    {
        foreach (string folder in folders)
        {
            bool isTried = draft.Memory.Folders.TryGetValue(folder, out DateTimeOffset at)
                && draft.Now - at < draft.Options.FolderPause;
            draft.Folders[folder] = isTried ? at : draft.Now;
            if (!isTried)
                draft.Write(EngineStage.Records, EngineWrite.RemoveEmpty(draft.Keys.Below(folder)));
        }
    }
}
