namespace CoreNode.Discovery;

/// <summary>Who searches, and where.</summary>
public sealed record SearchPlan
{
    /// <summary>The most members that a cluster may have.</summary>
    public const int MostMembers = 9;

    /// <summary>The directory.</summary>
    public required DirectoryUrl Url { get; init; }

    /// <summary>Identity of this machine as the cluster will know it; null if it only looks (a worker).</summary>
    public required string? Id { get; init; }

    /// <summary>What it writes down about itself.</summary>
    public required FoundMember Self { get; init; }

    /// <summary>
    /// This data folder has written itself down here before. An entry of this id without that is one of a machine that
    /// lost its data, or of another one.
    /// </summary>
    public required bool HasRegistered { get; init; }
}
