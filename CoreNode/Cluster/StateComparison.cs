using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Cluster;

/// <summary>
/// Finds a member whose applied state went astray (a flipped bit, a bug), and clocks that do. The leader asks all for
/// the hash of their state at an index where it stood itself; what most voters hold is right, and who differs is told
/// and stops serving. With no majority for either the leader's hash holds. Owned by the loop.
/// </summary>
internal sealed class StateComparison(RaftNode raft, IPeerSender peers)
{
    private const int Remembered = 4096;

    private readonly (LogIndex Index, ulong Hash)[] _hashes = new (LogIndex, ulong)[Remembered];
    private readonly Dictionary<NodeId, ulong> _answers = [];
    private readonly Dictionary<NodeId, TimeSpan> _clocks = [];
    private LogIndex _applied;
    private LogIndex _asked;
    private StateReport? _unanswered;

    /// <summary>Why this member must not serve any more; null while it agrees.</summary>
    internal string? Divergence { get; private set; }

    /// <summary>
    /// How far this clock is ahead of the leader's or, at the leader, of most members'; zero while unknown.
    /// </summary>
    internal TimeSpan ClockOffset { get; private set; }

    /// <summary>The state after an entry.</summary>
    internal void Applied(LogIndex index, ulong hash)
    {
        _hashes[index.Value % Remembered] = (index, hash);
        _applied = index;
    }

    /// <summary>After a round: answers a question that came before its index was applied.</summary>
    internal void AnswerLate(long nowUnixNs)
    {
        if (_unanswered is null || _unanswered.Index > _applied)
            return;
        StateReport question = _unanswered;
        _unanswered = null;
        Answer(question, nowUnixNs);
    }

    /// <summary>Leader: asks everybody if there is something new to compare, or in any case.</summary>
    internal void Ask(bool inAnyCase, long nowUnixNs)
    {
        if (raft.Role != RaftRole.Leader || (_applied == _asked && !inAnyCase) || !TryGet(_applied, out ulong hash))
            return;
        _answers.Clear();
        _asked = _applied;
        foreach (NodeId node in raft.Configuration.Members())
        {
            if (node != raft.Id)
                Send(node, StateReportKind.Question, _asked, hash, nowUnixNs);
        }
    }

    /// <summary>A report of another member.</summary>
    internal void Take(StateReport report, long nowUnixNs)
    {
        switch (report.Kind)
        {
            case StateReportKind.Question:
                ClockOffset = Offset(report, nowUnixNs);
                if (report.Index > _applied)
                    _unanswered = report;
                else
                    Answer(report, nowUnixNs);
                break;
            case StateReportKind.Answer:
                NoteClock(report.From, Offset(report, nowUnixNs));
                if (raft.Role == RaftRole.Leader && report.Index == _asked)
                    Compare(report, nowUnixNs);
                break;
            case StateReportKind.Verdict when TryGet(report.Index, out ulong own) && own != report.Hash:
                Diverged(report.Index, own, report.Hash);
                break;
        }
    }

    private static TimeSpan Offset(StateReport report, long nowUnixNs) =>
        TimeSpan.FromTicks((nowUnixNs - report.SentUnixNs) / 100);

    private void Answer(StateReport question, long nowUnixNs)
    {
        if (TryGet(question.Index, out ulong hash))
            Send(question.From, StateReportKind.Answer, question.Index, hash, nowUnixNs);
    }

    private void Compare(StateReport answer, long nowUnixNs)
    {
        _answers[answer.From] = answer.Hash;
        if (!TryGet(_asked, out ulong own))
            return;
        _answers[raft.Id] = own;
        if (_answers.Values.All(hash => hash == own) || Agreed(own) is not { } right)
            return;
        Probe.Hit("cluster.divergence-found");
        foreach ((NodeId node, ulong hash) in _answers)
        {
            if (hash == right)
                continue;
            if (node == raft.Id)
                Diverged(_asked, own, right);
            else
                Send(node, StateReportKind.Verdict, _asked, right, nowUnixNs);
        }
    }

    // What a majority of the voters holds; once all have answered without one, what the leader holds.
    private ulong? Agreed(ulong own)
    {
        IReadOnlyList<NodeId> voters = raft.Configuration.Voters;
        Dictionary<ulong, int> counts = [];
        foreach (NodeId voter in voters)
        {
            if (!_answers.TryGetValue(voter, out ulong answer))
                continue;
            counts[answer] = counts.GetValueOrDefault(answer) + 1;
            if (counts[answer] > voters.Count / 2)
                return answer;
        }

        return voters.All(_answers.ContainsKey) ? own : null;
    }

    private void Diverged(LogIndex index, ulong own, ulong right) =>
        Divergence ??= string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"the state of this member at log index {index} differs from that of the others ({own:x16}, theirs is "
            + $"{right:x16}): its memory or disk is damaged. It has stopped serving");

    // The leader's own clock is off if most of the others say so.
    private void NoteClock(NodeId node, TimeSpan offset)
    {
        _clocks[node] = offset;
        foreach (NodeId known in _clocks.Keys)
        {
            if (!raft.Configuration.Contains(known))
                _clocks.Remove(known);
        }

        List<TimeSpan> offsets = [.. _clocks.Values, TimeSpan.Zero];
        offsets.Sort();
        ClockOffset = offsets[offsets.Count / 2];
    }

    private bool TryGet(LogIndex index, out ulong hash)
    {
        (LogIndex at, hash) = _hashes[index.Value % Remembered];
        return at == index && index > LogIndex.Zero;
    }

    private void Send(NodeId to, StateReportKind kind, LogIndex index, ulong hash, long nowUnixNs) =>
        peers.Send(new StateReport(raft.Id, to, kind, index, hash, nowUnixNs));
}
