namespace CoreNode.Provision.Sources.Search;

/// <summary>How long sources are asked.</summary>
public sealed record SearchLimits
{
    /// <summary>All in all.</summary>
    public TimeSpan Total { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Between a source's first attempt and the next; doubles each time.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Most between two attempts.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long user data that are there wait for a preferred source, and for one that knows the machine.
    /// </summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);
}
