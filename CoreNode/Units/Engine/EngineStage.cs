namespace CoreNode.Units.Engine;

/// <summary>The order in which the writes of one plan are done.</summary>
public enum EngineStage
{
    /// <summary>What lost machines announced goes first: their units may announce the same keys elsewhere.</summary>
    Announcements,

    /// <summary>Claims end.</summary>
    Revocations,

    /// <summary>Claims begin; jobs of replicas come and go.</summary>
    Placements,

    /// <summary>What only tells: machine objects, states, notices, garbage.</summary>
    Records,
}
