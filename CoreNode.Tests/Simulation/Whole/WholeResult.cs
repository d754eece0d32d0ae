using CoreNode.Tests.Simulation.Units;

namespace CoreNode.Tests.Simulation.Whole;

/// <summary>What a simulation that found nothing wrong amounted to.</summary>
/// <param name="TraceHash">Equal for equal runs.</param>
internal sealed record WholeResult(ulong TraceHash)
{
    public required TimeSpan Time { get; init; }

    public required long Events { get; init; }

    /// <summary>Restarts that were asked for with the lock.</summary>
    public required int Restarts { get; init; }

    public required UnitsTally Tally { get; init; }
}
