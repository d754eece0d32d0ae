namespace CoreNode.Store;

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
