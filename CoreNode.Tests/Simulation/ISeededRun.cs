namespace CoreNode.Tests.Simulation;

/// <summary>One run of a simulation, all of which follows from its plan.</summary>
/// <typeparam name="T">What it amounts to.</typeparam>
internal interface ISeededRun<out T>
{
    /// <summary>What happened.</summary>
    SimulationTrace Trace { get; }

    /// <summary>Runs it; fails if something is wrong.</summary>
    T Run();
}
