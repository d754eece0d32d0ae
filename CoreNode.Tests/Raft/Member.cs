using System.Text;
using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Tests.Raft;

/// <summary>
/// One member and the duties of its caller, done to the letter: persist in order, send what waits for it afterwards,
/// apply in order. Disk and network are driven from outside.
/// </summary>
internal sealed class Member
{
    private readonly Func<Prng, RaftConfig> _config;
    private readonly Prng _prng;
    private readonly Dictionary<LogIndex, MemberSnapshot> _received = [];
    private int _starts;

    public Member(NodeId id, Configuration configuration, Prng prng, Func<Prng, RaftConfig> config)
    {
        Id = id;
        Disk = new MemberDisk(configuration);
        _prng = prng;
        _config = config;
        Node = Start();
    }

    public NodeId Id { get; }

    public RaftNode Node { get; private set; }

    public MemberDisk Disk { get; }

    public bool IsDown { get; private set; }

    public bool IsDiskSlow { get; set; }

    /// <summary>The state machine: every command applied since the beginning.</summary>
    public List<string> Commands { get; private set; } = [];

    public List<ReadState> Reads { get; } = [];

    public LogIndex Applied { get; private set; }

    /// <summary>Called with every entry applied.</summary>
    public Action<Member, RaftEntry>? OnApply { get; set; }

    public void Crash(Prng? prng)
    {
        IsDown = true;
        Disk.Crash(prng);
    }

    /// <summary>The disk of a member that is down loses its end, as an old copy of it would.</summary>
    public void Forget(LogIndex after) => Disk.Forget(after);

    public void Restart()
    {
        IsDown = false;
        Node = Start();
    }

    public void Receive(WireItem item)
    {
        if (item.Snapshot is { } snapshot)
            _received[snapshot.Metadata.Index] = snapshot;
        Node.Step(item.Message);
    }

    /// <summary>Takes one Ready, does its duties and returns what goes out at once.</summary>
    public (Ready Ready, List<WireItem> Sent) TakeReady()
    {
        Ready ready = Node.TakeReady();
        MemberSnapshot? snapshot = ready.Snapshot is null ? null : _received[ready.Snapshot.Index];
        if (!ready.HasNothingToPersist || ready.MessagesAfterPersist.Count > 0)
            Disk.Writes.Enqueue(new MemberWrite(
                ready.HardState, snapshot, [.. ready.Entries], [.. ready.MessagesAfterPersist]));
        foreach (RaftEntry entry in ready.CommittedEntries)
            Apply(entry);
        if (ready.CommittedEntries.Count > 0)
            Node.AdvanceApplied(Applied);
        Reads.AddRange(ready.ReadStates);
        return (ready, [.. ready.Messages.Select(Wrap)]);
    }

    /// <summary>The oldest write becomes durable; returns what may be sent now.</summary>
    public List<WireItem> CompleteWrite()
    {
        MemberWrite write = Disk.Complete();
        if (write.Snapshot is { } snapshot)
        {
            Commands = [.. snapshot.Commands];
            Applied = snapshot.Metadata.Index;
            Node.AdvancePersisted(snapshot.Metadata.Index, snapshot.Metadata.Term);
            Node.AdvanceApplied(Applied);
        }

        if (write.Entries.Length > 0)
            Node.AdvancePersisted(write.Entries[^1].Index, write.Entries[^1].Term);
        return [.. write.MessagesAfterPersist.Select(Wrap)];
    }

    /// <summary>Makes a durable snapshot of what is applied; forgets the log up to <paramref name="index"/>.</summary>
    public void Compact(LogIndex index)
    {
        Assert.That(Node.TryGetTerm(Applied, out Term term), Is.True, "the applied entry is in memory");
        Disk.Compact(new MemberSnapshot(new SnapshotMetadata(Applied, term, Node.ConfigurationAt(Applied)),
            [.. Commands]));
        Node.Compact(index);
    }

    private RaftNode Start()
    {
        SnapshotMetadata snapshot = Disk.Snapshot.Metadata;
        Commands = [.. Disk.Snapshot.Commands];
        Applied = snapshot.Index;
        Reads.Clear();
        return new RaftNode(_config(_prng.Child($"start {_starts++}")), Disk.HardState, snapshot.Configuration,
            snapshot.Index, snapshot.Term, [.. Disk.Entries]);
    }

    private void Apply(RaftEntry entry)
    {
        Assert.That(entry.Index, Is.EqualTo(Applied.Next), "entries are applied in order, each once");
        Applied = entry.Index;
        if (entry.Kind == EntryKind.Command)
            Commands.Add(Encoding.UTF8.GetString(entry.Data.Span));
        OnApply?.Invoke(this, entry);
    }

    // The transport's part: the newest snapshot goes out in place of the one that the core asks for.
    private WireItem Wrap(RaftMessage message) => message.Kind == MessageKind.Snapshot
        ? new WireItem(message with { Snapshot = Disk.Snapshot.Metadata }, Disk.Snapshot)
        : new WireItem(message);
}
