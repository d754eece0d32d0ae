namespace CoreNode.Raft;

/// <summary>Why a change of the configuration makes no sense.</summary>
public enum ConfigurationRefusal
{
    /// <summary>It does.</summary>
    None,

    /// <summary>No steps, or steps that leave everything as it is.</summary>
    NothingChanges,

    /// <summary>Two steps name the same member, or one names nobody.</summary>
    BadNode,

    /// <summary>A member that is to be removed does not take part.</summary>
    UnknownMember,

    /// <summary>A member that is to be promoted is not a learner.</summary>
    NotALearner,

    /// <summary>Nobody would be left to vote.</summary>
    NoVoterLeft,
}
