using CoreNode.Cluster;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Raft;
using CoreNode.Store;
using CoreNode.Tests.Histories;
using CoreNode.Tests.Raft;

namespace CoreNode.Tests.Simulation;

/// <summary>
/// Judges a cluster from outside, while it runs: the five properties of the Raft paper's figure 3, that promises are
/// durable when they leave, and that the state of every member at an index is that of one state machine which applies
/// the same entries here.
/// </summary>
internal sealed class ClusterChecker(SimulatedWorld world, SimulationPlan plan) : IWatcher
{
    private const ulong ComparedEntries = 500;

    private readonly Dictionary<Term, NodeId> _leaders = [];
    private readonly Dictionary<(Term Term, NodeId Candidate), HashSet<NodeId>> _votes = [];
    private readonly Dictionary<SimulatedProcess, LogIndex> _checked = [];
    private readonly List<(Term Term, ulong Hash)> _applied = [];
    private KeyStateMachine? _model;
    private LogIndex _first;

    /// <summary>Every change of a key that was committed.</summary>
    public CommittedChanges Changes { get; } = new();

    /// <summary>Terms that had a leader.</summary>
    public int Elections => _leaders.Count;

    /// <summary>The last index that any member has applied.</summary>
    public LogIndex LastApplied => _first + (ulong)_applied.Count;

    /// <summary>The store index there.</summary>
    public ulong LastIndex => _model!.Index.Value;

    /// <summary>A process has recovered its state.</summary>
    public void Started(SimulatedProcess process)
    {
        if (_model is null)
        {
            Probe.Hit("simulation.bootstrap");
            RecoveredSnapshot bootstrap = process.Store.ReadNewest(new KvOptions(), new StoreStatistics())!;
            _model = bootstrap.Keys;
            _first = _model.AppliedIndex;
            _model.AddWatcher(new WatchRequest("/"u8.ToArray(), true, true, 0), this);
        }

        _checked[process] = process.Core.Published.AppliedIndex;
        CheckState(process);
    }

    /// <summary>A process is gone.</summary>
    public void Ended(SimulatedProcess process) => _checked.Remove(process);

    /// <summary>A process has done a round.</summary>
    public void RoundEnded(SimulatedProcess process)
    {
        RaftNode raft = process.Core.Raft;
        if (raft.Role == RaftRole.Leader)
            CheckLeader(process, raft);
        LogIndex applied = process.Core.Keys.AppliedIndex;
        LogIndex known = _checked[process];
        if (applied == known)
            return;
        Require(applied > known, process, $"applied {applied} after {known}");
        for (LogIndex at = known.Next; at <= applied; at = at.Next)
        {
            if (at > LastApplied)
                Apply(process, at);
            else if (at > _first && raft.TryGetTerm(at, out Term term))
                Require(term == TermAt(at), process, $"applied {RaftText.At(at, term)}, not of term {TermAt(at)}");
        }

        _checked[process] = applied;
        CheckState(process);
        world.Trace.Note(7, process.Id.Value, applied.Value, process.Core.Keys.StateHash);
    }

    /// <summary>Persist before promise: what a member vouches for is on its disk.</summary>
    public void Sent(SimulatedProcess process, RaftMessage message)
    {
        SimulatedDisk disk = process.Disk;
        bool isVote = message.Kind == MessageKind.Vote || message is { Kind: MessageKind.VoteResponse, Reject: false };
        if (isVote)
        {
            NoteVote(message.Kind == MessageKind.Vote ? process.Id : message.To, message.Term, process.Id);
            NodeId vote = message.Kind == MessageKind.Vote ? process.Id : message.To;
            bool isDurable = disk.DurableTerm > message.Term
                || (disk.DurableTerm == message.Term && disk.DurableVote == vote);
            Require(
                isDurable || plan.TrustsMembers, process,
                $"a vote leaves before it is durable: {RaftText.Message(message)}");
        }

        if (message is { Kind: MessageKind.AppendResponse, Reject: false })
        {
            Require(
                disk.DurableIndex >= message.LogIndex || plan.TrustsMembers, process,
                $"an acknowledgement leaves before it is durable: {RaftText.Message(message)}");
        }
    }

    /// <summary>Log matching: two logs that agree at one position agree everywhere before it.</summary>
    public static void Matching(SimulatedProcess a, SimulatedProcess b)
    {
        RaftNode one = a.Core.Raft;
        RaftNode other = b.Core.Raft;
        LogIndex high = LogIndex.Min(one.LastIndex, other.LastIndex);
        LogIndex low = LogIndex.Max(LogIndex.Max(one.FirstIndex, other.FirstIndex), new LogIndex(1));
        if (high.Value > ComparedEntries)
            low = LogIndex.Max(low, high - ComparedEntries);
        bool haveToAgree = false;
        for (LogIndex at = high; at >= low; at = at.Previous)
        {
            if (!one.TryGetTerm(at, out Term x) || !other.TryGetTerm(at, out Term y))
                break;
            haveToAgree |= x == y;
            Require(!haveToAgree || x == y, a, $"has {RaftText.At(at, x)} and {b.Member.Name} {RaftText.At(at, y)}");
        }
    }

    /// <summary>The model was told of a change.</summary>
    bool IWatcher.Offer(KeyEvent change)
    {
        Changes.Add(WatchedChanges.Of(change));
        return true;
    }

    // Election safety and leader completeness.
    private void CheckLeader(SimulatedProcess process, RaftNode raft)
    {
        if (_leaders.TryGetValue(raft.Term, out NodeId known))
        {
            Require(known == process.Id, process, $"leads term {raft.Term}, and so does {known}");
            return;
        }

        _leaders[raft.Term] = process.Id;
        world.Trace.Note(8, process.Id.Value, raft.Term.Value);
        CheckVotes(process, raft);
        process.Member.Write($"{process.Member.Name} leads term {raft.Term}");

        // Who counts its votes late may find that a later term has begun, and need not have what was committed in it.
        if (_leaders.Keys.Any(term => term > raft.Term))
            return;
        Require(raft.LastIndex >= LastApplied, process, $"leads and ends before {LastApplied}, which was applied");
        LogIndex low = LogIndex.Max(_first.Next, raft.FirstIndex);
        for (LogIndex at = LastApplied; at >= low && LastApplied - at < ComparedEntries; at = at.Previous)
        {
            if (raft.TryGetTerm(at, out Term term))
                Require(term == TermAt(at), process, $"leads and lacks {RaftText.At(at, TermAt(at))}");
        }
    }

    private void NoteVote(NodeId candidate, Term term, NodeId voter)
    {
        if (!_votes.TryGetValue((term, candidate), out HashSet<NodeId>? voters))
            _votes[(term, candidate)] = voters = [];
        voters.Add(voter);
    }

    // Who leads was voted for by a quorum, in this term. (A sole voter asks nobody.)
    private void CheckVotes(SimulatedProcess process, RaftNode raft)
    {
        Configuration configuration = raft.Configuration;
        if (configuration.IsSoleVoter(process.Id))
            return;
        HashSet<NodeId> votes = _votes.GetValueOrDefault((raft.Term, process.Id)) ?? [];
        votes.Add(process.Id);
        foreach (IReadOnlyList<NodeId> half in new[] { configuration.Voters, configuration.OutgoingVoters })
        {
            Require(
                half.Count == 0 || half.Count(votes.Contains) > half.Count / 2, process,
                $"leads term {raft.Term} by the votes of {string.Join(' ', votes)} in {configuration}");
        }
    }

    private void Apply(SimulatedProcess process, LogIndex at)
    {
        bool isHeld = process.Core.Raft.TryGetEntries(at, 1, out ReadOnlyMemory<RaftEntry> entries);
        Require(isHeld, process, $"applied {at}, which is in nobody's memory");
        RaftEntry entry = entries.Span[0];
        ReadOnlyMemory<byte> command = entry.Kind switch
        {
            EntryKind.Command => entry.Data,
            EntryKind.Configuration => Configuration.ContextOf(entry.Data),
            _ => default,
        };
        if (command.Length > 0)
            _model!.Apply(command.Span, entry.Index, entry.Term, 0);
        else
            _model!.SkipTo(entry.Index, entry.Term);
        _applied.Add((entry.Term, _model.StateHash));
    }

    private void CheckState(SimulatedProcess process)
    {
        LogIndex at = process.Core.Keys.AppliedIndex;
        if (at <= _first)
            return;
        Require(at <= LastApplied, process, $"recovered {at}, and {LastApplied} is the last that anybody applied");
        ulong hash = _applied[(int)(at - _first) - 1].Hash;
        Require(
            process.Core.Keys.StateHash == hash || plan.TrustsMembers, process,
            $"has another state at {at} than its log gives");
    }

    private Term TermAt(LogIndex at) => _applied[(int)(at - _first) - 1].Term;

    private static void Require(bool holds, SimulatedProcess process, string what)
    {
        if (!holds)
            throw new AssertionException($"{process.Member.Name} {what}");
    }
}
