using System.Globalization;
using System.Text;
using CoreNode.RebootLock;
using CoreNode.RebootLock.Model;
using CoreNode.Reboots.Service.Ports;
using CoreNode.Store;

namespace CoreNode.Hosting.Reboots;

/// <summary>The reboot lock, held under the machine's id.</summary>
/// <param name="locks">The semaphores of the store.</param>
/// <param name="machineId">The holder.</param>
/// <param name="limit">Others may take it away after that; zero: never.</param>
/// <param name="time">The clock of the notes.</param>
internal sealed class ClusterLock(Semaphores locks, string machineId, TimeSpan limit, TimeProvider time) : ILock
{
    /// <summary>Where other groups are looked for; null: nowhere.</summary>
    public IKvClient? Store { get; init; }

    /// <inheritdoc/>
    public async Task TakeAsync(string group, string why, Action<string> told, CancellationToken cancellation)
    {
        try
        {
            // A store that is away is to be said, and not only waited for.
            LockStatus seen = await locks.ReadAsync(group, cancellation);
            if (seen.Free <= 0)
                told(Text(seen, time.GetUtcNow()));
        }
        catch (RebootLockException away)
        {
            throw new IOException(away.Message, away);
        }

        DateTimeOffset now = time.GetUtcNow();
        HolderNote note = new(now, why, limit > TimeSpan.Zero ? now + limit : null);
        LockAnswer answer = await locks.WaitAsync(
            group, machineId, note, status => told(Text(status, time.GetUtcNow())), cancellation);
        if (answer.Kind != LockAnswerKind.Granted)
            throw new IOException(answer.Reason.Length > 0 ? answer.Reason : "the lock was not granted");
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(string group, CancellationToken cancellation)
    {
        LockAnswer answer = await locks.ReleaseAsync(group, machineId, cancellation);
        if (answer.Kind is not (LockAnswerKind.Released or LockAnswerKind.Absent))
            throw new IOException(answer.Reason.Length > 0 ? answer.Reason : "the lock was not given back");
    }

    /// <inheritdoc/>
    public async Task ReleaseEverywhereAsync(CancellationToken cancellation)
    {
        if (Store is not { } store)
            return;
        KvOutcome outcome = await store.GetAsync(
            LockKeys.Locksmith + "/groups", KvGetOptions.Linearizable, cancellation);
        if (outcome is KvOutcome.Refused { Error.Code: (int)ErrorCode.KeyNotFound })
            return;
        if (outcome is not KvOutcome.Done { Change.Node: { } groups })
            throw new IOException($"which groups of the lock there are cannot be read: {outcome}");
        foreach (KvNode node in groups.Nodes)
        {
            string group = Uri.UnescapeDataString(node.Key[(node.Key.LastIndexOf('/') + 1)..].Replace('+', ' '));
            LockAnswer answer = await locks.ReleaseAsync(group, machineId, cancellation);
            // One that is damaged nobody can hold.
            if (answer.Kind is LockAnswerKind.Unavailable or LockAnswerKind.Denied)
                throw new IOException(answer.Reason);
        }
    }

    /// <summary>Who holds it, since when and why.</summary>
    internal static string Text(LockStatus status, DateTimeOffset now)
    {
        if (status.Max <= 0)
            return "nobody may hold it: corenode lock set-max 1";
        StringBuilder text = new();
        foreach (LockHolder holder in status.Holders)
        {
            text.Append(text.Length > 0 ? ", " : "").Append(holder.Id).Append(" holds it");
            if (holder.Since is { } since)
                text.Append(CultureInfo.InvariantCulture, $" since {since.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");
            if (holder.Reason.Length > 0)
                text.Append(" (").Append(holder.Reason).Append(')');
            if (holder.ReleaseAt <= now)
                text.Append(", for too long");
        }

        return text.ToString();
    }
}
