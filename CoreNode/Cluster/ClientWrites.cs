using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Store;

namespace CoreNode.Cluster;

/// <summary>
/// Writes of this member's clients on their way into the log: proposed here by a leader, forwarded by a follower, kept
/// while nobody leads (they are in no log yet, so that is safe). Once a write may be in some log it is never sent
/// again: it is answered when its entry is applied here, or as unknown. A write of a term
/// (<see cref="Proposal.OnlyIn"/>) is appended by this member in that term or refused: it is never forwarded and
/// outlives no election. Also takes what followers forward. Owned by the loop.
/// </summary>
internal sealed class ClientWrites
{
    private const int MaxForwardBytes = 4 << 20;
    private const ulong RememberedBatches = 1 << 20;

    private readonly RaftNode _raft;
    private readonly IPeerSender _peers;
    private readonly List<Proposal> _completed;
    private readonly PendingProposals _pending;
    private readonly List<Proposal> _incoming = [];
    private readonly List<Proposal> _refused = [];
    private readonly List<ReadOnlyMemory<byte>> _commands = [];
    private readonly Dictionary<ulong, Proposal[]> _forwarded = [];
    private readonly Dictionary<NodeId, ulong> _lastBatchOf = [];
    private ulong _lastBatch;
    private bool _hasWritesOfTerms;

    /// <param name="raft">The member.</param>
    /// <param name="peers">The way to the others.</param>
    /// <param name="completed">Where answers go.</param>
    /// <param name="firstBatch">
    /// Batch numbers begin after it: another one at each start, so that a late answer to the process before is not
    /// taken for one to this.
    /// </param>
    internal ClientWrites(RaftNode raft, IPeerSender peers, List<Proposal> completed, ulong firstBatch)
    {
        _raft = raft;
        _peers = peers;
        _completed = completed;
        _pending = new PendingProposals(completed);
        _lastBatch = firstBatch;
    }

    /// <summary>Writes in a log that are not applied here.</summary>
    internal int PendingCount => _pending.Count;

    /// <summary>True while any write waits for anything.</summary>
    internal bool HasPending => _pending.Count > 0 || _forwarded.Count > 0 || _refused.Count > 0;

    internal void Add(Proposal proposal)
    {
        _incoming.Add(proposal);
        _hasWritesOfTerms |= proposal.OnlyIn != Term.Zero;
    }

    /// <summary>Puts what came in since the last round into the log, here or at the leader.</summary>
    internal void Propose()
    {
        if (_hasWritesOfTerms)
            RefuseOutOfTerm();
        if (_incoming.Count == 0)
            return;
        if (_raft.Role == RaftRole.Leader)
            ProposeHere();
        else if (!_raft.Leader.IsNone && _raft.Leader != _raft.Id)
            Forward(_raft.Leader);
    }

    /// <summary>A follower's clients' writes: proposed like own ones, answered before the append leaves.</summary>
    internal void Take(ForwardedCommands message)
    {
        if (IsRepeated(message))
            return;
        ProposeResult result = _raft.Propose(message.Commands);
        _peers.Send(new ForwardAnswer(
            _raft.Id, message.From, message.Batch, result.Outcome, result.First, result.Term));
    }

    /// <summary>The leader's answer to a forwarded batch.</summary>
    internal void Take(ForwardAnswer answer, LogIndex applied)
    {
        if (!_forwarded.Remove(answer.Batch, out Proposal[]? proposals))
            return;
        switch (answer.Outcome)
        {
            case ProposeOutcome.Accepted:
                Await(proposals, answer.First, answer.Term, applied);
                break;
            case ProposeOutcome.TooMuchUncommitted:
                Fail(proposals, StoreErrors.TooManyRequests);
                break;
            default:
                // Not asked again at once: that member may not know for a while who leads.
                _refused.AddRange(proposals);
                break;
        }
    }

    /// <summary>What a member refused because it does not lead (any more) is tried again in the next round.</summary>
    internal void TryRefusedAgain()
    {
        _incoming.InsertRange(0, _refused);
        _refused.Clear();
    }

    /// <summary>The entry at that position was applied with this outcome.</summary>
    internal void Applied(LogIndex index, Term term, in KeyOutcome outcome) => _pending.Applied(index, term, outcome);

    /// <summary>A snapshot stands for everything up to there.</summary>
    internal void SkippedTo(LogIndex index) => _pending.SkippedTo(index);

    /// <summary>Leader or term changed: what the former leader did with forwarded writes will not be told.</summary>
    internal void LeaderChanged()
    {
        foreach (Proposal[] proposals in _forwarded.Values)
            Fail(proposals, StoreErrors.LostLeadership);
        _forwarded.Clear();
        _lastBatchOf.Clear();
        TryRefusedAgain();
    }

    /// <summary>Gives up on those that started before the given timestamp.</summary>
    internal void ExpireStartedBefore(long timestamp)
    {
        _pending.ExpireStartedBefore(timestamp);
        TryRefusedAgain();
        int kept = 0;
        for (int i = 0; i < _incoming.Count; i++)
        {
            if (_incoming[i].StartedAt < timestamp)
                Fail(_incoming[i], StoreErrors.TimedOut);
            else
                _incoming[kept++] = _incoming[i];
        }

        _incoming.RemoveRange(kept, _incoming.Count - kept);
        foreach ((ulong batch, Proposal[] proposals) in _forwarded)
        {
            if (proposals[0].StartedAt >= timestamp)
                continue;
            _forwarded.Remove(batch);
            Fail(proposals, StoreErrors.TimedOut);
        }
    }

    /// <summary>Gives up on all: the replica stops.</summary>
    internal void FailAll(KeyError error)
    {
        TryRefusedAgain();
        Fail(_incoming, error);
        _incoming.Clear();
        _pending.FailAll(error);
        foreach (Proposal[] proposals in _forwarded.Values)
            Fail(proposals, error);
        _forwarded.Clear();
    }

    // Right before they would be appended: nothing happens in between.
    private void RefuseOutOfTerm()
    {
        _hasWritesOfTerms = false;
        int kept = 0;
        for (int i = 0; i < _incoming.Count; i++)
        {
            Proposal proposal = _incoming[i];
            bool isOfTerm = proposal.OnlyIn != Term.Zero;
            if (isOfTerm && (_raft.Role != RaftRole.Leader || proposal.OnlyIn != _raft.Term))
            {
                Fail(proposal, StoreErrors.TermIsOver);
                continue;
            }

            _hasWritesOfTerms |= isOfTerm;
            _incoming[kept++] = proposal;
        }

        _incoming.RemoveRange(kept, _incoming.Count - kept);
    }

    private void ProposeHere()
    {
        foreach (Proposal proposal in _incoming)
            _commands.Add(proposal.Command);
        ProposeResult result = _raft.Propose(_commands);
        _commands.Clear();
        if (result.Outcome is ProposeOutcome.Transferring or ProposeOutcome.NotLeader)
            return;
        LogIndex index = result.First;
        foreach (Proposal proposal in _incoming)
        {
            if (result.IsAccepted)
                _pending.Add(proposal, index, result.Term);
            else
                Fail(proposal, StoreErrors.TooManyRequests);
            index = index.Next;
        }

        _incoming.Clear();
    }

    private void Forward(NodeId leader)
    {
        for (int from = 0; from < _incoming.Count;)
        {
            int to = from;
            for (long bytes = 0; to < _incoming.Count && (to == from || bytes < MaxForwardBytes); to++)
                bytes += _incoming[to].Command.Length;
            Proposal[] batch = [.. _incoming[from..to]];
            ReadOnlyMemory<byte>[] commands = Array.ConvertAll(batch, static p => (ReadOnlyMemory<byte>)p.Command);
            _forwarded.Add(++_lastBatch, batch);
            _peers.Send(new ForwardedCommands(_raft.Id, leader, _lastBatch, commands));
            from = to;
        }

        _incoming.Clear();
    }

    private void Await(Proposal[] proposals, LogIndex first, Term term, LogIndex applied)
    {
        LogIndex index = first;
        foreach (Proposal proposal in proposals)
        {
            // Only if the answer was overtaken by the append: then the outcome has been missed.
            if (index <= applied)
                Fail(proposal, StoreErrors.LostLeadership);
            else
                _pending.Add(proposal, index, term);
            index = index.Next;
        }
    }

    // The transport does not repeat; if it ever did, a write would happen twice.
    private bool IsRepeated(ForwardedCommands message)
    {
        if (_lastBatchOf.TryGetValue(message.From, out ulong last)
            && last >= message.Batch && last - message.Batch < RememberedBatches)
        {
            return true;
        }

        _lastBatchOf[message.From] = message.Batch;
        return false;
    }

    private void Fail(IEnumerable<Proposal> proposals, KeyError error)
    {
        foreach (Proposal proposal in proposals)
            Fail(proposal, error);
    }

    private void Fail(Proposal proposal, KeyError error)
    {
        proposal.SetOutcome(new KeyOutcome(null, error, StoreIndex.Zero));
        _completed.Add(proposal);
    }
}
