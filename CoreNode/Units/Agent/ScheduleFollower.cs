using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Agent;

/// <summary>
/// Follows this machine's part of the schedule: a listing that a quorum confirms, then every change after it. Where
/// the history is gone it lists again. What it finds goes to <see cref="IScheduleListener"/> in order.
/// </summary>
internal sealed class ScheduleFollower(
    IKvClient store, RegistryKeys keys, string machineId, TimeProvider time, IScheduleListener listener)
{
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);

    /// <summary>Returns once somebody uses units in this cluster.</summary>
    public async Task WaitUntilUsedAsync(CancellationToken cancellation)
    {
        while (true)
        {
            KvOutcome answer = await store.GetAsync(keys.EngineVersion, KvGetOptions.Linearizable, cancellation);
            if (answer is KvOutcome.Done)
                return;
            if (answer is not KvOutcome.Refused { Error: var error } || !error.Is(ErrorCode.KeyNotFound))
            {
                await Task.Delay(s_again, time, cancellation);
                continue;
            }

            StoreIndex next = new StoreIndex(error.Index).Next;
            await foreach (KvWatchItem item in store.WatchAsync(keys.EngineVersion, false, next, cancellation))
            {
                if (item is KvWatchItem.Changed { Change.Node.Value: not null }
                    or KvWatchItem.HistoryLost { Now: not null })
                {
                    return;
                }
            }

            await Task.Delay(s_again, time, cancellation);
        }
    }

    /// <summary>Lists and follows until cancelled.</summary>
    public async Task FollowAsync(CancellationToken cancellation)
    {
        string directory = keys.Schedule(machineId);
        while (true)
        {
            KvOutcome answer = await store.GetAsync(
                directory, new KvGetOptions { IsRecursive = true, IsQuorum = true }, cancellation);
            if (Index(answer) is { } index)
            {
                listener.Listed(answer is KvOutcome.Done done ? Entries(done.Change.Node) : [], index);
                await FollowAfterAsync(directory, index, cancellation);
            }
            else
            {
                listener.NotFollowed(answer.ToString() ?? "");
            }

            await Task.Delay(s_again, time, cancellation);
        }
    }

    private static StoreIndex? Index(KvOutcome answer) => answer switch
    {
        KvOutcome.Done done => done.Change.Index,
        KvOutcome.Refused { Error: var error } when error.Is(ErrorCode.KeyNotFound) => new StoreIndex(error.Index),
        _ => null,
    };

    private async Task FollowAfterAsync(string directory, StoreIndex index, CancellationToken cancellation)
    {
        await foreach (KvWatchItem item in store.WatchAsync(directory, true, index.Next, cancellation))
        {
            switch (item)
            {
                case KvWatchItem.Changed changed:
                    Pass(directory, changed.Change);
                    break;
                case KvWatchItem.HistoryLost:
                    // What it read again may come from a member that is behind; a quorum's listing does not.
                    return;
                case KvWatchItem.Disconnected lost:
                    listener.NotFollowed(lost.Reason);
                    break;
                case KvWatchItem.Refused refused:
                    listener.NotFollowed(refused.Error.ToString());
                    return;
            }
        }
    }

    private void Pass(string directory, KvChange change)
    {
        KvNode node = change.Node;
        bool isRemoved = change.Action is KeyAction.Delete or KeyAction.CompareAndDelete or KeyAction.Expire;
        if (node.Key.Length <= directory.Length)
        {
            // The directory itself, or one that holds it.
            if (isRemoved)
                listener.Listed([], node.ModifiedIndex);
            return;
        }

        string unit = node.Key[(directory.Length + 1)..];
        if (isRemoved)
            listener.Changed(unit, null, node.ModifiedIndex);
        else if (RegistryValues.ReadEntry(machineId, unit, node) is { } entry)
            listener.Changed(unit, entry, node.ModifiedIndex);
        else if (!node.IsDirectory)
            listener.Damaged(unit);
    }

    private List<ScheduleEntry> Entries(KvNode directory)
    {
        List<ScheduleEntry> entries = [];
        foreach (KvNode node in directory.Nodes)
        {
            string unit = node.Key[(directory.Key.Length + 1)..];
            if (RegistryValues.ReadEntry(machineId, unit, node) is { } entry)
                entries.Add(entry);
            else
                listener.Damaged(unit);
        }

        return entries;
    }
}
