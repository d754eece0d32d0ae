namespace CoreNode.Raft;

/// <summary>What a message asks or answers. The numbers are sent: never reuse one.</summary>
public enum MessageKind : byte
{
    /// <summary>Would you vote for me in this term? Changes nobody's term.</summary>
    PreVote = 1,

    /// <summary>Answer to <see cref="PreVote"/>; when granted it carries the term asked for.</summary>
    PreVoteResponse = 2,

    /// <summary>RequestVote (§5.2).</summary>
    Vote = 3,

    /// <summary>Answer to <see cref="Vote"/>.</summary>
    VoteResponse = 4,

    /// <summary>AppendEntries (§5.3).</summary>
    Append = 5,

    /// <summary>Answer to <see cref="Append"/> and <see cref="Snapshot"/>: durable to LogIndex, or rejected.</summary>
    AppendResponse = 6,

    /// <summary>The leader lives; carries the commit index and the current round of reads.</summary>
    Heartbeat = 7,

    /// <summary>Answer to <see cref="Heartbeat"/>; repeats its round.</summary>
    HeartbeatResponse = 8,

    /// <summary>
    /// The follower's next entry is compacted away, so a snapshot has to go first. The caller streams its newest
    /// one, puts that one's metadata into the message, and steps it at the receiver once all of it has arrived.
    /// </summary>
    Snapshot = 9,

    /// <summary>A follower asks for an index to read at (thesis §6.4).</summary>
    ReadIndex = 10,

    /// <summary>Answer to <see cref="ReadIndex"/>; repeats its context.</summary>
    ReadIndexResponse = 11,

    /// <summary>Campaign at once: leadership is handed to you (thesis §3.10).</summary>
    TimeoutNow = 12,
}
