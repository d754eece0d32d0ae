using System.Globalization;
using CoreNode.Store;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Api.Fleet;

/// <summary>What people want, written into the registry (decision 0025). Any thread.</summary>
internal sealed class RegistryWriter(IKvClient store, RegistryKeys keys)
{
    /// <summary>Says that this cluster uses units, if nobody has said so; done also if somebody has.</summary>
    public async Task<WriteResult> WakeAsync(CancellationToken cancellation)
    {
        WriteResult result = WriteResult.Of(await store.SetAsync(
            keys.EngineVersion, RegistryValues.EngineVersion, KvSetOptions.Create, cancellation));
        return result.Is(ErrorCode.KeyExists) ? new WriteResult(default, null, "") : result;
    }

    /// <summary>
    /// Stores a text. Always written, also where it is there already: who removes texts that nobody uses sees it
    /// change.
    /// </summary>
    public async Task<WriteResult> StoreTextAsync(UnitFile file, CancellationToken cancellation) =>
        WriteResult.Of(await store.SetAsync(
            keys.Unit(file.Hash), RegistryValues.WriteUnit(file), KvSetOptions.None, cancellation));

    /// <summary>
    /// Makes a job of a stored text, or gives one another text, and says what is wanted of it (null: as before).
    /// </summary>
    public async Task<WriteResult> SubmitAsync(
        string unit, string hash, string? desired, bool isNew, CancellationToken cancellation)
    {
        // An old one has its new state before its new text: it is not started anew only to be stopped.
        WriteResult state = new(default, null, "");
        if (desired is not null && !isNew)
            state = await SetStateAsync(unit, desired, cancellation);
        if (!state.IsDone)
            return state;
        WriteResult job = WriteResult.Of(await store.SetAsync(
            keys.JobObject(unit), RegistryValues.WriteJobObject(unit, hash),
            isNew ? KvSetOptions.Create : KvSetOptions.None, cancellation));
        if (job.IsDone && desired is not null && isNew)
            state = await SetStateAsync(unit, desired, cancellation);
        return WriteResult.Of(job, state);
    }

    /// <summary>Says what is wanted of a unit.</summary>
    public async Task<WriteResult> SetStateAsync(string unit, string desired, CancellationToken cancellation) =>
        WriteResult.Of(await store.SetAsync(keys.JobTargetState(unit), desired, KvSetOptions.None, cancellation));

    /// <summary>Destroys a unit; its text stays until nobody uses it.</summary>
    public async Task<WriteResult> DestroyAsync(string unit, CancellationToken cancellation) =>
        WriteResult.Of(await store.DeleteAsync(
            keys.Job(unit), new KvDeleteOptions { IsDirectory = true, IsRecursive = true }, cancellation));

    /// <summary>Asks for one more restart; refused if somebody else has done so at the same time.</summary>
    public async Task<WriteResult> RestartAsync(string unit, ulong before, CancellationToken cancellation) =>
        WriteResult.Of(await store.SetAsync(
            keys.JobRestart(unit), RegistryValues.WriteCounter(before + 1),
            before == 0
                ? KvSetOptions.Create
                : new KvSetOptions { PreviousValue = before.ToString(CultureInfo.InvariantCulture) },
            cancellation));

    /// <summary>Changes one key of a machine's metadata; an empty value hides it.</summary>
    public async Task<WriteResult> SetMetadataAsync(MetadataPatch patch, CancellationToken cancellation) =>
        WriteResult.Of(await store.SetAsync(
            keys.MachineMetadata(patch.MachineId, patch.Name), patch.Value, KvSetOptions.None, cancellation));

    /// <summary>Has a template's new content go no further, or go on (null).</summary>
    public async Task<WriteResult> SetRolloutAsync(
        string template, JobRollout? rollout, CancellationToken cancellation)
    {
        string key = keys.JobRollout(template);
        if (rollout is not null)
        {
            return WriteResult.Of(await store.SetAsync(
                key, RegistryValues.WriteRollout(rollout), KvSetOptions.None, cancellation));
        }

        WriteResult gone = WriteResult.Of(await store.DeleteAsync(key, KvDeleteOptions.None, cancellation));
        return gone.Is(ErrorCode.KeyNotFound) ? new WriteResult(default, null, "") : gone;
    }

    /// <summary>Takes a machine out of use, or gives it back (null).</summary>
    public async Task<WriteResult> SetCordonAsync(
        string machine, MachineCordon? cordon, CancellationToken cancellation)
    {
        string key = keys.MachineCordon(machine);
        if (cordon is not null)
        {
            return WriteResult.Of(await store.SetAsync(
                key, RegistryValues.WriteCordon(cordon), KvSetOptions.None, cancellation));
        }

        WriteResult gone = WriteResult.Of(await store.DeleteAsync(key, KvDeleteOptions.None, cancellation));
        return gone.Is(ErrorCode.KeyNotFound) ? new WriteResult(default, null, "") : gone;
    }
}
