namespace CoreNode.Units.Scheduling;

/// <summary>Why a unit cannot be placed on a machine: the first that holds, in this order.</summary>
internal enum Obstacle
{
    None,

    /// <summary>MachineID= names another one.</summary>
    OtherMachine,

    /// <summary>Its metadata is not what the unit wants.</summary>
    Metadata,

    /// <summary>Not all units of MachineOf= are there.</summary>
    Peer,

    Cordoned,

    Draining,

    /// <summary>A unit there excludes it, or it a unit there.</summary>
    Conflict,

    /// <summary>A unit there has taken its place.</summary>
    Replaced,

    /// <summary>The unit is kept away from it for now.</summary>
    Avoided,

    Memory,

    Processor,
}
