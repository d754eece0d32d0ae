namespace CoreNode.Cluster.Leading;

/// <summary>Times of the machines' leases at a leader. Immutable.</summary>
public sealed record LeaseTimes
{
    /// <summary>The longest lease that is granted (--units-lease).</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The members' election timeout.</summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Longest time from the sending of one contact with a quorum to the end of the next: within an election timeout,
    /// even where the members' clocks differ in speed by a tenth.
    /// </summary>
    public TimeSpan LongestGap => ElectionTimeout * 0.75;

    /// <summary>Time between contacts while machines hold leases.</summary>
    public TimeSpan ContactInterval => ElectionTimeout / 4;

    /// <summary>
    /// Time between contacts while renewals wait: what comes in between shares the next one.
    /// </summary>
    public TimeSpan ShortestInterval => ElectionTimeout / 10;
}
