namespace CoreNode.Units.Model;

/// <summary>What the user wants of a unit; fleet's names and order (fleet: A.1 target-state).</summary>
public enum DesiredState
{
    /// <summary>Known to the cluster, on no machine.</summary>
    Inactive,

    /// <summary>On a machine and known to its unit manager, not started.</summary>
    Loaded,

    /// <summary>Started; restarts are its unit manager's business.</summary>
    Launched,
}
