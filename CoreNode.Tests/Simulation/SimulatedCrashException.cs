namespace CoreNode.Tests.Simulation;

/// <summary>
/// The simulated process died at this operation; so does every later one. Not an <see cref="IOException"/>: no code
/// under test may handle it.
/// </summary>
internal sealed class SimulatedCrashException(SimulatedOperation operation) : Exception($"crashed at {operation}");
