using System.Globalization;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Store;

namespace CoreNode.Cluster;

/// <summary>
/// Changes of the membership: checked and proposed by the leader, one at a time; forwarded to it by others. The record
/// of the member rides in the configuration entry, so that who votes and where they live never differ. Owned by the
/// loop.
/// </summary>
internal sealed class MemberChanges(
    RaftNode raft, IPeerSender peers, string clusterToken, PeerActivity activity, ulong firstNumber)
{
    private const int MostMembers = 9;
    private const ulong MostLagToPromote = 64;
    private const ulong MostLagToPromoteByHand = 5000;

    private const string NotNowText = "etcdserver: not the leader, or not ready to change the members";

    // Not in any log: the same request may be made again, by this member and by those who hear it.
    private static readonly MemberChangeOutcome s_notNow = new(MemberChangeCode.Unavailable, NotNowText, null);

    private readonly List<ChangeMembers> _held = [];
    private readonly Dictionary<ulong, ChangeMembers> _asked = [];
    private readonly List<(ChangeMembers Request, MemberChangeOutcome Outcome, LogIndex Index)> _toShow = [];
    // Others at each start: a late answer to the process before is not one to this.
    private ulong _lastNumber = firstNumber;
    private Running? _running;

    /// <summary>A client of this member asks. Without a leader it waits for one, as writes do.</summary>
    internal void Handle(ChangeMembers request, IKeyspace state, long nowUnixNs)
    {
        _held.Add(request);
        StartHeld(state, nowUnixNs);
    }

    /// <summary>Begins what waits, if there is a leader that can.</summary>
    internal void StartHeld(IKeyspace state, long nowUnixNs)
    {
        if (_held.Count == 0 || raft.Leader.IsNone)
            return;
        ChangeMembers[] waiting = [.. _held];
        _held.Clear();
        foreach (ChangeMembers request in waiting)
        {
            if (raft.Role == RaftRole.Leader)
            {
                Start(request.Change, state, nowUnixNs, (outcome, _) => Answer(request, outcome));
            }
            else
            {
                _asked.Add(++_lastNumber, request);
                peers.Send(new ForwardedMemberChange(raft.Id, raft.Leader, _lastNumber, request.Change));
            }
        }
    }

    /// <summary>Another member's client asks.</summary>
    internal void Handle(ForwardedMemberChange request, IKeyspace state, long nowUnixNs)
    {
        void Answer(MemberChangeOutcome outcome, LogIndex index) => peers.Send(
            new MemberChangeAnswer(raft.Id, request.From, request.Number, outcome, index));
        if (raft.Role == RaftRole.Leader)
            Start(request.Change, state, nowUnixNs, Answer);
        else
            Answer(s_notNow, LogIndex.Zero);
    }

    /// <summary>The leader's answer; given out once this member shows the change, too.</summary>
    internal void Handle(MemberChangeAnswer answer)
    {
        if (!_asked.Remove(answer.Number, out ChangeMembers? request))
            return;
        if (answer.Outcome.Message == NotNowText)
            _held.Add(request);
        else
            _toShow.Add((request, answer.Outcome, answer.AppliedIndex));
    }

    /// <summary>After a round: ends what is committed, and gives out what is shown.</summary>
    internal void Finish(LogIndex applied)
    {
        if (_running is { } running && running.Index <= applied && !raft.IsConfigurationChanging)
        {
            _running = null;
            running.Answer(running.Outcome, running.Index);
        }

        for (int i = _toShow.Count - 1; i >= 0; i--)
        {
            if (_toShow[i].Index > applied)
                continue;
            _toShow[i].Request.Completion.TrySetResult(_toShow[i].Outcome);
            _toShow.RemoveAt(i);
        }
    }

    /// <summary>Leader or term changed: what became of a change under way is not known here.</summary>
    internal void LeaderChanged()
    {
        MemberChangeOutcome unknown = Refused(MemberChangeCode.Unavailable, StoreErrors.LostLeadershipText);

        // A leader that removes itself steps down when that is committed: it is done, only not applied here yet.
        if (_running is { } running && running.Index > raft.CommitIndex)
        {
            _running = null;
            running.Answer(unknown, LogIndex.Zero);
        }

        foreach (ChangeMembers request in _asked.Values)
            request.Completion.TrySetResult(unknown);
        _asked.Clear();
    }

    /// <summary>Gives up on those that started before the given timestamp.</summary>
    internal void ExpireStartedBefore(long timestamp)
    {
        MemberChangeOutcome late = Refused(MemberChangeCode.Unavailable, StoreErrors.TimedOutText);
        foreach (ChangeMembers request in _held)
        {
            if (request.StartedAt < timestamp)
                request.Completion.TrySetResult(late);
        }

        _held.RemoveAll(static request => request.Completion.Task.IsCompleted);
        foreach ((ulong number, ChangeMembers request) in _asked)
        {
            if (request.StartedAt < timestamp && _asked.Remove(number))
                request.Completion.TrySetResult(late);
        }

        foreach ((ChangeMembers request, _, _) in _toShow)
        {
            if (request.StartedAt < timestamp)
                request.Completion.TrySetResult(late);
        }

        _toShow.RemoveAll(one => one.Request.Completion.Task.IsCompleted);
    }

    /// <summary>Gives up on all: the replica stops.</summary>
    internal void FailAll()
    {
        LeaderChanged();
        MemberChangeOutcome stopped = Refused(MemberChangeCode.Unavailable, "etcdserver: server stopped");
        _running?.Answer(stopped, LogIndex.Zero);
        _running = null;
        foreach (ChangeMembers request in _held)
            request.Completion.TrySetResult(stopped);
        _held.Clear();
        foreach ((ChangeMembers request, _, _) in _toShow)
            request.Completion.TrySetResult(stopped);
        _toShow.Clear();
    }

    /// <summary>Leader: gives a learner its vote once it has caught up and the quorum would be there with it.</summary>
    internal void PromoteWhoCaughtUp()
    {
        if (_running is not null || raft.Role != RaftRole.Leader || raft.Configuration.Learners.Count == 0
            || raft.IsConfigurationChanging)
        {
            return;
        }

        foreach (PeerStatus peer in raft.Status().Peers)
        {
            bool isCaughtUp = !peer.IsVoter && peer.State == ProgressState.Replicate
                && raft.LastIndex - peer.Match <= MostLagToPromote && activity.IsActive(peer.Node);
            if (!isCaughtUp || !HasQuorum([.. raft.Configuration.Voters, peer.Node]))
                continue;
            Probe.Hit("cluster.learner-promoted");
            raft.ProposeConfiguration(ConfigurationChange.Promote(peer.Node));
            return;
        }
    }

    private static MemberChangeOutcome Refused(MemberChangeCode code, string message) => new(code, message, null);

    private void Answer(ChangeMembers request, MemberChangeOutcome outcome)
    {
        if (ReferenceEquals(outcome, s_notNow))
            _held.Add(request);
        else
            request.Completion.TrySetResult(outcome);
    }

    private void Start(
        MemberChange change, IKeyspace state, long nowUnixNs, Action<MemberChangeOutcome, LogIndex> answer)
    {
        MemberChangeOutcome outcome = _running is not null || raft.IsConfigurationChanging
            ? Refused(MemberChangeCode.Busy, "another change of the members is not finished yet: try again")
            : Check(change, state);
        ProposeResult result = default;
        if (outcome.Code == MemberChangeCode.Done)
            (outcome, result) = Propose(change, nowUnixNs, outcome);
        if (outcome.Code == MemberChangeCode.Done)
            _running = new Running(result.First, outcome, answer);
        else
            answer(outcome, LogIndex.Zero);
    }

    private MemberChangeOutcome Check(MemberChange change, IKeyspace state)
    {
        IReadOnlyList<Member> members = MemberRecords.Read(state);
        Member? known = members.FirstOrDefault(m => m.Id == change.Node);
        if (change.Operation != MemberOperation.Add && known is null)
        {
            return MemberRecords.IsRemoved(state, change.Node)
                ? Refused(MemberChangeCode.AlreadyRemoved, $"Member permanently removed: {change.Node}")
                : Refused(MemberChangeCode.UnknownMember, $"No such member: {change.Node}");
        }

        if (change.Operation is MemberOperation.Add or MemberOperation.Update
            && members.Any(m => m.Id != change.Node && m.PeerUrls.Intersect(change.PeerUrls).Any()))
        {
            return Refused(MemberChangeCode.PeerUrlTaken, "membership: peerURL exists");
        }

        return change.Operation switch
        {
            MemberOperation.Add => CheckAddition(),
            MemberOperation.Remove => CheckRemoval(change),
            MemberOperation.Promote => CheckPromotion(change),
            _ => new MemberChangeOutcome(MemberChangeCode.Done, "", known! with { PeerUrls = change.PeerUrls }),
        };
    }

    private MemberChangeOutcome CheckAddition() => raft.Configuration.Members().Count >= MostMembers
        ? Refused(MemberChangeCode.Invalid, $"the cluster has {MostMembers} members, which is the most")
        : new MemberChangeOutcome(MemberChangeCode.Done, "", null);

    private MemberChangeOutcome CheckRemoval(MemberChange change)
    {
        NodeId[] voters = Array.FindAll([.. raft.Configuration.Voters], v => v != change.Node);
        if (voters.Length == 0)
            return Refused(MemberChangeCode.Invalid, "the last member cannot be removed");
        return change.IsForced || !raft.Configuration.IsVoter(change.Node) || HasQuorum(voters)
            ? new MemberChangeOutcome(MemberChangeCode.Done, "", null)
            : WouldLoseQuorum(voters);
    }

    private MemberChangeOutcome CheckPromotion(MemberChange change)
    {
        if (!raft.Configuration.Learners.Contains(change.Node))
            return Refused(MemberChangeCode.Invalid, $"{change.Node} has a vote already");
        PeerStatus peer = raft.Status().Peers.First(p => p.Node == change.Node);
        ulong lag = raft.LastIndex - peer.Match;
        if (!change.IsForced && (lag > MostLagToPromoteByHand || !activity.IsActive(change.Node)))
        {
            return Refused(MemberChangeCode.Invalid, string.Create(
                CultureInfo.InvariantCulture, $"{change.Node} is not ready for a vote: it lacks {lag} entries"));
        }

        NodeId[] voters = [.. raft.Configuration.Voters, change.Node];
        return change.IsForced || HasQuorum(voters)
            ? new MemberChangeOutcome(MemberChangeCode.Done, "", null)
            : WouldLoseQuorum(voters);
    }

    private MemberChangeOutcome WouldLoseQuorum(NodeId[] voters)
    {
        string silent = string.Join(", ", Array.FindAll(voters, v => !IsThere(v)));
        return Refused(MemberChangeCode.WouldLoseQuorum, string.Create(
            CultureInfo.InvariantCulture,
            $"refused: after it {(voters.Length / 2) + 1} of {voters.Length} voting members have to answer, but "
            + $"{silent} do not answer now. Start them, or force the change"));
    }

    private bool HasQuorum(NodeId[] voters) => voters.Count(IsThere) > voters.Length / 2;

    private bool IsThere(NodeId node) => node == raft.Id || activity.IsActive(node);

    private (MemberChangeOutcome Outcome, ProposeResult Result) Propose(
        MemberChange change, long nowUnixNs, MemberChangeOutcome outcome)
    {
        ProposeResult result;
        switch (change.Operation)
        {
            case MemberOperation.Add:
                NodeId node = Identities.OfMember(
                    clusterToken, [.. change.PeerUrls, nowUnixNs.ToString(CultureInfo.InvariantCulture)]);
                outcome = outcome with { Member = new Member(node, "", change.PeerUrls, []) };
                result = raft.ProposeConfiguration(
                    ConfigurationChange.AddLearner(node),
                    MemberRecords.SetCommand(MemberRecords.PeersKey(node), change.PeerUrls));
                break;
            case MemberOperation.Remove:
                result = raft.ProposeConfiguration(
                    ConfigurationChange.Remove(change.Node),
                    MemberRecords.SetCommand(MemberRecords.PeersKey(change.Node), []));
                break;
            case MemberOperation.Promote:
                result = raft.ProposeConfiguration(ConfigurationChange.Promote(change.Node));
                break;
            default:
                result = raft.Propose(
                    [MemberRecords.SetCommand(MemberRecords.PeersKey(change.Node), change.PeerUrls)]);
                break;
        }

        if (!result.IsAccepted)
        {
            outcome = result.Outcome switch
            {
                ProposeOutcome.InvalidChange =>
                    Refused(MemberChangeCode.Invalid, $"the change is refused: {result.Refusal}"),
                ProposeOutcome.NotLeader or ProposeOutcome.TermNotCommitted or ProposeOutcome.Transferring => s_notNow,
                _ => Refused(MemberChangeCode.Busy, $"the leader cannot change the members now ({result.Outcome}): "
                    + "try again in a moment"),
            };
        }

        return (outcome, result);
    }

    private sealed record Running(
        LogIndex Index, MemberChangeOutcome Outcome, Action<MemberChangeOutcome, LogIndex> Answer);
}
