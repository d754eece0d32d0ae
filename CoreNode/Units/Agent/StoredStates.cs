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
        string record = keys.Announced(machineId, step.Unit);
        (KvOutcome answer, string? present) = await ReadAsync(record, cancellation);
        if (!IsRead(answer))
            return Failed(step, answer);
        List<UnitAnnouncement> all = Recorded([.. step.Announcements], step, present);
        if (await EnsureAsync(record, present, all, cancellation) is { } bad)
            return Failed(step, bad);
        foreach (UnitAnnouncement announcement in step.Announcements)
        {
            if (await PutAsync(step, announcement, cancellation) is { } badKey)
                return badKey;
        }

        foreach (UnitAnnouncement left in all[step.Announcements.Count..])
        {
            if (await RemoveAsync(left, cancellation) is { } badLeft)
                return Failed(step, badLeft);
        }

        string made = RegistryValues.WriteAnnounced(all);
        return await EnsureAsync(record, made, step.Announcements, cancellation) is { } badRecord
            ? Failed(step, badRecord)
            : new StepOutcome(step, StepResult.Done, "");
    }

    /// <summary>
    /// The keys first, where they still hold what this machine wrote, then the record of them. What it wrote the record
    /// says, also to a process that knows nothing else of the unit.
    /// </summary>
    public async Task<StepOutcome> WithdrawAsync(AgentStep step, CancellationToken cancellation)
    {
        string record = keys.Announced(machineId, step.Unit);
        (KvOutcome answer, string? present) = await ReadAsync(record, cancellation);
        if (!IsRead(answer))
            return Failed(step, answer);
        foreach (UnitAnnouncement announcement in Recorded([.. step.Announcements], step, present))
        {
            if (!Contains(step.Shared, announcement) && await RemoveAsync(announcement, cancellation) is { } bad)
                return Failed(step, bad);
        }

        return await SetOrRemoveAsync(record, null, "", cancellation) is { } badRecord
            ? Failed(step, badRecord)
            : new StepOutcome(step, StepResult.Done, "");
    }

    private static bool Contains(IReadOnlyList<UnitAnnouncement> list, UnitAnnouncement wanted)
    {
        for (int i = 0; i < list.Count; i++)
        {
            if (list[i] == wanted)
                return true;
        }

        return false;
    }

    // What may stand by this machine's hand, besides those that are given.
    private static List<UnitAnnouncement> Recorded(List<UnitAnnouncement> all, AgentStep step, string? record)
    {
        foreach (UnitAnnouncement left in step.Left)
        {
            if (!all.Contains(left))
                all.Add(left);
        }

        foreach (UnitAnnouncement made in RegistryValues.ReadAnnounced(record ?? "") ?? [])
        {
            if (!all.Contains(made))
                all.Add(made);
        }

        return all;
    }

    // Null if it is gone, or another's. An empty value cannot be a condition of a removal; the index of the key can.
    private async Task<KvOutcome?> RemoveAsync(UnitAnnouncement made, CancellationToken cancellation)
    {
        if (made.Value.Length > 0)
            return await SetOrRemoveAsync(made.Key, null, made.Value, cancellation);
        KvOutcome seen = await store.GetAsync(made.Key, KvGetOptions.Linearizable, cancellation);
        if (seen is not KvOutcome.Done { Change.Node: { Value: "" } node })
            return IsRead(seen) ? null : seen;
        KvOutcome removed = await store.DeleteAsync(
            made.Key, new KvDeleteOptions { PreviousIndex = node.ModifiedIndex }, cancellation);
        return IsGone(removed) ? null : removed;
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
            || RegistryValues.ReadEntry(machineId, step.Unit, node)
                is not { State: ScheduleState.Launched } standing)
        {
            return new StepOutcome(step, StepResult.Failed, "it is not to run on this machine any more");
        }

        // Where the unit is being handed over the other machine's word stands.
        if (present is not null && standing.Successor.Length > 0)
            return null;

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

    private async Task<KvOutcome?> EnsureAsync(
        string record, string? present, IReadOnlyList<UnitAnnouncement> made, CancellationToken cancellation)
    {
        string value = RegistryValues.WriteAnnounced(made);
        return present == value ? null : await SetOrRemoveAsync(record, value, "", cancellation);
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
        return IsGone(removed) ? null : removed;
    }

    private static bool IsGone(KvOutcome removed) =>
        removed is KvOutcome.Done
        || (removed is KvOutcome.Refused { Error: var error }
            && (error.Is(ErrorCode.KeyNotFound) || error.Is(ErrorCode.CompareFailed)));

    // A directory that nobody needs any more; one that is not empty, or that others fill meanwhile, stays.
    private async Task RemoveIfEmptyAsync(string directory, CancellationToken cancellation)
    {
        KvOutcome answer = await store.GetAsync(directory, KvGetOptions.Plain, cancellation);
        if (answer is KvOutcome.Done { Change.Node: { IsDirectory: true, Nodes.Count: 0 } })
            await store.DeleteAsync(directory, new KvDeleteOptions { IsDirectory = true }, cancellation);
    }
}
