using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>
/// Takes one message: what its term means (Raft §5.1), then which handler it is for. All branching on term, role and
/// kind is here.
/// </summary>
internal static class Stepper
{
    public static void Step(RaftCore core, RaftMessage message)
    {
        if (!MessageCheck.IsWellFormed(message, core.Id))
        {
            core.Ignore(IgnoreReason.Malformed);
            return;
        }

        if (message.Term < core.Term)
        {
            AnswerOlderTerm(core, message);
            return;
        }

        bool asksForVote = message.Kind is MessageKind.Vote or MessageKind.PreVote;
        if (message.Term > core.Term && asksForVote && !message.IsTransfer && HearsFromLeader(core))
        {
            core.Ignore(IgnoreReason.LeaderIsAlive);
            return;
        }

        if (message.Term > core.Term && !IsAboutATermNotStarted(message))
            core.BecomeFollower(message.Term, IsFromLeader(message.Kind) ? message.From : NodeId.None);
        if (asksForVote)
            Elections.HandleRequest(core, message);
        else
            Dispatch(core, message);
    }

    private static void Dispatch(RaftCore core, RaftMessage message)
    {
        switch (core.Role)
        {
            case RaftRole.Leader:
                StepLeader(core, message);
                break;
            case RaftRole.PreCandidate or RaftRole.Candidate:
                StepCandidate(core, message);
                break;
            case RaftRole.Follower:
                StepFollower(core, message);
                break;
            default:
                throw new InvariantException($"unknown role {core.Role}");
        }
    }

    private static void StepLeader(RaftCore core, RaftMessage message)
    {
        if (core.Peers.Find(message.From) is not { } peer)
        {
            core.Ignore(IgnoreReason.UnknownPeer);
            return;
        }

        switch (message.Kind)
        {
            case MessageKind.AppendResponse:
                LeaderSteps.HandleAppendResponse(core, peer, message);
                break;
            case MessageKind.HeartbeatResponse:
                LeaderSteps.HandleHeartbeatResponse(core, peer, message);
                break;
            case MessageKind.ReadIndex when core.Reads.Count < core.Config.MaxPendingReads:
                LeaderSteps.HandleRead(core, message.From, message.Context);
                break;
            default:
                core.Ignore(IgnoreReason.UnexpectedForRole);
                break;
        }
    }

    private static void StepCandidate(RaftCore core, RaftMessage message)
    {
        bool isPreCandidate = core.Role == RaftRole.PreCandidate;
        switch (message.Kind)
        {
            case MessageKind.VoteResponse when !isPreCandidate:
                Elections.HandleResponse(core, message);
                break;

            // A grant of an earlier round of questions names an earlier term.
            case MessageKind.PreVoteResponse when isPreCandidate && (message.Reject || message.Term == core.Term.Next):
                Elections.HandleResponse(core, message);
                break;
            case MessageKind kind when IsFromLeader(kind):
                core.BecomeFollower(message.Term, message.From);
                StepFollower(core, message);
                break;
            default:
                core.Ignore(IgnoreReason.UnexpectedForRole);
                break;
        }
    }

    private static void StepFollower(RaftCore core, RaftMessage message)
    {
        if (IsFromLeader(message.Kind))
            core.HearFromLeader(message.From);
        switch (message.Kind)
        {
            case MessageKind.Append:
                FollowerSteps.HandleAppend(core, message);
                break;
            case MessageKind.Heartbeat:
                FollowerSteps.HandleHeartbeat(core, message);
                break;
            case MessageKind.Snapshot:
                FollowerSteps.HandleSnapshot(core, message.Snapshot!);
                break;
            case MessageKind.ReadIndexResponse:
                core.Outbox.Reads.Add(new ReadState(message.Context, message.LogIndex));
                break;
            case MessageKind.TimeoutNow when message.From == core.Leader:
                Elections.Campaign(core, CampaignKind.Transfer);
                break;
            default:
                core.Ignore(IgnoreReason.UnexpectedForRole);
                break;
        }
    }

    private static void AnswerOlderTerm(RaftCore core, RaftMessage message)
    {
        // With pre-vote a member may come back with a higher term than its leader's and can neither follow nor win;
        // the answer brings the leader forward (thesis §9.6 with §6.2).
        if (IsFromLeader(message.Kind))
            core.Send(new RaftMessage
            {
                Kind = MessageKind.AppendResponse,
                From = core.Id,
                To = message.From,
                Term = core.Term,
                Reject = true,
            });
        else if (message.Kind == MessageKind.PreVote)
            Elections.RefusePreVote(core, message);
        core.Ignore(IgnoreReason.OlderTerm);
    }

    private static bool HearsFromLeader(RaftCore core) =>
        core.Config.CheckQuorum && !core.Leader.IsNone && core.ElectionElapsed < core.Config.ElectionTicks;

    private static bool IsFromLeader(MessageKind kind) =>
        kind is MessageKind.Append or MessageKind.Heartbeat or MessageKind.Snapshot;

    private static bool IsAboutATermNotStarted(RaftMessage message) => message.Kind == MessageKind.PreVote
        || (message.Kind == MessageKind.PreVoteResponse && !message.Reject);
}
