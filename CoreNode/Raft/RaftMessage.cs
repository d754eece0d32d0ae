using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>
/// One message between members; which fields mean something depends on <see cref="Kind"/>. Immutable: the transport
/// may keep it, encode it on any thread, and lose, repeat or reorder it.
/// </summary>
public sealed record RaftMessage
{
    /// <summary>What the message asks or answers.</summary>
    public required MessageKind Kind { get; init; }

    /// <summary>The sender; the transport vouches for it.</summary>
    public required NodeId From { get; init; }

    /// <summary>The receiver.</summary>
    public required NodeId To { get; init; }

    /// <summary>The sender's term; for a pre-vote and its grant the term that would be started.</summary>
    public Term Term { get; init; }

    /// <summary>
    /// Append: the entry before <see cref="Entries"/>. Votes: the candidate's last entry. AppendResponse: the durable
    /// index, or the entry that was rejected. ReadIndexResponse: the index to read at.
    /// </summary>
    public LogIndex LogIndex { get; init; }

    /// <summary>Term at <see cref="LogIndex"/>; in a rejection that at <see cref="RejectHint"/>.</summary>
    public Term LogTerm { get; init; }

    /// <summary>Append: the entries right after <see cref="LogIndex"/>; several messages may share them.</summary>
    public ReadOnlyMemory<RaftEntry> Entries { get; init; }

    /// <summary>Append, Heartbeat: the leader's commit index, as far as it concerns the receiver.</summary>
    public LogIndex Commit { get; init; }

    /// <summary>An answer that says no.</summary>
    public bool Reject { get; init; }

    /// <summary>Rejected append: where the follower guesses that the logs still agree.</summary>
    public LogIndex RejectHint { get; init; }

    /// <summary>Votes: leadership was handed over, so a live leader is no reason to refuse.</summary>
    public bool IsTransfer { get; init; }

    /// <summary>Heartbeats: the round of reads. ReadIndex: the requester's own context.</summary>
    public ulong Context { get; init; }

    /// <summary>Snapshot: what is being sent.</summary>
    public SnapshotMetadata? Snapshot { get; init; }
}
