namespace CoreNode.Tests.Simulation.Updates;

/// <summary>A simulated machine: what it is, and what it is at.</summary>
internal sealed class FleetClient
{
    public required int Index { get; init; }

    public required string Id { get; init; }

    public required FleetKind Kind { get; set; }

    /// <summary>The group that it names.</summary>
    public required int Group { get; init; }

    public required string Version { get; set; }

    public required bool TakesSteps { get; init; }

    /// <summary>Its clock runs so much too slow.</summary>
    public required double Drift { get; init; }

    /// <summary>How long it fetches; the other steps are shares of it.</summary>
    public required long FetchSeconds { get; init; }

    /// <summary>How long it waits for its reboot.</summary>
    public required long RebootSeconds { get; init; }

    public FleetPhase Phase { get; set; }

    /// <summary>What it fetches or has installed.</summary>
    public string Step { get; set; } = "";

    /// <summary>Its tries so far.</summary>
    public int Tries { get; set; }

    /// <summary>It went back: said with the next check.</summary>
    public bool HasRolledBack { get; set; }

    /// <summary>It does nothing any more.</summary>
    public bool IsGone { get; set; }

    /// <summary>Which of its turns counts: others were put off.</summary>
    public int Turn { get; set; }
}
