using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>What a leader does with answers, time and its own durable log (Raft §5.3, §5.4.2, §6; thesis §6).</summary>
internal static class LeaderSteps
{
    public static void Tick(RaftCore core)
    {
        core.HeartbeatElapsed++;
        core.ElectionElapsed++;
        if (core.ElectionElapsed >= core.Config.ElectionTicks)
        {
            core.ElectionElapsed = 0;
            core.TransferTarget = NodeId.None;
            if (core.Config.CheckQuorum && !HeardFromQuorum(core))
            {
                Probe.Hit("raft.quorum-lost");
                core.BecomeFollower(core.Term, NodeId.None);
                return;
            }
        }

        if (core.HeartbeatElapsed >= core.Config.HeartbeatTicks)
        {
            core.HeartbeatElapsed = 0;
            Replication.SendHeartbeats(core, core.Reads.OpenRound);
        }
    }

    public static void HandleAppendResponse(RaftCore core, Progress peer, RaftMessage message)
    {
        peer.IsRecentlyActive = true;
        if (message.LogIndex > core.Log.Last && !message.Reject)
            core.Ignore(IgnoreReason.AcknowledgesUnknownEntries);
        else if (message.Reject)
            StepBack(core, peer, message);
        else
            Acknowledge(core, peer, message.LogIndex);
    }

    public static void HandleHeartbeatResponse(RaftCore core, Progress peer, RaftMessage message)
    {
        peer.IsRecentlyActive = true;
        peer.IsProbeOut = false;
        if (message.Context <= core.Reads.Round)
            peer.ConfirmedRound = Math.Max(peer.ConfirmedRound, message.Context);
        if (peer.Match < core.Log.Last)
        {
            peer.IsNudgeDue = peer.State == ProgressState.Replicate;
            core.IsReplicationDue = true;
        }

        AnswerConfirmedReads(core);
    }

    /// <summary>A read of this member or of a follower (thesis §6.4).</summary>
    public static void HandleRead(RaftCore core, NodeId from, ulong context)
    {
        if (!core.HasCommittedInTerm)
            core.Reads.Postpone(from, context);
        else if (core.IsSoleVoter)
            Answer(core, from, new ReadState(context, core.Log.Committed));
        else
            core.Reads.Add(from, context, core.Log.Committed);
    }

    public static void TransferTo(RaftCore core, Progress target)
    {
        core.TransferTarget = target.Node;
        core.ElectionElapsed = 0;
        if (target.Match == core.Log.Last)
        {
            SendTimeoutNow(core, target.Node);
            return;
        }

        // What is in flight may be lost, and there is no time to wait for a heartbeat to find out.
        target.IsNudgeDue = target.State == ProgressState.Replicate;
        core.IsReplicationDue = true;
    }

    /// <summary>More of the leader's own log became durable, which counts like any member's.</summary>
    public static void AcknowledgePersisted(RaftCore core)
    {
        if (core.Log.Matches(core.Log.Persisted, core.Term))
            core.IsTermAtRisk = false;
        core.Peers.Find(core.Id)?.Acknowledge(core.Log.Persisted);
        Commit(core);
    }

    private static void Acknowledge(RaftCore core, Progress peer, LogIndex index)
    {
        bool isNews = peer.Acknowledge(index);
        if (!isNews && !(peer.State == ProgressState.Probe && peer.Match == index))
            return;
        if (peer.State == ProgressState.Probe
            || (peer.State == ProgressState.Snapshot && peer.Match.Next >= core.Log.First))
            peer.BecomeReplicate();
        core.IsReplicationDue = true;
        Commit(core);
        if (core.Role == RaftRole.Leader && peer.Node == core.TransferTarget && peer.Match == core.Log.Last)
        {
            Probe.Hit("raft.transfer-after-catch-up");
            SendTimeoutNow(core, peer.Node);
        }
    }

    private static void StepBack(RaftCore core, Progress peer, RaftMessage message)
    {
        LogIndex hint = message.RejectHint;
        if (message.LogTerm > Term.Zero)
            hint = core.Log.FindPossibleMatch(hint, message.LogTerm).Index;
        if (peer.StepBack(message.LogIndex, hint))
            core.IsReplicationDue = true;
        else if (peer.State == ProgressState.Probe && message.LogIndex == peer.Match)
            core.Ignore(IgnoreReason.FollowerLostEntries);
    }

    private static void Commit(RaftCore core)
    {
        LogIndex index = core.Peers.QuorumMatch();

        // §5.4.2: only entries of the own term are committed by counting; what lies before them follows.
        if (index <= core.Log.Committed || !core.Log.Matches(index, core.Term))
            return;
        core.Log.CommitTo(index);
        core.IsReplicationDue = core.Peers.HasOthers;
        foreach ((NodeId from, ulong context) in core.Reads.TakePostponed())
            HandleRead(core, from, context);
        if (core.Configurations.CurrentIndex <= index)
            FinishConfiguration(core);
    }

    // §6: a committed joint configuration is left; a leader that is not part of a committed one steps down.
    private static void FinishConfiguration(RaftCore core)
    {
        Configuration current = core.Configurations.Current;
        if (current.IsJoint)
        {
            Probe.Hit("raft.joint-left");
            core.AppendConfiguration(current.LeaveJoint());
        }
        else if (!current.IsVoter(core.Id))
        {
            Probe.Hit("raft.leader-removed");
            Replication.Flush(core);
            foreach (Progress peer in core.Peers.All)
            {
                if (!current.IsVoter(peer.Node) || peer.Match != core.Log.Last)
                    continue;
                SendTimeoutNow(core, peer.Node);
                break;
            }

            core.BecomeFollower(core.Term, NodeId.None);
        }
    }

    private static bool HeardFromQuorum(RaftCore core)
    {
        if (core.Peers.Find(core.Id) is { } self)
            self.IsRecentlyActive = true;
        return core.Peers.TakeQuorumActivity();
    }

    private static void AnswerConfirmedReads(RaftCore core)
    {
        if (core.Reads.Count == 0)
            return;
        ulong round = core.Peers.QuorumRound();
        while (core.Reads.TryTakeConfirmed(round, out NodeId from, out ReadState state))
            Answer(core, from, state);
    }

    private static void Answer(RaftCore core, NodeId to, ReadState state)
    {
        if (to == core.Id)
        {
            core.Outbox.Reads.Add(state);
            return;
        }

        core.Send(new RaftMessage
        {
            Kind = MessageKind.ReadIndexResponse,
            From = core.Id,
            To = to,
            Term = core.Term,
            LogIndex = state.Index,
            Context = state.Context,
        });
    }

    private static void SendTimeoutNow(RaftCore core, NodeId to) => core.Send(new RaftMessage
    {
        Kind = MessageKind.TimeoutNow,
        From = core.Id,
        To = to,
        Term = core.Term,
    });
}
