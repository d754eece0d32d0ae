using CoreNode.Updates.Rollout;

namespace CoreNode.Updates.Server;

/// <summary>What a group shall be; null leaves as it is, or takes the default of a new one.</summary>
public sealed record GroupWish
{
    /// <summary>Of a new one: its identity; a random one if null.</summary>
    public string? Id { get; init; }

    /// <summary>Needed for a new one.</summary>
    public string? Name { get; init; }

    /// <summary>What machines may call it besides.</summary>
    public string? Track { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>Number of the channel that it follows; 0 for none.</summary>
    public long? Channel { get; init; }

    /// <summary>Who gets an update when.</summary>
    public RolloutPolicy? Policy { get; init; }
}
