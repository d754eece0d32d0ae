namespace CoreNode.Tests.Simulation.Updates;

/// <summary>What a simulated liar does.</summary>
internal enum FleetLie
{
    /// <summary>Says that it installed and runs what it was never granted.</summary>
    SuccessWithoutGrant,

    /// <summary>Fails twice, and rolls back twice.</summary>
    ErrorsTwice,

    /// <summary>Runs versions that do not exist.</summary>
    StrangeVersions,

    /// <summary>Speaks for another machine.</summary>
    OtherMachine,

    /// <summary>Asks as many machines that never were.</summary>
    NewMachines,

    /// <summary>Takes an update and says again and again that it begins to fetch it.</summary>
    EndlessFetch,
}
