namespace CoreNode.Tests.Simulation.Updates;

/// <summary>What a simulated machine does with its next turn.</summary>
internal enum FleetPhase
{
    Ask,
    BeginFetch,
    EndFetch,
    Install,
    Reboot,
}
