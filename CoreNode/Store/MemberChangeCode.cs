namespace CoreNode.Store;

/// <summary>Codes of a <see cref="MemberChangeOutcome"/>. The numbers are sent: never reuse one.</summary>
public enum MemberChangeCode : byte
{
    /// <summary>Committed.</summary>
    Done = 1,

    /// <summary>No such member.</summary>
    UnknownMember = 2,

    /// <summary>That member was removed before.</summary>
    AlreadyRemoved = 3,

    /// <summary>Another member has that peer URL.</summary>
    PeerUrlTaken = 4,

    /// <summary>The quorum after the change would not be there; forcing overrides.</summary>
    WouldLoseQuorum = 5,

    /// <summary>Another change is not finished, or the leader is new: try again.</summary>
    Busy = 6,

    /// <summary>There is no leader, or it did not answer: what became of the change is not known.</summary>
    Unavailable = 7,

    /// <summary>It makes no sense now: a tenth voter, the last one removed, a voter promoted.</summary>
    Invalid = 8,
}
