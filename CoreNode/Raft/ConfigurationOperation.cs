namespace CoreNode.Raft;

/// <summary>One kind of change of the configuration. The numbers are sent: never reuse one.</summary>
public enum ConfigurationOperation : byte
{
    /// <summary>Adds a voter; also promotes a learner.</summary>
    AddVoter = 1,

    /// <summary>Adds a learner; also demotes a voter.</summary>
    AddLearner = 2,

    /// <summary>Removes a member of either kind.</summary>
    Remove = 3,

    /// <summary>Gives a vote to a learner, and to nobody else.</summary>
    Promote = 4,
}
