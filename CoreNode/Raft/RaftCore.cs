using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>
/// State of one member and the changes of role. The handlers (<see cref="Elections"/>, <see cref="FollowerSteps"/>,
/// <see cref="LeaderSteps"/>, <see cref="Replication"/>) are functions over it; <see cref="Stepper"/> decides which.
/// Invariants: the term never decreases; one vote a term; a leader's log only grows; Leader is set only if that member
/// leads Term.
/// </summary>
internal sealed class RaftCore
{
    private readonly long[] _ignored = new long[Enum.GetValues<IgnoreReason>().Length];

    public RaftCore(RaftConfig config, HardState hardState, ConfigurationHistory configurations, RaftLog log)
    {
        Config = config;
        Term = hardState.Term;
        Vote = hardState.Vote;
        Configurations = configurations;
        Log = log;
        Peers = new ProgressTracker(config);
        Invariant.That(log.LastTerm <= Term, "a term is durable before its entries");
        BecomeFollower(Term, NodeId.None);
    }

    public RaftConfig Config { get; }

    public NodeId Id => Config.Id;

    public RaftLog Log { get; }

    public ConfigurationHistory Configurations { get; }

    public ProgressTracker Peers { get; }

    public VoteTally Votes { get; } = new();

    public ReadOnlyQueue Reads { get; } = new();

    public Outbox Outbox { get; } = new();

    public Term Term { get; private set; }

    public NodeId Vote { get; private set; }

    public NodeId Leader { get; private set; }

    public RaftRole Role { get; private set; } = RaftRole.Follower;

    /// <summary>Ticks since the leader was heard from or the election began; a leader's since its last check.</summary>
    public int ElectionElapsed { get; set; }

    public int HeartbeatElapsed { get; set; }

    /// <summary>This round's election timeout in ticks, drawn anew with every change of role or term.</summary>
    public int ElectionTimeout { get; private set; }

    /// <summary>Who is to lead next while leadership is being handed over.</summary>
    public NodeId TransferTarget { get; set; }

    /// <summary>A leader's entries that were not handed out for applying yet, by weight.</summary>
    public long WaitingBytes { get; set; }

    /// <summary>Follower: the log is known to equal the leader's up to here, in this term.</summary>
    public LogIndex MatchedWithLeader { get; set; }

    /// <summary>Follower: acknowledged to the leader up to here, in this term.</summary>
    public LogIndex AcknowledgedToLeader { get; set; }

    /// <summary>A received snapshot that the caller has not taken yet.</summary>
    public SnapshotMetadata? SnapshotToInstall { get; set; }

    /// <summary>Leader: there may be something to send to somebody.</summary>
    public bool IsReplicationDue { get; set; }

    /// <summary>
    /// A leader elected by its own vote alone did not have to wait for that vote to become durable. Until an entry of
    /// its term is, a crash could make it lead the same term again with other entries, so it sends nothing before.
    /// </summary>
    public bool IsTermAtRisk { get; set; }

    public bool IsSoleVoter => Configurations.Current.IsSoleVoter(Id);

    /// <summary>True once the leader committed an entry of its own term, and so knows what is committed (§8).</summary>
    public bool HasCommittedInTerm => Log.Matches(Log.Committed, Term);

    /// <summary>
    /// Voters may stand for election, and so may a member whose removal is not known to be committed: it may be the
    /// only one whose log allows it to win (thesis §4.2.2). Not while a snapshot is being installed.
    /// </summary>
    public bool MayCampaign => !IsBarredFromElection && Log.Persisted >= Log.Base
        && (Configurations.Current.IsVoter(Id) || Configurations.At(Log.Committed).IsVoter(Id));

    /// <summary>The caller keeps this member from standing for election.</summary>
    public bool IsBarredFromElection { get; set; }

    /// <summary>This member lacks what it had acknowledged.</summary>
    public bool IsSetBack { get; set; }

    public void Ignore(IgnoreReason reason) => _ignored[(int)reason]++;

    public long Ignored(IgnoreReason reason) => _ignored[(int)reason];

    /// <summary>Follows <paramref name="leader"/>, or nobody yet, in this term or a later one.</summary>
    public void BecomeFollower(Term term, NodeId leader)
    {
        Enter(RaftRole.Follower, term, leader);
    }

    public void BecomePreCandidate() => Enter(RaftRole.PreCandidate, Term, NodeId.None);

    public void BecomeCandidate()
    {
        Enter(RaftRole.Candidate, Term.Next, NodeId.None);
        Vote = Id;
    }

    /// <summary>Raft §5.2, §8: leads and begins with an empty entry of its own.</summary>
    public void BecomeLeader(bool byOwnVoteAlone)
    {
        Enter(RaftRole.Leader, Term, Id);
        IsTermAtRisk = byOwnVoteAlone;
        WaitingBytes = Log.SizeAfter(Log.Applying);
        Peers.Reset(Configurations.Current, Log.Last);
        Peers.Find(Id)?.Acknowledge(Log.Persisted);
        Append(EntryKind.Empty, ReadOnlyMemory<byte>.Empty);
    }

    /// <summary>The leader is heard from.</summary>
    public void HearFromLeader(NodeId leader)
    {
        Invariant.That(Role == RaftRole.Follower, "only followers follow");
        ElectionElapsed = 0;
        Leader = leader;
    }

    /// <summary>
    /// The leader's connection broke: wait for it no longer than a few ticks more, drawn so that two members seldom
    /// stand at once.
    /// </summary>
    public void DoubtLeader()
    {
        if (ElectionElapsed >= Config.ElectionTicks)
            return;
        Probe.Hit("raft.leader-doubted");
        ElectionElapsed = Config.ElectionTicks;
        ElectionTimeout = Config.ElectionTicks + 1 + Config.Prng.Next(Math.Max(1, Config.ElectionTicks / 4));
    }

    public void GrantVote(NodeId candidate)
    {
        Invariant.That(Vote.IsNone || Vote == candidate, "one vote a term");
        ElectionElapsed = 0;
        Vote = candidate;
    }

    /// <summary>Appends an entry of the leader's own.</summary>
    public void Append(EntryKind kind, ReadOnlyMemory<byte> data)
    {
        RaftEntry entry = new(Log.Last.Next, Term, kind, data);
        Log.Append(entry);
        WaitingBytes += entry.SizeBytes;
        IsReplicationDue = Peers.HasOthers;
    }

    /// <summary>Leader: appends a configuration, which is in force from here on (§6).</summary>
    public void AppendConfiguration(Configuration configuration, ReadOnlySpan<byte> context = default)
    {
        Append(EntryKind.Configuration, ConfigurationCodec.Encode(configuration, context));
        Configurations.Add(Log.Last, configuration);
        Peers.Follow(configuration, Log.Last.Previous);
        IsReplicationDue = Peers.HasOthers;
    }

    /// <summary>Sends at once, unless this leader's term could still be forgotten.</summary>
    public void Send(RaftMessage message) => (IsTermAtRisk ? Outbox.AfterPersist : Outbox.Now).Add(message);

    /// <summary>Sends once everything so far is durable.</summary>
    public void SendAfterPersist(RaftMessage message) => Outbox.AfterPersist.Add(message);

    private void Enter(RaftRole role, Term term, NodeId leader)
    {
        Invariant.That(RoleTransitions.IsLegal(Role, role), "roles change as Raft.md draws them");
        Invariant.That(term >= Term, "the term never decreases");
        if (term != Term)
        {
            Term = term;
            Vote = NodeId.None;
        }

        Role = role;
        Leader = leader;
        ElectionElapsed = 0;
        HeartbeatElapsed = 0;
        ElectionTimeout = Config.ElectionTicks + Config.Prng.Next(Config.ElectionTicks);
        TransferTarget = NodeId.None;
        WaitingBytes = 0;
        MatchedWithLeader = LogIndex.Zero;
        AcknowledgedToLeader = LogIndex.Zero;
        IsReplicationDue = false;
        IsTermAtRisk = false;
        Votes.Clear();
        Reads.Clear();
    }
}
