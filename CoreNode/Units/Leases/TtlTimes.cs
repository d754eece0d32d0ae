namespace CoreNode.Units.Leases;

/// <summary>Times of leases that are keys with a lifetime. Immutable.</summary>
public sealed record TtlTimes
{
    /// <summary>Lifetime of the key of who decides; whole seconds.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long after the sending of a renewal this process decides: less than the lifetime, by what clocks may differ.
    /// </summary>
    public TimeSpan Validity => Lifetime * 0.75;

    /// <summary>Time between renewals, and between looks whether another one still decides.</summary>
    public TimeSpan Interval => Lifetime / 5;

    /// <summary>
    /// How long a machine must be away, in a term's undisturbed time, until it counts as gone at the begin of a term,
    /// and after a time in which the store could not be written: the machines could not, either.
    /// </summary>
    public TimeSpan Wait => Lifetime;
}
