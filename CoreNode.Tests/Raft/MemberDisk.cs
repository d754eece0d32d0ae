using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Tests.Raft;

/// <summary>What survives a crash of one member, and the writes that are still on their way there.</summary>
internal sealed class MemberDisk(Configuration configuration)
{
    public HardState HardState { get; private set; }

    public MemberSnapshot Snapshot { get; private set; } = new(
        new SnapshotMetadata(LogIndex.Zero, Term.Zero, configuration), []);

    public List<RaftEntry> Entries { get; } = [];

    public Queue<MemberWrite> Writes { get; } = new();

    /// <summary>The oldest write becomes durable.</summary>
    public MemberWrite Complete()
    {
        MemberWrite write = Writes.Dequeue();
        Store(write, write.Entries.Length);
        return write;
    }

    /// <summary>A crash: some of the writes made it, the last of those perhaps in part.</summary>
    public void Crash(Prng? prng)
    {
        int survivors = prng is null ? 0 : prng.Next(Writes.Count + 1);
        for (int i = 0; i < survivors; i++)
            Complete();
        if (prng is not null && Writes.TryDequeue(out MemberWrite? torn) && torn.Snapshot is null)
            Store(torn, prng.Next(torn.Entries.Length + 1));
        Writes.Clear();
    }

    /// <summary>The disk was set back: everything after that index is gone.</summary>
    public void Forget(LogIndex after)
    {
        Entries.RemoveAll(entry => entry.Index > after);
        HardState = HardState with { Commit = LogIndex.Min(HardState.Commit, after) };
    }

    /// <summary>A snapshot of the member's own is durable, and the log up to it is gone.</summary>
    public void Compact(MemberSnapshot snapshot)
    {
        Snapshot = snapshot;
        Entries.RemoveAll(entry => entry.Index <= snapshot.Metadata.Index);
    }

    private void Store(MemberWrite write, int entries)
    {
        if (write.HardState is { } hardState)
            HardState = hardState;
        if (write.Snapshot is { } snapshot)
        {
            Snapshot = snapshot;
            Entries.Clear();
        }

        foreach (RaftEntry entry in write.Entries.AsSpan(0, entries))
        {
            // The member may have compacted past an entry that was still being written again.
            if (entry.Index <= Snapshot.Metadata.Index)
                continue;
            Entries.RemoveAll(old => old.Index >= entry.Index);
            Entries.Add(entry);
        }
    }
}
