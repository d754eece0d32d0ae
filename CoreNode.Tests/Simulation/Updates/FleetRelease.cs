using CoreNode.Updates.Rollout;

namespace CoreNode.Tests.Simulation.Updates;

/// <summary>A release of the simulation.</summary>
/// <param name="Version">The target.</param>
/// <param name="BadShare">The share of machines whose health checks it does not pass.</param>
internal sealed record FleetRelease(string Version, double BadShare)
{
    /// <summary>Floors, the oldest first.</summary>
    public IReadOnlyList<string> Floors { get; init; } = [];

    /// <summary>For a group, or a machine that is pinned.</summary>
    public RolloutRelease Started(string id, DateTimeOffset at, bool hasFloors = true) => new()
    {
        Id = id,
        Target = new RolloutStep(Version, "package of " + Version),
        Floors = hasFloors ? [.. Floors.Select(f => new RolloutStep(f, "package of " + f, true, "a step"))] : [],
        StartedAt = at,
    };

    /// <summary>Whether it is bad on that machine.</summary>
    public bool IsBadOn(FleetClient client) => WaveShare.Of(client.Id, "health of " + Version) < BadShare * 100;
}
