using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>
/// What a follower does with its leader's messages (Raft §5.3, §7). Invariant: an acknowledgement names only entries
/// that equal the leader's and are durable here.
/// </summary>
internal static class FollowerSteps
{
    public static void HandleAppend(RaftCore core, RaftMessage message)
    {
        RaftLog log = core.Log;
        if (ContradictsCommitted(log, message))
        {
            core.Ignore(IgnoreReason.ConflictsWithCommitted);
            return;
        }

        if (message.LogIndex < log.Committed)
        {
            // An old append: what is committed here is in every later leader's log (§5.4.3).
            Acknowledge(core, log.Committed);
            return;
        }

        if (!log.Matches(message.LogIndex, message.LogTerm))
        {
            Reject(core, message);
            return;
        }

        ReadOnlySpan<RaftEntry> entries = message.Entries.Span;
        int known = CountKnown(log, entries);
        if (known < entries.Length)
            Replace(core, entries[known..]);
        LogIndex last = message.LogIndex + (ulong)entries.Length;
        log.CommitTo(LogIndex.Min(message.Commit, last));
        Acknowledge(core, last);
    }

    public static void HandleHeartbeat(RaftCore core, RaftMessage message)
    {
        if (message.Commit > core.Log.Last)
        {
            // The leader tells what this member itself had acknowledged in this term.
            core.Ignore(IgnoreReason.FollowerLostEntries);
            core.IsSetBack = true;
        }
        else
            core.Log.CommitTo(message.Commit);
        core.Send(new RaftMessage
        {
            Kind = MessageKind.HeartbeatResponse,
            From = core.Id,
            To = message.From,
            Term = core.Term,
            Context = message.Context,
        });
    }

    public static void HandleSnapshot(RaftCore core, SnapshotMetadata snapshot)
    {
        if (snapshot.Index <= core.Log.Committed)
        {
            Acknowledge(core, core.Log.Committed);
            return;
        }

        if (core.Log.Matches(snapshot.Index, snapshot.Term))
        {
            Probe.Hit("raft.snapshot-of-known-prefix");

            // §7: a snapshot of a prefix of this log only tells that the prefix is committed.
            core.Log.CommitTo(snapshot.Index);
        }
        else
        {
            Probe.Hit("raft.snapshot-restored");
            core.Log.Restore(snapshot.Index, snapshot.Term);
            core.Configurations.Reset(snapshot.Index, snapshot.Configuration);
            core.SnapshotToInstall = snapshot;
        }

        Acknowledge(core, snapshot.Index);
    }

    /// <summary>More of the log became durable: acknowledge what the leader waits for.</summary>
    public static void AcknowledgePersisted(RaftCore core)
    {
        LogIndex index = LogIndex.Min(core.Log.Persisted, core.MatchedWithLeader);
        if (!core.Leader.IsNone && index > core.AcknowledgedToLeader)
            SendAcknowledgement(core, index);
    }

    private static void Acknowledge(RaftCore core, LogIndex index)
    {
        core.MatchedWithLeader = LogIndex.Max(core.MatchedWithLeader, index);
        if (core.Log.Persisted >= index)
            SendAcknowledgement(core, index);
    }

    private static void SendAcknowledgement(RaftCore core, LogIndex index)
    {
        core.AcknowledgedToLeader = LogIndex.Max(core.AcknowledgedToLeader, index);
        core.Send(new RaftMessage
        {
            Kind = MessageKind.AppendResponse,
            From = core.Id,
            To = core.Leader,
            Term = core.Term,
            LogIndex = index,
        });
    }

    private static void Reject(RaftCore core, RaftMessage message)
    {
        (LogIndex hint, Term hintTerm) = core.Log.FindPossibleMatch(message.LogIndex, message.LogTerm);
        core.Send(new RaftMessage
        {
            Kind = MessageKind.AppendResponse,
            From = core.Id,
            To = message.From,
            Term = core.Term,
            Reject = true,
            LogIndex = message.LogIndex,
            RejectHint = hint,
            LogTerm = hintTerm,
        });
    }

    // Never from a healthy leader: all of them have what is committed (§5.4.3).
    private static bool ContradictsCommitted(RaftLog log, RaftMessage message)
    {
        if (message.LogIndex > log.Committed)
            return false;
        if (log.TryTermAt(message.LogIndex, out Term before) && before != message.LogTerm)
            return true;
        foreach (ref readonly RaftEntry entry in message.Entries.Span)
        {
            if (entry.Index > log.Committed)
                break;
            if (log.TryTermAt(entry.Index, out Term term) && term != entry.Term)
                return true;
        }

        return false;
    }

    private static int CountKnown(RaftLog log, ReadOnlySpan<RaftEntry> entries)
    {
        int known = 0;
        while (known < entries.Length && log.Matches(entries[known].Index, entries[known].Term))
            known++;
        return known;
    }

    private static void Replace(RaftCore core, ReadOnlySpan<RaftEntry> entries)
    {
        LogIndex from = entries[0].Index;
        if (from <= core.Log.Last)
        {
            core.Log.TruncateFrom(from);
            if (core.Configurations.TruncateFrom(from))
                Probe.Hit("raft.configuration-replaced");
        }

        foreach (ref readonly RaftEntry entry in entries)
        {
            core.Log.Append(entry);
            if (entry.Kind == EntryKind.Configuration)
                core.Configurations.Add(entry.Index, Configuration.Decode(entry.Data.Span));
        }
    }
}
