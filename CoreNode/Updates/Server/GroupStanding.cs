using CoreNode.Updates.Rollout;

namespace CoreNode.Updates.Server;

/// <summary>How a group's rollout stands. Immutable.</summary>
public sealed record GroupStanding
{
    /// <summary>Id of the application.</summary>
    public required string App { get; init; }

    /// <summary>Id of the group.</summary>
    public required string Group { get; init; }

    /// <summary>What it is to run; null for nothing.</summary>
    public RolloutRelease? Release { get; init; }

    /// <summary>Why nothing is offered although its channel leads to a package; empty if it is offered.</summary>
    public string Problem { get; init; } = "";

    /// <summary>What became of the release so far: pause, stop, the machine that goes first.</summary>
    public required RolloutStanding Standing { get; init; }

    /// <summary>Its machines by what they are at.</summary>
    public required RolloutCounts Counts { get; init; }

    /// <summary>Machines that run the release's version or a newer one: there is nothing for them in it.</summary>
    public int UpToDate { get; init; }

    /// <summary>Machines of the others that an operator keeps out of it: exempt, or pinned elsewhere.</summary>
    public int KeptOut { get; init; }

    /// <summary>Share of the machines whose wave is open, in percent.</summary>
    public double WavePercent { get; init; }

    /// <summary>When the next wave opens; null for none.</summary>
    public DateTimeOffset? NextWave { get; init; }

    /// <summary>Machines by state, most first.</summary>
    public IReadOnlyList<StateCount> ByState { get; init; } = [];

    /// <summary>Machines by version, most first.</summary>
    public IReadOnlyList<VersionCount> ByVersion { get; init; } = [];
}
