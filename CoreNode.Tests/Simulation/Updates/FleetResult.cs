namespace CoreNode.Tests.Simulation.Updates;

/// <summary>What a simulation of a fleet that found nothing wrong amounted to.</summary>
/// <param name="TraceHash">Equal for equal runs.</param>
internal sealed record FleetResult(ulong TraceHash)
{
    public required int Machines { get; init; }

    /// <summary>Checks that the server answered.</summary>
    public required long Checks { get; init; }

    public required long Grants { get; init; }

    /// <summary>Simulated time.</summary>
    public required TimeSpan Time { get; init; }

    public required FleetTally Tally { get; init; }
}
