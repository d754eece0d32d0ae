using CoreNode.Foundation;

namespace CoreNode.Units.Agent;

/// <summary>
/// What a machine knows of its own lease; moments are of CLOCK_BOOTTIME. Immutable; <see cref="LeaseRule"/> makes the
/// next one.
/// </summary>
public sealed record LeaseFacts
{
    /// <summary>None yet.</summary>
    public static readonly LeaseFacts None = new();

    /// <summary>
    /// Nobody gives this machine's units away before that: the renewal was sent then, plus the lease.
    /// </summary>
    public TimeSpan Until { get; init; }

    /// <summary>Its length.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>
    /// Entries made at this index or before are from before the last lapse: a singleton never runs under them again.
    /// Null: not known since the lapse, so no singleton runs at all.
    /// </summary>
    public StoreIndex? Floor { get; init; }

    /// <summary>Rises with every lapse, so that an answer from before one is known as such.</summary>
    public int Lapses { get; init; }

    /// <summary>Another machine holds a lease under this machine's id.</summary>
    public bool IsDuplicate { get; init; }

    /// <summary>The leader itself has granted it since the last lapse: the machine may register.</summary>
    public bool IsGranted { get; init; }

    /// <summary>
    /// True while this machine, and no other one under its id, may speak for it: that nobody leads keeps a lease, but
    /// gives none, for another machine may have been told the same.
    /// </summary>
    public bool IsHeld(TimeSpan now) => IsGranted && !IsDuplicate && now < KillAt;

    /// <summary>From here on no process of a singleton lives: what is left of the lease is the margin.</summary>
    public TimeSpan KillAt => Until - (Duration / LeaseRule.MarginPart);

    /// <summary>From here on singletons are stopped as their files say.</summary>
    public TimeSpan StopAt => KillAt - (Duration / LeaseRule.StopPart);
}
