using CoreNode.Api.Client;
using CoreNode.RebootLock;
using CoreNode.Store;

namespace CoreNode.Cli.Locks;

/// <summary>Whether a holder's machine is there, by what stands in the store.</summary>
/// <param name="Word">up, gone or unknown.</param>
/// <param name="Why">What says so, for people.</param>
internal sealed record HolderMachine(string Word, string Why)
{
    // A node that holds the lock says every 10 s that it is up.
    private static readonly TimeSpan s_silence = TimeSpan.FromMinutes(1);

    // Where machines that run units stand (docs/formats.md).
    private const string Machines = "/_coreos.com/fleet/machines/";

    /// <summary>Looks for each holder, in their order.</summary>
    public static async Task<List<HolderMachine>> FindAsync(
        V2Client store, LockStatus status, DateTimeOffset now, CancellationToken cancellation)
    {
        List<HolderMachine> found = [];
        foreach (LockHolder holder in status.Holders)
        {
            bool isFresh = holder.Heard is { } heard && now - heard < s_silence;
            found.Add(Judge(holder, now, isFresh ? null : await LeaseAsync(store, holder.Id, cancellation)));
        }

        return found;
    }

    /// <summary>Judges one.</summary>
    /// <param name="holder">The holder.</param>
    /// <param name="now">The time.</param>
    /// <param name="hasLease">Whether it is registered to run units; null: it never was, or nobody says.</param>
    internal static HolderMachine Judge(LockHolder holder, DateTimeOffset now, bool? hasLease)
    {
        // What was heard before it took the lock is of another hold.
        DateTimeOffset? heard = holder.Heard >= (holder.Since ?? holder.Heard) ? holder.Heard : null;
        if (heard is { } at && now - at < s_silence)
            return new HolderMachine("up", "up");
        if (hasLease == true)
            return new HolderMachine("up", "up, its lease stands");
        if (heard is { } last)
            return new HolderMachine("gone", $"gone, last heard of {LockText.Time(last)} ({LockText.Ago(now - last)})");
        return hasLease == false
            ? new HolderMachine("gone", "gone, its lease is over")
            : new HolderMachine("unknown", "not known");
    }

    private static async Task<bool?> LeaseAsync(V2Client store, string id, CancellationToken cancellation)
    {
        foreach (char one in id)
        {
            if (!char.IsAsciiLetterOrDigit(one))
                return null;
        }

        KvOutcome outcome = await store.GetAsync(Machines + id, KvGetOptions.Plain, cancellation);
        if (outcome is not KvOutcome.Done { Change.Node: var machine })
            return null;
        foreach (KvNode part in machine.Nodes)
        {
            if (part.Key == $"{Machines}{id}/object")
                return true;
        }

        return false;
    }
}
