namespace CoreNode.Reboots;

/// <summary>What the gate says of a machine that has restarted.</summary>
public enum RebootVerdict
{
    /// <summary>Not known yet.</summary>
    Waiting,

    /// <summary>It does its work.</summary>
    Healthy,

    /// <summary>It does not.</summary>
    Unhealthy,
}
