namespace CoreNode.Raft;

/// <summary>
/// What the caller has to do, in this order (Raft.md has the whole list of duties): send <see cref="Messages"/>;
/// write <see cref="HardState"/>, <see cref="Snapshot"/> and <see cref="Entries"/> to the log in the order in which
/// Readies were taken; once this and every earlier Ready is durable, send <see cref="MessagesAfterPersist"/> and call
/// <see cref="RaftNode.AdvancePersisted"/>; apply <see cref="CommittedEntries"/>.
/// <para>Ownership: one instance per node, refilled by the next <see cref="RaftNode.TakeReady"/>. Its lists are valid
/// until then; the messages and the entries' bytes in them are immutable and may be kept.</para>
/// </summary>
public sealed class Ready
{
    private List<RaftMessage> _messages = [];
    private List<RaftMessage> _messagesAfterPersist = [];
    private List<ReadState> _readStates = [];

    /// <summary>Term, vote and commit index if one of them changed since the last Ready.</summary>
    public HardState? HardState { get; internal set; }

    /// <summary>
    /// True when entries, a snapshot, term or vote must become durable. A change of the commit index alone may be
    /// written whenever convenient.
    /// </summary>
    public bool MustSync { get; internal set; }

    /// <summary>A received snapshot that replaces log and state machine; install it before <see cref="Entries"/>. When
    /// it is durable and loaded, report its index to AdvancePersisted and AdvanceApplied.</summary>
    public SnapshotMetadata? Snapshot { get; internal set; }

    /// <summary>Entries to append; the first one's index may lie within what was written before, which it then
    /// replaces together with everything after it.</summary>
    public EntryList Entries { get; } = new();

    /// <summary>To send at once, in parallel with writing (thesis §10.2.1).</summary>
    public IReadOnlyList<RaftMessage> Messages => _messages;

    /// <summary>To send only when this Ready and all before it are durable.</summary>
    public IReadOnlyList<RaftMessage> MessagesAfterPersist => _messagesAfterPersist;

    /// <summary>Committed and durable here, to apply in order, each exactly once; all kinds of entries.</summary>
    public EntryList CommittedEntries { get; } = new();

    /// <summary>Confirmed reads: serve each once its index is applied.</summary>
    public IReadOnlyList<ReadState> ReadStates => _readStates;

    /// <summary>Set when leader, role or term changed. Reads asked for before may never be answered.</summary>
    public LeaderState? LeaderState { get; internal set; }

    /// <summary>Set when another configuration came into force: connect and disconnect accordingly.</summary>
    public Configuration? Configuration { get; internal set; }

    /// <summary>True when nothing has to become durable.</summary>
    public bool HasNothingToPersist => HardState is null && Snapshot is null && Entries.Count == 0;

    internal void Clear()
    {
        HardState = null;
        MustSync = false;
        Snapshot = null;
        LeaderState = null;
        Configuration = null;
        Entries.Clear();
        CommittedEntries.Clear();
        _messages.Clear();
        _messagesAfterPersist.Clear();
        _readStates.Clear();
    }

    /// <summary>Trades the empty lists of this Ready for the filled ones of the core.</summary>
    internal void Exchange(Outbox outbox)
    {
        (outbox.Now, _messages) = (_messages, outbox.Now);
        (outbox.AfterPersist, _messagesAfterPersist) = (_messagesAfterPersist, outbox.AfterPersist);
        (outbox.Reads, _readStates) = (_readStates, outbox.Reads);
    }
}
