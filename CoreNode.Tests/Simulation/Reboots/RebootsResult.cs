using CoreNode.Tests.Simulation.Units;

namespace CoreNode.Tests.Simulation.Reboots;

/// <summary>What a simulation of reboots that found nothing wrong amounted to.</summary>
/// <param name="TraceHash">Equal for equal runs.</param>
internal sealed record RebootsResult(ulong TraceHash)
{
    public required TimeSpan Time { get; init; }

    public required long Events { get; init; }

    /// <summary>Restarts that were asked for.</summary>
    public required int Restarts { get; init; }

    public required int Grants { get; init; }

    public required IReadOnlyList<TimeSpan> HandOvers { get; init; }

    public required UnitsTally Tally { get; init; }
}
