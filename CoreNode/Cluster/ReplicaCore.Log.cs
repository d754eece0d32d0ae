using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Store;
using CoreNode.Wal;

namespace CoreNode.Cluster;

/// <summary>From Raft to the disk, the others and the key space, and back.</summary>
internal sealed partial class ReplicaCore
{
    private bool Process(Ready ready)
    {
        IReadOnlyList<RaftMessage> messages = ready.Messages;
        for (int i = 0; i < messages.Count; i++)
            Send(messages[i]);
        if (ready.Snapshot is { } snapshot)
            Install(snapshot, ready.HardState);
        Persist(ready);
        if (ready.MessagesAfterPersist.Count > 0 && !_appends.TryHold(ready.MessagesAfterPersist))
        {
            foreach (RaftMessage message in ready.MessagesAfterPersist)
                Send(message);
        }

        IReadOnlyList<ReadState> reads = ready.ReadStates;
        for (int i = 0; i < reads.Count; i++)
            _reads.Confirm(reads[i].Context, reads[i].Index);
        ReadOnlySpan<RaftEntry> committed = ready.CommittedEntries.AsSpan();
        if (committed.Length > 0)
            Apply(committed);
        if (ready.Configuration is not null)
            _haveMembersChanged = true;
        FollowLeader();
        return committed.Length > 0;
    }

    private void Send(RaftMessage message)
    {
        // Promises that waited for the disk are not given any more by a member that has stopped for good.
        if (Stopped is not null)
            return;
        if (message.Kind == MessageKind.Snapshot)
            _transfers.Request(message);
        else
        {
            _traffic.NoteSent(message);
            _peers.Send(message);
        }
    }

    private void Step(RaftMessage message)
    {
        _activity.Heard(message.From);
        _lacksLeader |= message.Kind is MessageKind.Append or MessageKind.Heartbeat
            && !_connected.Contains(message.From);
        _traffic.NoteReceived(message);
        _raft.Step(message);
        FollowLeader();
        if (message.From == _raft.Leader && message.Term == _raft.Term)
            _leaderHeardAt = _time.GetTimestamp();
        if (_raft.IsSetBack)
        {
            StopFor(new MemberStop(
                MemberStopKind.SetBack,
                "the disk of this member was set back: its log ends at index "
                + $"{_raft.LastIndex}, but it had acknowledged more to the leader. It may have forgotten votes, too, "
                + "and must not take part any more"));
        }
    }

    private void Take(PeerMessage message)
    {
        switch (message)
        {
            case ForwardedCommands forwarded:
                _writes.Take(forwarded);
                break;
            case ForwardAnswer answer:
                _writes.Take(answer, _kv.AppliedIndex);
                break;
            case ForwardedMemberChange change:
                _members.Handle(change, Published, NowUnixNs());
                break;
            case MemberChangeAnswer answer:
                _members.Handle(answer);
                break;
            case StateReport report:
                _comparison.Take(report, NowUnixNs());
                if (_comparison.Divergence is { } divergence)
                    StopFor(new MemberStop(MemberStopKind.Diverged, divergence));
                break;
        }
    }

    private void Persist(Ready ready)
    {
        WalHardState? hardState = ready.HardState is { } state
            ? new WalHardState(state.Term, state.Vote, state.Commit)
            : _unwrittenHardState;
        ReadOnlySpan<RaftEntry> entries = ready.Entries.AsSpan();
        bool mustSync = entries.Length > 0 || (ready.MustSync && ready.Snapshot is null);
        if (!mustSync)
        {
            // A commit position alone is not worth a write: Raft finds it again. It rides on the next append.
            _unwrittenHardState = ready.Snapshot is null ? hardState : null;
            return;
        }

        WalEntry[] log = new WalEntry[entries.Length];
        for (int i = 0; i < log.Length; i++)
            log[i] = new WalEntry(entries[i].Index, entries[i].Term, (byte)entries[i].Kind, entries[i].Data);
        LogIndex lastIndex = entries.Length > 0 ? entries[^1].Index : LogIndex.Zero;
        Term lastTerm = entries.Length > 0 ? entries[^1].Term : Term.Zero;
        long number = _log.Append(new WalAppend(log, hardState, MustSync: true));
        _unwrittenHardState = null;
        _appends.Add(new AppendInFlight(number, lastIndex, lastTerm, _time.GetTimestamp()));
    }

    private void TakePersisted(long number)
    {
        LogIndex lastIndex = LogIndex.Zero;
        Term lastTerm = Term.Zero;
        while (_appends.TryTake(number, out AppendInFlight? append))
        {
            if (append.LastIndex > LogIndex.Zero)
                (lastIndex, lastTerm) = (append.LastIndex, append.LastTerm);
            foreach (RaftMessage message in append.Messages ?? [])
                Send(message);
            if (append.Install is { } keys)
            {
                // Reported by itself, so that what Raft hands out next begins after the snapshot.
                Replace(keys);
                _raft.AdvancePersisted(lastIndex, lastTerm);
                _raft.AdvanceApplied(lastIndex);
                lastIndex = LogIndex.Zero;
            }
        }

        if (lastIndex > LogIndex.Zero)
            _raft.AdvancePersisted(lastIndex, lastTerm);
    }

    private void Apply(ReadOnlySpan<RaftEntry> committed)
    {
        long now = NowUnixNs();
        long bytes = 0;
        foreach (ref readonly RaftEntry entry in committed)
        {
            bytes += entry.SizeBytes;
            ReadOnlyMemory<byte> command = entry.Kind switch
            {
                EntryKind.Command => entry.Data,
                EntryKind.Configuration => Configuration.ContextOf(entry.Data),
                _ => default,
            };
            if (command.Length == 0)
            {
                // A write that was to stand here has lost its place to another leader's entry.
                _kv.SkipTo(entry.Index, entry.Term);
                _writes.Applied(entry.Index, entry.Term, default);
            }
            else
                Apply(entry, command.Span, now);
            _comparison.Applied(entry.Index, _kv.StateHash);
        }

        LogIndex applied = committed[^1].Index;
        _raft.AdvanceApplied(applied);
        _retention.Applied(applied, bytes);

        // One command expires a bounded number of keys: with more due, the next one does not wait for its time.
        if (applied >= _expireIndex && _kv.NextExpirationUnixNs <= _expiredUntilNs)
            _nextExpiryAt = 0;
        Compact(applied);
    }

    private void Apply(in RaftEntry entry, ReadOnlySpan<byte> command, long now)
    {
        KeyOutcome outcome = _kv.Apply(command, entry.Index, entry.Term, now);
        _writes.Applied(entry.Index, entry.Term, outcome);
        if ((KeyOperation)command[0] is KeyOperation.SystemSet or KeyOperation.SystemDelete)
            _haveMembersChanged = true;
    }

    private void Compact(LogIndex applied)
    {
        bool isAlone = _raft.Configuration.IsSoleVoter(_raft.Id) && _raft.Configuration.Learners.Count == 0;
        if (IsInstalling || !_retention.HasSurplus(isAlone))
            return;
        LogIndex slowest = applied;
        if (!isAlone && _raft.Role == RaftRole.Leader)
        {
            foreach (PeerStatus peer in _raft.Status().Peers)
            {
                if (peer.State != ProgressState.Snapshot && _activity.IsActive(peer.Node))
                    slowest = LogIndex.Min(slowest, peer.Match);
            }

            slowest = LogIndex.Min(slowest, _transfers.OldestRunning ?? slowest);

            // Who waits for the snapshot that is being written goes on with the entries after it.
            if (_transfers.WantsNew && _isSnapshotRunning)
                slowest = LogIndex.Min(slowest, _snapshotRunningAt);
        }

        LogIndex target = _retention.CompactTo(slowest, isAlone);
        if (target > LogIndex.Zero)
            _raft.Compact(target);
    }

    // At once after whatever may have changed it, so that nothing which is sent to a new leader is taken for something
    // that the one before was asked.
    private void FollowLeader()
    {
        LeaderState state = new(_raft.Leader, _raft.Role, _raft.Term);
        if (state == _leaderState)
            return;
        _leaderState = state;
        _writes.LeaderChanged();
        _reads.LeaderChanged();
        _members.LeaderChanged();
        _transfers.LeaderChanged();
        _traffic.LeaderChanged();
        _isHandedOver = false;
        if (_raft.Leader.IsNone || _raft.Leader == _lastLeader)
            return;
        _lastLeader = _raft.Leader;
        _leaderChanges++;
    }

    // Connections follow what is in force; who was removed stops.
    private void FollowMembers()
    {
        if (!_haveMembersChanged)
            return;
        _haveMembersChanged = false;
        if (MemberRecords.IsRemoved(Published, _raft.Id))
        {
            StopFor(new MemberStop(MemberStopKind.Removed, "this member was removed from the cluster"));
            return;
        }

        PeerAddress[] known = [.. MemberRecords.Read(Published).Select(m => new PeerAddress(m.Id, m.PeerUrls))];

        // A member that joins is sent a state from before it was added, one that was away has one from before others
        // were: who feeds it may be missing there, and must get its answers all the same.
        known = [.. known, .. _toldPeers.Where(told => known.All(m => m.Node != told.Node)
            && !MemberRecords.IsRemoved(Published, told.Node))];
        _connected.Clear();
        foreach (PeerAddress one in known)
            _connected.Add(one.Node);
        _peers.SetMembers(known);
    }

    private void StopFor(MemberStop stop)
    {
        if (Stopped is not null)
            return;
        Probe.Hit("cluster.member-stops");
        Stopped = stop;
        _raft.StepDown();
        _raft.IsBarredFromElection = true;
    }
}
