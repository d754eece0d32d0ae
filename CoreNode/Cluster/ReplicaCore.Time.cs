using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Store;

namespace CoreNode.Cluster;

/// <summary>What happens because time passes: ticks, expiry, a disk that hangs, comparisons.</summary>
internal sealed partial class ReplicaCore
{
    private void TickIfDue(long now)
    {
        if (now < _nextTickAt)
            return;
        _raft.Tick();
        FollowLeader();

        // After a pause (a stopped process, a slow disk) missed ticks are not made up: they would start an election.
        _nextTickAt = Math.Max(_nextTickAt + Ticks(_options.HeartbeatInterval), now);
        long tooLate = now - Ticks(_options.RequestTimeout);
        _writes.ExpireStartedBefore(tooLate);
        _reads.ExpireStartedBefore(tooLate);
        _members.ExpireStartedBefore(tooLate);
        _members.StartHeld(Published, NowUnixNs());
        _reads.AskAgain(now, now - Ticks(_options.ElectionTimeout));
        WatchDisk(now);
        _members.PromoteWhoCaughtUp();
        CompareIfDue(now);
        SayThatNobodyLeads();
        Status = MakeStatus();
    }

    private void SayThatNobodyLeads()
    {
        if (!_leaderWait.IsDue(isLeaderKnown: !_raft.Leader.IsNone))
            return;

        // Whoever asks for votes does so about once in two timeouts.
        TimeSpan lately = 4 * _options.ElectionTimeout;
        HeardVoters voters = HeardVoters.Of(
            _raft.Configuration, voter => voter == _raft.Id || _activity.IsHeardWithin(voter, lately));
        _logger.StillNoLeader(
            _leaderWait.Elapsed.TotalSeconds, _raft.Term, voters.Heard, voters.Voters, voters.Quorum, voters.Advice);
    }

    private void ExpireIfDue(long now)
    {
        long nowNs;
        if (_raft.Role != RaftRole.Leader || _kv.NextExpirationUnixNs > (nowNs = NowUnixNs()) || now < _nextExpiryAt)
            return;
        _nextExpiryAt = now + Ticks(s_expiryInterval);
        byte[] command = new KeyCommand
        {
            Operation = KeyOperation.Expire,
            Key = "/"u8,
            ExpirationUnixNs = nowNs,
        }.Encode();
        _expireIndex = _raft.Propose([command]).First;
        _expiredUntilNs = nowNs;
    }

    // A leader whose disk hangs still sends heartbeats and would lead for ever without getting anything done. At half
    // of an election timeout it looks for a successor, at a whole one it steps down. Nor does it stand for election.
    private void WatchDisk(long now)
    {
        if (_raft.Configuration.IsSoleVoter(_raft.Id))
        {
            // Nobody could do better, slow as it is.
            _raft.IsBarredFromElection = false;
            return;
        }

        TimeSpan wait = _appends.OldestStartedAt is { } since ? _time.GetElapsedTime(since, now) : TimeSpan.Zero;
        bool isSlow = wait > _options.ElectionTimeout / 2;
        _raft.IsBarredFromElection = isSlow;
        if (!isSlow)
        {
            _isHandedOver = false;
            return;
        }

        if (_raft.Role != RaftRole.Leader)
            return;
        if (wait > _options.ElectionTimeout)
        {
            Probe.Hit("cluster.hung-disk-step-down");
            _logger.SteppedDown(wait.TotalMilliseconds);
            _raft.StepDown();
            FollowLeader();
        }
        else if (!_isHandedOver && HandOver())
        {
            Probe.Hit("cluster.slow-disk-transfer");
            _logger.HandsOver(wait.TotalMilliseconds);
        }
    }

    private void CompareIfDue(long now)
    {
        if (now < _nextComparisonAt)
            return;
        _nextComparisonAt = now + Ticks(s_comparisonInterval);

        // At rest, too, now and then: the reports carry the clocks.
        _comparison.Ask(inAnyCase: ++_comparisons % 5 == 0, NowUnixNs());
    }

    private void MoveLeadership(MoveLeader move)
    {
        NodeId target = move.Target.IsNone ? BestSuccessor() : move.Target;
        TransferOutcome outcome = target.IsNone ? TransferOutcome.NotAVoter : _raft.TransferLeadership(target);
        move.Completion.TrySetResult(outcome switch
        {
            TransferOutcome.Started or TransferOutcome.AlreadyLeader =>
                new MemberChangeOutcome(MemberChangeCode.Done, "", null),
            TransferOutcome.NotLeader =>
                new MemberChangeOutcome(MemberChangeCode.Unavailable, "this member does not lead", null),
            _ => new MemberChangeOutcome(MemberChangeCode.Invalid, "no other voting member could lead", null),
        });
    }

    // The voter that answers and has most of the log.
    private NodeId BestSuccessor()
    {
        PeerStatus? best = null;
        foreach (PeerStatus peer in _raft.Status().Peers)
        {
            bool canLead = peer.IsVoter && peer.Node != _raft.Id && _activity.IsActive(peer.Node);
            if (canLead && (best is null || peer.Match > best.Match))
                best = peer;
        }

        return best?.Node ?? NodeId.None;
    }

    private ClusterStatus MakeStatus()
    {
        RaftStatus raft = _raft.Status();
        bool isLearner = raft.Role == RaftRole.Follower && !raft.Configuration.IsVoter(raft.Id);
        return new ClusterStatus
        {
            Role = isLearner ? "learner" : raft.Role switch
            {
                RaftRole.Leader => "leader",
                RaftRole.Candidate => "candidate",
                RaftRole.PreCandidate => "pre-candidate",
                _ => "follower",
            },
            Term = raft.Term,
            Committed = raft.Committed,
            Applied = raft.Applied,
            Last = raft.Last,
            Voters = raft.Configuration.Voters,
            Learners = raft.Configuration.Learners,
            Followers = [.. raft.Peers.Where(p => p.Node != raft.Id).Select(p => new FollowerStatus(
                p.Node,
                p.IsVoter,
                _activity.IsActive(p.Node),
                p.State switch
                {
                    ProgressState.Probe => "probe",
                    ProgressState.Replicate => "replicate",
                    _ => "snapshot",
                },
                p.Match,
                raft.Last - p.Match)
            {
                Appends = _traffic.TimesOf(p.Node),
            })],
            ClockOffset = _comparison.ClockOffset,
            LeaderCommitted = _traffic.LeaderCommitted,
            LeaderChanges = _leaderChanges,
            AppendsReceived = _traffic.Received,
            AppendsSent = _traffic.Sent,
            LogBytes = _retention.HeldBytes,
        };
    }
}
