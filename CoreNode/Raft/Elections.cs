using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>Asking for votes, granting and counting them (Raft §5.2, §5.4.1; thesis §4.2.3, §9.6).</summary>
internal static class Elections
{
    /// <summary>The election timeout passed, or somebody wants this member to lead.</summary>
    public static void Campaign(RaftCore core, CampaignKind kind)
    {
        if (core.Role == RaftRole.Leader)
            return;
        if (!core.MayCampaign)
        {
            core.Ignore(IgnoreReason.MayNotCampaign);
            return;
        }

        if (kind == CampaignKind.PreElection)
            core.BecomePreCandidate();
        else
            core.BecomeCandidate();
        if (!core.Configurations.Current.IsVoter(core.Id))
            Probe.Hit("raft.removed-member-campaigns");
        core.Votes.Record(core.Id, true);
        switch (core.Votes.Outcome(core.Configurations.Current))
        {
            case VoteOutcome.Won when kind == CampaignKind.PreElection:
                Campaign(core, CampaignKind.Election);
                break;
            case VoteOutcome.Won:
                core.BecomeLeader(byOwnVoteAlone: true);
                break;
            default:
                RequestVotes(core, kind);
                break;
        }
    }

    /// <summary>Somebody asks for this member's vote, in a term that is not older.</summary>
    public static void HandleRequest(RaftCore core, RaftMessage message)
    {
        bool isPreVote = message.Kind == MessageKind.PreVote;
        bool isFree = core.Vote == message.From || (core.Vote.IsNone && core.Leader.IsNone)
            || (isPreVote && message.Term > core.Term);
        bool isGranted = isFree && core.Log.IsUpToDate(message.LogIndex, message.LogTerm);
        if (isPreVote)
        {
            // A grant names the term asked for, which nobody has started yet; a refusal names our own.
            core.Send(Answer(core, message, isGranted ? message.Term : core.Term, isGranted));
            return;
        }

        if (isGranted)
            core.GrantVote(message.From);
        core.SendAfterPersist(Answer(core, message, core.Term, isGranted));
    }

    /// <summary>Tells a candidate of an older term that it is behind.</summary>
    public static void RefusePreVote(RaftCore core, RaftMessage message) =>
        core.Send(Answer(core, message, core.Term, isGranted: false));

    /// <summary>An answer to this member's current campaign.</summary>
    public static void HandleResponse(RaftCore core, RaftMessage message)
    {
        core.Votes.Record(message.From, !message.Reject);
        switch (core.Votes.Outcome(core.Configurations.Current))
        {
            case VoteOutcome.Won when core.Role == RaftRole.PreCandidate:
                Campaign(core, CampaignKind.Election);
                break;
            case VoteOutcome.Won:
                core.BecomeLeader(byOwnVoteAlone: false);
                break;
            case VoteOutcome.Lost:
                Probe.Hit("raft.election-lost");
                core.BecomeFollower(core.Term, NodeId.None);
                break;
            case VoteOutcome.Open:
                break;
        }
    }

    private static void RequestVotes(RaftCore core, CampaignKind kind)
    {
        bool isPreVote = kind == CampaignKind.PreElection;
        foreach (NodeId voter in core.Configurations.Current.Members())
        {
            if (voter == core.Id || !core.Configurations.Current.IsVoter(voter))
                continue;
            RaftMessage request = new()
            {
                Kind = isPreVote ? MessageKind.PreVote : MessageKind.Vote,
                From = core.Id,
                To = voter,
                Term = isPreVote ? core.Term.Next : core.Term,
                LogIndex = core.Log.Last,
                LogTerm = core.Log.LastTerm,
                IsTransfer = kind == CampaignKind.Transfer,
            };

            // Votes are asked for only once the own vote is durable, so that it counts from the start.
            if (isPreVote)
                core.Send(request);
            else
                core.SendAfterPersist(request);
        }
    }

    private static RaftMessage Answer(RaftCore core, RaftMessage request, Term term, bool isGranted) => new()
    {
        Kind = request.Kind == MessageKind.PreVote ? MessageKind.PreVoteResponse : MessageKind.VoteResponse,
        From = core.Id,
        To = request.From,
        Term = term,
        Reject = !isGranted,
    };
}
