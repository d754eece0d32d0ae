using CoreNode.Units.Registry;

namespace CoreNode.Units.Engine;

/// <summary>What nobody needs any longer: content without a job, and keys that were written into a job just as it was
/// destroyed.</summary>
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

    /// <summary>Removes what this engine wrote of a job that was destroyed meanwhile.</summary>
    public void RemovePartialJobs()
    {
        foreach (Job job in draft.Registry.Partial.Values)
        {
            string name = job.Name.Full;
            if (job.Target.Length > 0)
                draft.Write(
                    EngineStage.Placements, EngineWrite.Remove(draft.Keys.JobTarget(name), job.TargetIndex));
            if (job.Notice is not null)
                draft.Write(EngineStage.Placements, EngineWrite.RemoveValue(draft.Keys.JobNotice(name), null));
            if (job.Target.Length > 0 || job.Notice is not null)
                draft.Write(EngineStage.Records, EngineWrite.RemoveEmpty(draft.Keys.Job(name)));
        }
    }
}
