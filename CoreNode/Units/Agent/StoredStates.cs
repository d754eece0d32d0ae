using CoreNode.Store;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Agent;

/// <summary>
/// What this machine writes into the store about its units: states, job-state, announced keys. Every call can be
/// repeated. Any number at once, for one unit one after the other.
/// </summary>
internal sealed class StoredStates(IKvClient store, RegistryKeys keys, string machineId)
{
    /// <summary>The outcome of a step that the store did not do.</summary>
    public static StepOutcome Failed(AgentStep step, KvOutcome answer) => answer switch
    {
        KvOutcome.Refused { Error: var error } => new StepOutcome(step, StepResult.Failed, $"the store says {error}")
        {
            IsAway = error.Is(ErrorCode.RaftInternal),
        },
        KvOutcome.Unreachable { Reason: var reason } =>
            new StepOutcome(step, StepResult.Failed, reason) { IsAway = true },
        KvOutcome.Unknown { Reason: var reason } =>
            new StepOutcome(step, StepResult.Failed, reason) { IsAway = true },
        _ => new StepOutcome(step, StepResult.Failed, "the store holds a directory where a value is expected"),
    };

    /// <summary>Brings states/[unit]/[machine] and job/[unit]/job-state up to date.</summary>
    public async Task<StepOutcome> PublishAsync(AgentStep step, CancellationToken cancellation)
    {
        PublishedState wanted = step.Wanted!;
        string stateKey = keys.UnitState(step.Unit, machineId);
        string? state = step.Known?.State;
        bool? hasJobState = step.Known?.HasJobState;
        if (step.Known is null)
        {
            (KvOutcome Answer, string? Value) seen = await ReadAsync(stateKey, cancellation);
            (KvOutcome Answer, string? Value) job = await ReadAsync(keys.JobState(step.Unit), cancellation);
            if (!IsRead(seen.Answer) || !IsRead(job.Answer))
                return Failed(step, IsRead(seen.Answer) ? job.Answer : seen.Answer);
            state = seen.Value;
            hasJobState = job.Value == machineId;
        }

        if (state != wanted.State && await SetOrRemoveAsync(stateKey, wanted.State, "", cancellation) is { } bad)
            return Failed(step, bad);
        if (hasJobState != wanted.HasJobState)
        {
            string? value = wanted.HasJobState ? machineId : null;
            if (await SetOrRemoveAsync(keys.JobState(step.Unit), value, machineId, cancellation) is { } badJob)
                return Failed(step, badJob);
        }

        if (wanted == PublishedState.None)
        {
            await RemoveIfEmptyAsync(keys.UnitStates(step.Unit), cancellation);
            await RemoveIfEmptyAsync(keys.Job(step.Unit), cancellation);
        }

        return new StepOutcome(step, StepResult.Done, "");
    }

    /// <summary>
    /// The record of the keys first, then the keys: whoever cleans up after this machine misses none.
    /// </summary>
    public async Task<StepOutcome> AnnounceAsync(AgentStep step, CancellationToken cancellation)
    {
        List<string> now = [];
        foreach (UnitAnnouncement announcement in step.Announcements)
            now.Add(announcement.Key);
        List<string> all = [.. now];
        foreach (string left in step.Left)
        {
            if (!all.Contains(left))
                all.Add(left);
        }

        string record = keys.Announced(machineId, step.Unit);
        if (await EnsureAsync(record, RegistryValues.WriteAnnounced(all), cancellation) is { } bad)
            return Failed(step, bad);
        foreach (UnitAnnouncement announcement in step.Announcements)
        {
            if (await PutAsync(step, announcement, cancellation) is { } badKey)
                return badKey;
        }

        if (all.Count > now.Count)
        {
            foreach (string left in all[now.Count..])
            {
                if (await SetOrRemoveAsync(left, null, "", cancellation) is { } badLeft)
                    return Failed(step, badLeft);
            }

            if (await EnsureAsync(record, RegistryValues.WriteAnnounced(now), cancellation) is { } badRecord)
                return Failed(step, badRecord);
        }

        return new StepOutcome(step, StepResult.Done, "");
    }

    /// <summary>
    /// The keys first, where they still hold what this machine wrote, then the record of them.
    /// </summary>
    public async Task<StepOutcome> WithdrawAsync(AgentStep step, CancellationToken cancellation)
    {
        foreach (string key in step.Left)
        {
            string value = "";
            foreach (UnitAnnouncement announcement in step.Announcements)
                value = announcement.Key == key ? announcement.Value : value;
            if (await SetOrRemoveAsync(key, null, value, cancellation) is { } bad)
                return Failed(step, bad);
        }

        return await SetOrRemoveAsync(keys.Announced(machineId, step.Unit), null, "", cancellation) is { } badRecord
            ? Failed(step, badRecord)
            : new StepOutcome(step, StepResult.Done, "");
    }

    // Null if it was done. A machine that was away may announce before it hears that its place was taken: what stood
    // there while its entry still stood may be replaced, what another copy wrote since then not.
    private async Task<StepOutcome?> PutAsync(
        AgentStep step, UnitAnnouncement announcement, CancellationToken cancellation)
    {
        KvOutcome seen = await store.GetAsync(announcement.Key, KvGetOptions.Linearizable, cancellation);
        if (!IsRead(seen))
            return Failed(step, seen);
        KvNode? present = (seen as KvOutcome.Done)?.Change.Node;
        if (present?.Value == announcement.Value)
            return null;
        string entryKey = keys.ScheduleEntry(machineId, step.Unit);
        KvOutcome entry = await store.GetAsync(entryKey, KvGetOptions.Linearizable, cancellation);
        if (!IsRead(entry))
            return Failed(step, entry);
        if (entry is not KvOutcome.Done { Change.Node: var node }
            || RegistryValues.ReadEntry(machineId, step.Unit, node) is not { State: ScheduleState.Launched })
        {
            return new StepOutcome(step, StepResult.Failed, "it is not to run on this machine any more");
        }

        KvSetOptions options =
            present is null ? KvSetOptions.Create : new KvSetOptions { PreviousIndex = present.ModifiedIndex };
        KvOutcome written = await store.SetAsync(announcement.Key, announcement.Value, options, cancellation);
        return written is KvOutcome.Done ? null : Failed(step, written);
    }

    private async Task<(KvOutcome Answer, string? Value)> ReadAsync(string key, CancellationToken cancellation)
    {
        KvOutcome answer = await store.GetAsync(key, KvGetOptions.Linearizable, cancellation);
        return (answer, answer is KvOutcome.Done done ? done.Change.Node.Value : null);
    }

    private static bool IsRead(KvOutcome answer) =>
        answer is KvOutcome.Done
        || (answer is KvOutcome.Refused { Error: var error } && error.Is(ErrorCode.KeyNotFound));

    private async Task<KvOutcome?> EnsureAsync(string key, string value, CancellationToken cancellation)
    {
        (KvOutcome answer, string? present) = await ReadAsync(key, cancellation);
        if (!IsRead(answer))
            return answer;
        return present == value ? null : await SetOrRemoveAsync(key, value, "", cancellation);
    }

    // Null if it was done. A value to compare guards a removal: what others wrote since stays.
    private async Task<KvOutcome?> SetOrRemoveAsync(
        string key, string? value, string compare, CancellationToken cancellation)
    {
        if (value is not null)
        {
            KvOutcome written = await store.SetAsync(key, value, KvSetOptions.None, cancellation);
            return written is KvOutcome.Done ? null : written;
        }

        KvDeleteOptions options =
            compare.Length > 0 ? new KvDeleteOptions { PreviousValue = compare } : KvDeleteOptions.None;
        KvOutcome removed = await store.DeleteAsync(key, options, cancellation);
        bool isGone = removed is KvOutcome.Done
            || (removed is KvOutcome.Refused { Error: var error }
                && (error.Is(ErrorCode.KeyNotFound) || error.Is(ErrorCode.CompareFailed)));
        return isGone ? null : removed;
    }

    // A directory that nobody needs any more; one that is not empty, or that others fill meanwhile, stays.
    private async Task RemoveIfEmptyAsync(string directory, CancellationToken cancellation)
    {
        KvOutcome answer = await store.GetAsync(directory, KvGetOptions.Plain, cancellation);
        if (answer is KvOutcome.Done { Change.Node: { IsDirectory: true, Nodes.Count: 0 } })
            await store.DeleteAsync(directory, new KvDeleteOptions { IsDirectory = true }, cancellation);
    }
}
