using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>What holds for every message of a healthy member; anything else is dropped before it can hurt.</summary>
internal static class MessageCheck
{
    // Far beyond any real position, and far enough from overflow for all arithmetic.
    private const ulong MaxPosition = 1UL << 62;

    public static bool IsWellFormed(RaftMessage message, NodeId receiver) =>
        !message.From.IsNone && message.From != receiver && message.To == receiver
        && message.Term > Term.Zero && message.Term.Value < MaxPosition && message.LogTerm <= message.Term
        && message.LogIndex.Value < MaxPosition && message.Commit.Value < MaxPosition
        && message.RejectHint.Value < MaxPosition && (message.RejectHint <= message.LogIndex)
        && Enum.IsDefined(message.Kind) && (message.Kind == MessageKind.Append || message.Entries.Length == 0)
        && AreEntriesWellFormed(message) && IsSnapshotWellFormed(message);

    private static bool AreEntriesWellFormed(RaftMessage message)
    {
        ulong index = message.LogIndex.Value;
        Term term = message.LogTerm;
        foreach (ref readonly RaftEntry entry in message.Entries.Span)
        {
            if (entry.Index.Value != ++index || entry.Term < term || entry.Term > message.Term)
                return false;
            term = entry.Term;
            if (entry.Kind > EntryKind.Configuration)
                return false;
            if (entry.Kind == EntryKind.Configuration && !ConfigurationCodec.TryDecode(
                entry.Data.Span, out Configuration? _, out _))
                return false;
        }

        return true;
    }

    private static bool IsSnapshotWellFormed(RaftMessage message)
    {
        if (message.Kind != MessageKind.Snapshot)
            return message.Snapshot is null;
        return message.Snapshot is { } snapshot && snapshot.Index > LogIndex.Zero
            && snapshot.Index.Value < MaxPosition && snapshot.Term > Term.Zero && snapshot.Term <= message.Term;
    }
}
