namespace CoreNode.Tests.Simulation.Whole;

/// <summary>Faults that are planted to see whether the simulator finds them.</summary>
internal enum WholeBug
{
    /// <summary>None.</summary>
    None,

    /// <summary>Nobody asks whether the release went back elsewhere.</summary>
    ForgetsStop,

    /// <summary>A machine on which the release went back does not note so.</summary>
    NotesNothing,

    /// <summary>A version is called healthy whatever its checks say.</summary>
    PassesGate,

    /// <summary>A machine is not drained.</summary>
    LeavesUnits,

    /// <summary>The engine has a copy stopped before the one that takes its place works.</summary>
    TakesFirst,
}
