using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Raft;
using CoreNode.Store;
using CoreNode.Wal;

namespace CoreNode.Cluster;

/// <summary>Snapshots: taken here, and received from a leader.</summary>
internal sealed partial class ReplicaCore
{
    private CapturedSnapshot Capture() => new(_kv.Capture(), _raft.ConfigurationAt(_kv.AppliedIndex));

    private void StartSnapshotIfDue(long now)
    {
        bool isDue = Published.AppliedIndex >= _snapshotIndex + _options.SnapshotCount || _transfers.WantsNew;
        if (!isDue || _isSnapshotRunning || IsInstalling || now < _nextSnapshotAt
            || Published.AppliedIndex <= _transfers.Newest.Index)
        {
            return;
        }

        CapturedSnapshot captured = Capture();
        _isSnapshotRunning = true;
        _snapshotRunningAt = captured.Index;
        _snapshots.Start(captured);
    }

    // Between a received snapshot and its installation the key space is older than what Raft knows of the members.
    private void GiveCaptures()
    {
        if (_captures.Count == 0 || IsInstalling)
            return;
        foreach (CaptureState capture in _captures)
            capture.Completion.TrySetResult(Capture());
        _captures.Clear();
    }

    private void FinishSnapshot(SnapshotFinished finished)
    {
        _isSnapshotRunning = false;
        if (finished.Fault is not null)
        {
            // A full disk must not stop the node: the log goes on from its reserve and a later round tries again.
            _snapshotIndex = Published.AppliedIndex;
            _nextSnapshotAt = _time.GetTimestamp() + Ticks(s_retryInterval);
            return;
        }

        SnapshotsTaken++;
        _snapshotIndex = LogIndex.Max(_snapshotIndex, finished.Snapshot.Index);
        _transfers.Written(finished.Snapshot.Metadata);
        _log.ReleaseBefore(finished.Snapshot.Index.Next);
    }

    // A leader's snapshot is durable here and loaded. Raft says whether it is wanted; then its Ready has it installed.
    private void TakeSnapshot(SnapshotReceived received)
    {
        if (Stopped is not null)
            return;
        _received.Add(received.Keys);
        Step(received.Message);
        _transfers.Written(received.Message.Snapshot!);
    }

    private void Install(SnapshotMetadata snapshot, HardState? hardState)
    {
        // Several may have come since the last round, and Raft may have wanted an earlier one.
        KeyStateMachine? keys = _received.Find(
            k => k.AppliedIndex == snapshot.Index && k.AppliedTerm == snapshot.Term);
        Invariant.That(keys is not null, "only a snapshot that is here is installed");
        Probe.Hit("cluster.snapshot-installed");
        _installing++;
        WalHardState? state = hardState is { } one ? new WalHardState(one.Term, one.Vote, one.Commit) : null;
        long number = _log.Append(new WalAppend([], state, MustSync: true) { StartAfter = snapshot.Index });
        _appends.Add(new AppendInFlight(number, snapshot.Index, snapshot.Term, _time.GetTimestamp())
        {
            Install = keys,
        });
    }

    private void Replace(KeyStateMachine keys)
    {
        _installing--;

        // Their events between the two states are lost: they are ended, and begin again from their own index.
        foreach (IWatcher watcher in _kv.TakeWatchers())
            ((WatchQueue)watcher).Drop();
        _kv = keys;
        Published = _kv.Publish();
        _retention.Reset();
        _writes.SkippedTo(_kv.AppliedIndex);
        _comparison.Applied(_kv.AppliedIndex, _kv.StateHash);
        _snapshotIndex = LogIndex.Max(_snapshotIndex, _kv.AppliedIndex);
        _haveMembersChanged = true;
    }
}
