using System.Text;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Raft;
using CoreNode.Store;
using CoreNode.Wal;

namespace CoreNode.Cluster;

/// <summary>A member's state with everything of its log applied, whether it is known to be committed or not.</summary>
internal sealed class OfflineState
{
    private readonly WalIdentity _identity;
    private readonly LogIndex _committed;
    private Term _term;

    private OfflineState(KeyStateMachine keys, WalIdentity identity, Term term, LogIndex committed)
    {
        Keys = keys;
        _identity = identity;
        _term = term;
        _committed = committed;
    }

    internal KeyStateMachine Keys { get; }

    internal NodeId Self => _identity.Node;

    internal OfflineSummary Summary
    {
        get
        {
            IKeyspace keyspace = Keys.Publish();
            return new OfflineSummary
            {
                ClusterId = _identity.ClusterId,
                Self = _identity.Node,
                Members = MemberRecords.Read(keyspace),
                Last = Keys.AppliedIndex,
                Term = _term,
                KnownCommitted = _committed,
                Keys = keyspace.Count,
            };
        }
    }

    /// <summary>A snapshot alone, as of a backup.</summary>
    internal static OfflineState Of(RecoveredSnapshot snapshot, NodeId self) =>
        new(snapshot.Keys, new WalIdentity(0, self), snapshot.Term, snapshot.Index);

    /// <summary>A snapshot and the log after it.</summary>
    internal static OfflineState Of(RecoveredSnapshot snapshot, WalRecovery log)
    {
        Term term = log.HardState.Term > snapshot.Term ? log.HardState.Term : snapshot.Term;
        OfflineState state = new(
            snapshot.Keys, log.Identity, term, LogIndex.Max(log.HardState.Commit, snapshot.Index));

        // As at a start: entries of a history that a received snapshot contradicts are none of this one.
        if (log.Entries.Count > 0 && log.Entries[0].Term < snapshot.Term)
            return state;
        foreach (WalEntry entry in log.Entries)
            state.Apply(entry);
        return state;
    }

    /// <summary>
    /// Leaves this member alone in the records, as log entries of their own would: the state's position moves on.
    /// </summary>
    /// <param name="self">The member that stays.</param>
    /// <param name="peerUrls">Its peer URLs; null if its record is there and right.</param>
    internal void KeepOnly(NodeId self, IReadOnlyList<string>? peerUrls)
    {
        string[] kept = peerUrls is null ? [MemberRecords.PeersKey(self), MemberRecords.AttributesKey(self)] : [];
        List<string> others = [];
        foreach ((string key, _) in Keys.Publish().ListSystem("members/"))
        {
            if (!kept.Contains(key))
                others.Add(key);
        }

        foreach (string key in others)
        {
            Apply(new KeyCommand
            {
                Operation = KeyOperation.SystemDelete,
                Key = Encoding.UTF8.GetBytes(key),
            }.Encode());
        }

        if (peerUrls is not null)
            Apply(MemberRecords.SetCommand(MemberRecords.PeersKey(self), peerUrls));
    }

    private void Apply(WalEntry entry)
    {
        ReadOnlyMemory<byte> command = (EntryKind)entry.Kind switch
        {
            EntryKind.Command => entry.Payload,
            EntryKind.Configuration => Configuration.ContextOf(entry.Payload),
            _ => default,
        };
        if (command.Length == 0)
            Keys.SkipTo(entry.Index, entry.Term);
        else
            Keys.Apply(command.Span, entry.Index, entry.Term, nowUnixNs: 0);
        if (entry.Term > _term)
            _term = entry.Term;
    }

    private void Apply(byte[] command) => Keys.Apply(command, Keys.AppliedIndex.Next, _term, nowUnixNs: 0);
}
