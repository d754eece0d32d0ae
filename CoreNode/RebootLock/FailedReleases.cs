using CoreNode.RebootLock.Model;
using CoreNode.Store;

namespace CoreNode.RebootLock;

/// <summary>
/// Releases that went back on a machine, noted beside the lock under which it restarted: the others of the group do not
/// restart into one before an operator allows it (docs/decisions/0060). What was allowed stays noted, so that the same
/// failure is not noted again. Any thread.
/// </summary>
/// <param name="store">Where they stand.</param>
public sealed class FailedReleases(IKvClient store)
{
    /// <summary>What is noted of a version; null: nothing.</summary>
    /// <exception cref="IOException">The store does not say.</exception>
    public async Task<FailedRelease?> FindAsync(string group, string version, CancellationToken cancellation)
    {
        KvOutcome outcome = await store.GetAsync(
            LockKeys.FailedRelease(group, version), KvGetOptions.Linearizable, cancellation);
        return IsThere(outcome, out KvNode? node) ? FailureJson.Read(node!.Value ?? "") : null;
    }

    /// <summary>All of a group, those that were allowed included.</summary>
    /// <exception cref="IOException">The store does not say.</exception>
    public async Task<IReadOnlyList<FailedRelease>> ListAsync(string group, CancellationToken cancellation)
    {
        List<FailedRelease> found = [];
        KvOutcome outcome = await store.GetAsync(
            LockKeys.FailedReleases(group), KvGetOptions.Linearizable, cancellation);
        if (!IsThere(outcome, out KvNode? directory))
            return found;
        foreach (KvNode node in directory!.Nodes)
        {
            if (FailureJson.Read(node.Value ?? "") is { } release)
                found.Add(release);
        }

        return found;
    }

    /// <summary>Notes one, unless something is noted of that version already.</summary>
    /// <exception cref="IOException">It could not be noted.</exception>
    public async Task NoteAsync(string group, FailedRelease release, CancellationToken cancellation)
    {
        KvOutcome outcome = await store.SetAsync(
            LockKeys.FailedRelease(group, release.Version), FailureJson.Write(release), KvSetOptions.Create,
            cancellation);
        bool isNoted = outcome is KvOutcome.Done
            || (outcome is KvOutcome.Refused { Error: var error } && error.Is(ErrorCode.KeyExists));
        if (!isNoted)
            throw Away(outcome);
    }

    /// <summary>Lets machines of a group restart into a version all the same; false: nothing is noted.</summary>
    /// <exception cref="IOException">The store does not take it.</exception>
    public async Task<bool> AllowAsync(string group, string version, CancellationToken cancellation)
    {
        if (await FindAsync(group, version, cancellation) is not { } release)
            return false;
        KvOutcome outcome = await store.SetAsync(
            LockKeys.FailedRelease(group, version), FailureJson.Write(release with { IsAllowed = true }),
            KvSetOptions.None, cancellation);
        return outcome is KvOutcome.Done ? true : throw Away(outcome);
    }

    private static bool IsThere(KvOutcome outcome, out KvNode? node)
    {
        node = (outcome as KvOutcome.Done)?.Change.Node;
        return node is not null
            || (outcome is KvOutcome.Refused { Error: var error } && error.Is(ErrorCode.KeyNotFound)
                ? false
                : throw Away(outcome));
    }

    private static IOException Away(KvOutcome outcome)
    {
        string reason = outcome switch
        {
            KvOutcome.Refused refused => refused.Error.ToString(),
            KvOutcome.Unreachable unreachable => unreachable.Reason,
            KvOutcome.Unknown unknown => unknown.Reason,
            _ => "",
        };
        return new IOException($"what is noted of failed releases beside the lock cannot be reached: {reason}");
    }
}
