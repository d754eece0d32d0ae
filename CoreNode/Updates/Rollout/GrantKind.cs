namespace CoreNode.Updates.Rollout;

/// <summary>By what a machine was granted an update.</summary>
public enum GrantKind
{
    /// <summary>The group's policy.</summary>
    Policy,

    /// <summary>A person at the machine asked: waves and windows were passed.</summary>
    OnDemand,

    /// <summary>An operator's override of the machine.</summary>
    Override,
}
