namespace CoreNode.Tests.Simulation.Units;

/// <summary>Where a supervisor can be stopped or killed between its decision to start a singleton and the start.</summary>
internal enum StartPoint
{
    /// <summary>The agent has decided, and the unit manager was not told yet.</summary>
    Call,

    /// <summary>The embedded runner has asked until when a process may begin, and has not made it yet.</summary>
    Process,
}
