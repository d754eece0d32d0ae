using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>
/// What a leader sends by itself (Raft §5.3; pipelining: thesis §10.2.1). Called once per Ready, so everything that was
/// proposed since the last one goes out together.
/// </summary>
internal static class Replication
{
    public static void SendHeartbeats(RaftCore core, ulong round)
    {
        foreach (Progress peer in core.Peers.All)
        {
            if (peer.Node == core.Id)
                continue;

            // A follower must not commit beyond what is known to be the same in its log.
            core.Send(new RaftMessage
            {
                Kind = MessageKind.Heartbeat,
                From = core.Id,
                To = peer.Node,
                Term = core.Term,
                Commit = LogIndex.Min(peer.Match, core.Log.Committed),
                Context = round,
            });
        }
    }

    /// <summary>Starts the round of heartbeats that confirms the reads which have arrived.</summary>
    public static void StartReadRound(RaftCore core)
    {
        ulong round = core.Reads.StartRound();
        if (core.Peers.Find(core.Id) is { } self)
            self.ConfirmedRound = round;
        SendHeartbeats(core, round);
    }

    public static void Flush(RaftCore core)
    {
        core.IsReplicationDue = false;
        foreach (Progress peer in core.Peers.All)
        {
            if (peer.Node == core.Id)
                continue;
            while (TrySend(core, peer))
            {
            }
        }
    }

    // True if another message may follow at once.
    private static bool TrySend(RaftCore core, Progress peer)
    {
        if (peer.IsPaused && !peer.IsNudgeDue)
            return false;
        if (!core.Log.TryTermAt(peer.Next.Previous, out Term previousTerm))
        {
            SendSnapshot(core, peer);
            return false;
        }

        ReadOnlyMemory<RaftEntry> entries = peer.IsPaused
            ? ReadOnlyMemory<RaftEntry>.Empty
            : core.Log.Slice(peer.Next, core.Config.MaxMessageBytes);
        bool hasNews = entries.Length > 0 || core.Log.Committed > peer.CommitTold;
        if (!hasNews && !peer.IsNudgeDue && peer.State != ProgressState.Probe)
            return false;
        core.Send(new RaftMessage
        {
            Kind = MessageKind.Append,
            From = core.Id,
            To = peer.Node,
            Term = core.Term,
            LogIndex = peer.Next.Previous,
            LogTerm = previousTerm,
            Entries = entries,
            Commit = core.Log.Committed,
        });
        peer.CommitTold = core.Log.Committed;
        peer.Sent(peer.Next.Previous + (ulong)entries.Length, entries.Length, SizeOf(entries.Span));
        return entries.Length > 0 && peer.State == ProgressState.Replicate;
    }

    private static void SendSnapshot(RaftCore core, Progress peer)
    {
        // Nobody streams a snapshot into the void: wait until the peer has answered something.
        if (!peer.IsRecentlyActive)
            return;
        LogIndex index = core.Log.Base;
        peer.BecomeSnapshot(index);
        core.Send(new RaftMessage
        {
            Kind = MessageKind.Snapshot,
            From = core.Id,
            To = peer.Node,
            Term = core.Term,
            Snapshot = new SnapshotMetadata(index, core.Log.BaseTerm, core.Configurations.At(index)),
        });
    }

    private static long SizeOf(ReadOnlySpan<RaftEntry> entries)
    {
        long bytes = 0;
        foreach (ref readonly RaftEntry entry in entries)
            bytes += entry.SizeBytes;
        return bytes;
    }
}
