using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>
/// One member of a Raft group as a deterministic state machine: it does nothing by itself, knows no clock, disk or
/// network, and is owned by one thread. Feed it with <see cref="Tick"/>, <see cref="Step"/> and proposals; after each
/// batch of input take <see cref="TakeReady"/> while <see cref="HasReady"/>, do what it says, and report back through
/// <see cref="AdvancePersisted"/> and <see cref="AdvanceApplied"/>. Raft.md lists the caller's duties.
/// <para>Source: Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm" (paper), and Ongaro's
/// dissertation (thesis). Broken rules of the caller and broken state throw <see cref="InvariantException"/>; nothing
/// that a peer sends does.</para>
/// </summary>
public sealed class RaftNode
{
    private readonly RaftCore _core;
    private readonly Ready _ready = new();
    private HardState _handedHardState;
    private LeaderState _handedLeaderState;
    private Configuration _handedConfiguration;

    /// <summary>A member as it stands after reading its disk.</summary>
    /// <param name="config">How it behaves.</param>
    /// <param name="hardState">The last one written; default for a new member.</param>
    /// <param name="configuration">The configuration at <paramref name="snapshotIndex"/>.</param>
    /// <param name="snapshotIndex">What the newest snapshot covers; 0 without one.</param>
    /// <param name="snapshotTerm">The term of that entry.</param>
    /// <param name="entries">The durable entries right after the snapshot.</param>
    public RaftNode(
        RaftConfig config,
        HardState hardState,
        Configuration configuration,
        LogIndex snapshotIndex,
        Term snapshotTerm,
        IReadOnlyList<RaftEntry> entries)
    {
        config.Check();
        RaftLog log = new(snapshotIndex, snapshotTerm, entries, hardState.Commit);
        ConfigurationHistory configurations = new(snapshotIndex, configuration);
        for (int i = 0; i < entries.Count; i++)
        {
            if (entries[i].Kind == EntryKind.Configuration)
                configurations.Add(entries[i].Index, Configuration.Decode(entries[i].Data.Span));
        }

        _core = new RaftCore(config, hardState, configurations, log);
        _handedHardState = hardState with { Commit = log.Committed };
        _handedLeaderState = new LeaderState(NodeId.None, RaftRole.Follower, hardState.Term);
        _handedConfiguration = configurations.Current;
    }

    /// <summary>This member.</summary>
    public NodeId Id => _core.Id;

    /// <summary>The leader of the current term, or nobody if it is not known here.</summary>
    public NodeId Leader => _core.Leader;

    /// <summary>What this member is.</summary>
    public RaftRole Role => _core.Role;

    /// <summary>The latest term seen.</summary>
    public Term Term => _core.Term;

    /// <summary>Highest index known to be committed; it may be ahead of what is durable here.</summary>
    public LogIndex CommitIndex => _core.Log.Committed;

    /// <summary>What the state machine has applied.</summary>
    public LogIndex AppliedIndex => _core.Log.Applied;

    /// <summary>The log is durable up to here.</summary>
    public LogIndex PersistedIndex => _core.Log.Persisted;

    /// <summary>First entry in memory.</summary>
    public LogIndex FirstIndex => _core.Log.First;

    /// <summary>Last entry in memory, durable or not.</summary>
    public LogIndex LastIndex => _core.Log.Last;

    /// <summary>The latest configuration in the log, which is in force whether or not it is committed (§6).</summary>
    public Configuration Configuration => _core.Configurations.Current;

    /// <summary>True while a configuration change is in the log and not finished.</summary>
    public bool IsConfigurationChanging => _core.Configurations.CurrentIndex > _core.Log.Committed
        || _core.Configurations.Current.IsJoint;

    /// <summary>The configuration that a snapshot at <paramref name="index"/> has to carry.</summary>
    public Configuration ConfigurationAt(LogIndex index) => _core.Configurations.At(index);

    /// <summary>The term of the entry at an index; false if it is compacted away or not there yet.</summary>
    public bool TryGetTerm(LogIndex index, out Term term) => _core.Log.TryTermAt(index, out term);

    /// <summary>How often inputs had no effect, for a given reason.</summary>
    public long Ignored(IgnoreReason reason) => _core.Ignored(reason);

    /// <summary>A moment's picture for people.</summary>
    public RaftStatus Status() => new()
    {
        Id = _core.Id,
        Role = _core.Role,
        Term = _core.Term,
        Vote = _core.Vote,
        Leader = _core.Leader,
        Last = _core.Log.Last,
        Persisted = _core.Log.Persisted,
        Committed = _core.Log.Committed,
        Applied = _core.Log.Applied,
        Configuration = _core.Configurations.Current,
        TransferTarget = _core.TransferTarget,
        Peers = _core.Role != RaftRole.Leader ? [] : [.. _core.Peers.All.Select(Describe)],
    };

    /// <summary>One tick of time has passed.</summary>
    public void Tick()
    {
        if (_core.Role == RaftRole.Leader)
        {
            LeaderSteps.Tick(_core);
            return;
        }

        // Who may not stand for election keeps waiting at its timeout.
        if (_core.ElectionElapsed < _core.ElectionTimeout)
            _core.ElectionElapsed++;
        if (_core.ElectionElapsed >= _core.ElectionTimeout && _core.MayCampaign)
            Campaign();
    }

    /// <summary>A message has arrived, from a sender that the transport vouches for.</summary>
    public void Step(RaftMessage message) => Stepper.Step(_core, message);

    /// <summary>Stands for election now, for instance a sole voter at its start.</summary>
    public void Campaign() =>
        Elections.Campaign(_core, _core.Config.PreVote ? CampaignKind.PreElection : CampaignKind.Election);

    /// <summary>Appends commands to the log, all or none. Their bytes must not change any more.</summary>
    public ProposeResult Propose(IReadOnlyList<ReadOnlyMemory<byte>> commands)
    {
        if (_core.Role != RaftRole.Leader)
            return Refuse(ProposeOutcome.NotLeader);
        if (!_core.TransferTarget.IsNone)
            return Refuse(ProposeOutcome.Transferring);
        long bytes = 0;
        int count = commands.Count;
        for (int i = 0; i < count; i++)
            bytes += RaftEntry.OverheadBytes + commands[i].Length;
        if (_core.WaitingBytes > 0 && _core.WaitingBytes + bytes > _core.Config.MaxUncommittedBytes)
            return Refuse(ProposeOutcome.TooMuchUncommitted);
        LogIndex first = _core.Log.Last.Next;
        for (int i = 0; i < count; i++)
            _core.Append(EntryKind.Command, commands[i]);
        return new ProposeResult(ProposeOutcome.Accepted, first, _core.Term, _core.Id);
    }

    /// <summary>
    /// Changes who takes part. In force at once; done when the entry at the returned index is committed, and, if more
    /// than one vote changes, the one that ends the joint phase after it. <paramref name="context"/> rides in the same
    /// entry, for the state machine: <see cref="Configuration.ContextOf"/>.
    /// </summary>
    public ProposeResult ProposeConfiguration(ConfigurationChange change, ReadOnlySpan<byte> context = default)
    {
        if (_core.Role != RaftRole.Leader)
            return Refuse(ProposeOutcome.NotLeader);
        if (!_core.TransferTarget.IsNone)
            return Refuse(ProposeOutcome.Transferring);

        // Without a committed entry of its own term a leader could overlap its change with one it does not know of.
        if (!_core.HasCommittedInTerm)
            return Refuse(ProposeOutcome.TermNotCommitted);
        if (IsConfigurationChanging)
            return Refuse(ProposeOutcome.ConfigurationPending);
        ConfigurationRefusal refusal = change.Apply(Configuration, out Configuration next);
        if (refusal != ConfigurationRefusal.None)
            return Refuse(ProposeOutcome.InvalidChange) with { Refusal = refusal };
        _core.AppendConfiguration(next, context);
        return new ProposeResult(ProposeOutcome.Accepted, _core.Log.Last, _core.Term, _core.Id);
    }

    /// <summary>
    /// Asks for an index at which a read is linearizable (thesis §6.4); a follower asks its leader. The answer carries
    /// <paramref name="context"/>, may come twice, and may never come if the leader changes.
    /// </summary>
    public ReadIndexResult RequestRead(ulong context)
    {
        if (_core.Leader.IsNone)
            return new ReadIndexResult(ReadIndexOutcome.NoLeader, NodeId.None);
        if (_core.Reads.Count >= _core.Config.MaxPendingReads)
            return new ReadIndexResult(ReadIndexOutcome.TooManyReads, _core.Leader);
        if (_core.Role == RaftRole.Leader)
            LeaderSteps.HandleRead(_core, _core.Id, context);
        else
            _core.Send(new RaftMessage
            {
                Kind = MessageKind.ReadIndex,
                From = _core.Id,
                To = _core.Leader,
                Term = _core.Term,
                Context = context,
            });
        return new ReadIndexResult(ReadIndexOutcome.Accepted, _core.Leader);
    }

    /// <summary>
    /// Hands leadership to a voter (thesis §3.10). Proposals are refused until it leads or an election timeout passed.
    /// </summary>
    public TransferOutcome TransferLeadership(NodeId target)
    {
        if (_core.Role != RaftRole.Leader)
            return TransferOutcome.NotLeader;
        if (target == _core.Id)
            return TransferOutcome.AlreadyLeader;
        if (!_core.Configurations.Current.IsVoter(target) || _core.Peers.Find(target) is not { } peer)
            return TransferOutcome.NotAVoter;
        LeaderSteps.TransferTo(_core, peer);
        return TransferOutcome.Started;
    }

    /// <summary>
    /// Gives leadership up at once, for nobody in particular: this member cannot do its work (its disk hangs).
    /// </summary>
    public void StepDown()
    {
        if (_core.Role == RaftRole.Leader)
            _core.BecomeFollower(_core.Term, NodeId.None);
    }

    /// <summary>
    /// True keeps this member from standing for election: its disk hangs, so it could neither vote nor lead, but a
    /// campaign would disturb those who can.
    /// </summary>
    public bool IsBarredFromElection
    {
        get => _core.IsBarredFromElection;
        set => _core.IsBarredFromElection = value;
    }

    /// <summary>
    /// True once the leader has shown that this member lacks entries which it had acknowledged in this term: its disk
    /// was set back. It may have forgotten votes too and must not take part any more.
    /// </summary>
    public bool IsSetBack => _core.IsSetBack;

    /// <summary>
    /// The connection to that member broke: what is in flight to it is probably lost. If it leads, its process has
    /// probably ended: an election is due soon, and a campaign of others is not disregarded. Pre-vote keeps a wrong
    /// guess harmless: members that still hear the leader refuse.
    /// </summary>
    public void ReportUnreachable(NodeId node)
    {
        if (_core.Role == RaftRole.Leader && _core.Peers.Find(node) is { State: ProgressState.Replicate } peer)
            peer.BecomeProbe();
        else if (_core.Role == RaftRole.Follower && node == _core.Leader && _core.Config.PreVote)
            _core.DoubtLeader();
    }

    /// <summary>What a <see cref="MessageKind.Snapshot"/> message asked for was delivered, or failed.</summary>
    public void ReportSnapshot(NodeId node, bool isDelivered)
    {
        if (_core.Role != RaftRole.Leader || _core.Peers.Find(node) is not { State: ProgressState.Snapshot } peer)
            return;
        if (!isDelivered)
            peer.FailSnapshot();
        peer.BecomeProbe();

        // The member's answer, or its next heartbeat's, says how it stands; nothing is sent before.
        peer.IsProbeOut = true;
    }

    /// <summary>True when <see cref="TakeReady"/> has something to say; now and then that is nothing.</summary>
    public bool HasReady => !_core.Outbox.IsEmpty || _core.Log.HasEntriesToPersist || _core.Log.HasEntriesToApply
        || _core.IsReplicationDue || _core.Reads.IsRoundDue || _core.SnapshotToInstall is not null
        || CurrentHardState() != _handedHardState || CurrentLeaderState() != _handedLeaderState
        || !ReferenceEquals(Configuration, _handedConfiguration);

    /// <summary>What to do since the last call. The same instance each time: see <see cref="Ready"/>.</summary>
    public Ready TakeReady()
    {
        _ready.Clear();
        if (_core.Reads.IsRoundDue)
            Replication.StartReadRound(_core);
        if (_core.IsReplicationDue)
            Replication.Flush(_core);
        if (!_core.Outbox.IsEmpty)
            _ready.Exchange(_core.Outbox);
        _ready.Snapshot = _core.SnapshotToInstall;
        _core.SnapshotToInstall = null;
        _core.Log.TakeEntriesToPersist(_ready.Entries);
        long handed = _core.Log.TakeEntriesToApply(_ready.CommittedEntries, _core.Config.MaxApplyBytes);
        if (_core.Role == RaftRole.Leader)
            _core.WaitingBytes -= handed;
        TakeHardState();
        TakeStateChanges();
        return _ready;
    }

    /// <summary>
    /// The log (or the snapshot at its base) is durable up to here, and so is every hard state handed out until then.
    /// Reports come in the order of the Readies; one may stand for several. A report for entries that were replaced
    /// meanwhile is ignored.
    /// </summary>
    public void AdvancePersisted(LogIndex lastIndex, Term lastTerm)
    {
        LogIndex before = _core.Log.Persisted;
        if (!_core.Log.ReportPersisted(lastIndex, lastTerm))
            _core.Ignore(IgnoreReason.PersistedButReplaced);
        if (_core.Log.Persisted == before)
            return;
        if (_core.Role == RaftRole.Leader)
            LeaderSteps.AcknowledgePersisted(_core);
        else
            FollowerSteps.AcknowledgePersisted(_core);
    }

    /// <summary>The state machine has applied everything handed out up to here.</summary>
    public void AdvanceApplied(LogIndex index) => _core.Log.ReportApplied(index);

    /// <summary>
    /// Forgets applied entries up to here. A durable snapshot must cover them; keep some entries behind it so that a
    /// follower that lags a little needs no snapshot. Cheap: call it as often as wanted.
    /// </summary>
    public void Compact(LogIndex index)
    {
        _core.Log.CompactTo(index);
        _core.Configurations.CompactTo(_core.Log.Base);
    }

    /// <summary>Entries in memory from an index on, at least one, up to a weight; false if there is none.</summary>
    public bool TryGetEntries(LogIndex from, int maxBytes, out ReadOnlyMemory<RaftEntry> entries)
    {
        bool isHeld = from >= FirstIndex && from <= LastIndex;
        entries = isHeld ? _core.Log.Slice(from, maxBytes) : ReadOnlyMemory<RaftEntry>.Empty;
        return isHeld;
    }

    private ProposeResult Refuse(ProposeOutcome outcome) => new(outcome, LogIndex.Zero, _core.Term, _core.Leader);

    private PeerStatus Describe(Progress peer) => new(
        peer.Node,
        _core.Configurations.Current.IsVoter(peer.Node),
        peer.State,
        peer.Match,
        peer.Next,
        peer.InflightCount,
        peer.IsRecentlyActive || peer.Node == _core.Id);

    // The commit index on disk never points beyond the log on disk, and never goes back while a snapshot is installed.
    private HardState CurrentHardState() => new(_core.Term, _core.Vote, LogIndex.Max(
        _handedHardState.Commit, LogIndex.Min(_core.Log.Committed, _core.Log.Persisted)));

    private LeaderState CurrentLeaderState() => new(_core.Leader, _core.Role, _core.Term);

    private void TakeHardState()
    {
        HardState current = CurrentHardState();
        bool isPromise = current.Term != _handedHardState.Term || current.Vote != _handedHardState.Vote;
        _ready.MustSync = isPromise || _ready.Entries.Count > 0 || _ready.Snapshot is not null;
        if (current == _handedHardState)
            return;
        _ready.HardState = current;
        _handedHardState = current;
    }

    private void TakeStateChanges()
    {
        LeaderState state = CurrentLeaderState();
        if (state != _handedLeaderState)
            _ready.LeaderState = _handedLeaderState = state;
        if (!ReferenceEquals(Configuration, _handedConfiguration))
            _ready.Configuration = _handedConfiguration = Configuration;
    }
}
