namespace CoreNode.Tests.Simulation;

/// <summary>What a simulation that found nothing wrong amounted to.</summary>
/// <param name="TraceHash">Equal for equal runs.</param>
internal sealed record SimulationResult(ulong TraceHash)
{
    /// <summary>Requests of clients.</summary>
    public required int Operations { get; init; }

    /// <summary>Those that succeeded.</summary>
    public required int Succeeded { get; init; }

    /// <summary>Faults that happened.</summary>
    public required int Faults { get; init; }

    /// <summary>Terms that had a leader.</summary>
    public required int Elections { get; init; }

    /// <summary>Changes of the membership that were confirmed.</summary>
    public required int MemberChanges { get; init; }

    /// <summary>Events of the simulation.</summary>
    public required long Events { get; init; }

    /// <summary>Simulated nanoseconds.</summary>
    public required long End { get; init; }
}
