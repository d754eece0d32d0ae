namespace CoreNode.Updates.Sharing;

/// <summary>How long a node waits for others before it goes another way.</summary>
public sealed record SharingTimes
{
    /// <summary>The store's answer; later it counts as away.</summary>
    public TimeSpan Store { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A keeper's first words.</summary>
    public TimeSpan Dial { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A keeper whose payload does not grow for so long has none: those who wait for it go on.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A keeper that failed is not asked again before that; twice as long with each time in a row.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Before the store, and keepers that are busy, are asked again.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A keeper without an older one to fetch from asks the server after that; who keeps nothing yet becomes one within
    /// it, at a moment of chance.
    /// </summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Who cannot keep anything waits between one and two of these for keepers before it asks the server; where there
    /// are none, between one and two graces.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A worker tells the only member of its cluster so often that it is there.</summary>
    public TimeSpan Presence { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Between looks at what is kept.</summary>
    public TimeSpan Review { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The least time between two writes that say that a payload is still asked for.</summary>
    public TimeSpan Refresh { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A payload that is not whole and does not grow for so long is removed.</summary>
    public TimeSpan Abandoned { get; init; } = TimeSpan.FromHours(2);
}
