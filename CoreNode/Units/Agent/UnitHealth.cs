namespace CoreNode.Units.Agent;

/// <summary>What is known of a unit's health.</summary>
public enum UnitHealth
{
    /// <summary>No check has ended since it became active.</summary>
    Unknown,

    /// <summary>The last check was good, or it has none and is active.</summary>
    Healthy,

    /// <summary>Two checks in a row were bad.</summary>
    Unhealthy,
}
