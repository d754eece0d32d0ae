namespace CoreNode.Tests.Simulation.Units;

/// <summary>Where a supervisor can be stopped or killed between a decision and what it decided.</summary>
internal enum TrapPoint
{
    /// <summary>The agent has decided, and the unit manager was not told yet.</summary>
    Call,

    /// <summary>The embedded runner has asked until when a process may begin, and has not made it yet.</summary>
    Process,

    /// <summary>The engine has decided where a singleton is to run, and has not written it yet.</summary>
    Write,

    /// <summary>A machine that leaves asks for the removal of its registration.</summary>
    Removal,
}
