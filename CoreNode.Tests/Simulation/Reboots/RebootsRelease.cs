namespace CoreNode.Tests.Simulation.Reboots;

/// <summary>The version that machines are updated to.</summary>
internal enum RebootsRelease
{
    /// <summary>It works.</summary>
    Good,

    /// <summary>A machine with it never becomes healthy, until people mend it.</summary>
    Sick,

    /// <summary>A machine with it goes back to the version before, and the update server stops offering it.</summary>
    GoesBack,
}
