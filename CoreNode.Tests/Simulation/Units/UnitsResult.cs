namespace CoreNode.Tests.Simulation.Units;

/// <summary>What a simulation of units that found nothing wrong amounted to.</summary>
/// <param name="TraceHash">Equal for equal runs.</param>
internal sealed record UnitsResult(ulong TraceHash)
{
    public required int Faults { get; init; }

    public required int Elections { get; init; }

    /// <summary>Processes of units that began.</summary>
    public required int Begun { get; init; }

    /// <summary>Stops of active units by agents.</summary>
    public required int Stops { get; init; }

    public required int Writes { get; init; }

    public required long Events { get; init; }

    public required UnitsTally Tally { get; init; }
}
