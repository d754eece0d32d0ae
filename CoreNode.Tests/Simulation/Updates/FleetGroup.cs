using CoreNode.Updates.Rollout;

namespace CoreNode.Tests.Simulation.Updates;

/// <summary>A group at the simulated server: what is durable of it, and its rollout.</summary>
internal sealed class FleetGroup
{
    public required int Index { get; init; }

    /// <summary>What its operators want; the server may have another one by mistake.</summary>
    public required RolloutPolicy Policy { get; set; }

    /// <summary>The simple twin of its windows.</summary>
    public required NaiveWindows Windows { get; set; }

    /// <summary>What it is to run; its number in the plan, -1 for nothing yet.</summary>
    public int Release { get; set; } = -1;

    public RolloutRelease? Started { get; set; }

    public RolloutStanding Standing { get; set; } = RolloutStanding.Fresh;

    public required GroupRollout Rollout { get; set; }

    /// <summary>The checker saw that it was stopped, and nobody resumed it since.</summary>
    public bool IsStopped { get; set; }
}
