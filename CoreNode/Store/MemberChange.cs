using CoreNode.Foundation;

namespace CoreNode.Store;

/// <summary>A change of who is in the cluster, as a client asks for it.</summary>
public sealed record MemberChange
{
    /// <summary>What to do.</summary>
    public required MemberOperation Operation { get; init; }

    /// <summary>To whom; nobody for <see cref="MemberOperation.Add"/>, whose identity the leader makes.</summary>
    public NodeId Node { get; init; }

    /// <summary>Add, Update: where members reach it.</summary>
    public IReadOnlyList<string> PeerUrls { get; init; } = [];

    /// <summary>Do it even if the quorum after the change does not answer now.</summary>
    public bool IsForced { get; init; }
}

/// <summary>Kinds of <see cref="MemberChange"/>. The numbers are sent: never reuse one.</summary>
public enum MemberOperation : byte
{
    /// <summary>A new member, as a learner; it gets its vote by itself once it has caught up.</summary>
    Add = 1,

    /// <summary>A member leaves for good; its identity is never used again.</summary>
    Remove = 2,

    /// <summary>Other peer URLs for a member.</summary>
    Update = 3,

    /// <summary>A learner gets its vote now.</summary>
    Promote = 4,
}

/// <summary>What became of a <see cref="MemberChange"/>.</summary>
/// <param name="Code">For programs.</param>
/// <param name="Message">For people; empty when done.</param>
/// <param name="Member">The member that was added.</param>
public sealed record MemberChangeOutcome(MemberChangeCode Code, string Message, Member? Member);

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
