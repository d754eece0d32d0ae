using CoreNode.Store;

namespace CoreNode.Units.Agent;

/// <summary>
/// What an answer to a renewal makes of the lease. Pure. The lease counts from when the renewal was sent. It is
/// unbroken only if the answer came before the old one's end, as the guard saw it: then the leader had the renewal
/// before it could have given anything away, for it counts from when it received the renewals. Anything else is a
/// lapse, and entries from before it are not to be trusted: what removes them may be on its way.
/// </summary>
public static class LeaseRule
{
    /// <summary>
    /// The margin is that part of a lease (docs/decisions/0026): for clocks that differ, and for a guard that is late
    /// on a starved machine, which was measured at two thirds of a second.
    /// </summary>
    public const int MarginPart = 10;

    /// <summary>That part of a lease is there to stop singletons as their files say before the guard acts.</summary>
    public const int StopPart = 5;

    /// <summary>Renewals in the time of one lease.</summary>
    public const int RenewalsPerLease = 4;

    /// <summary>The facts after an answer.</summary>
    /// <param name="facts">Those before.</param>
    /// <param name="grant">The answer.</param>
    /// <param name="asked">The lease that was asked for.</param>
    /// <param name="sent">When the renewal was sent.</param>
    /// <param name="now">When the answer was here.</param>
    public static LeaseFacts After(
        LeaseFacts facts, LeaseGrant grant, TimeSpan asked, TimeSpan sent, TimeSpan now) => grant.Kind switch
        {
            LeaseGrantKind.Granted => Renewed(facts, grant.Duration, sent, now) with { IsGranted = true },
            LeaseGrantKind.NoLeader =>
                Renewed(facts, grant.Duration > TimeSpan.Zero ? grant.Duration : asked, sent, now),
            LeaseGrantKind.Unreachable => facts,
            LeaseGrantKind.Duplicate => facts with { IsDuplicate = true, IsGranted = false },
            _ => throw new ArgumentOutOfRangeException(nameof(grant), grant.Kind, "no such answer"),
        };

    private static LeaseFacts Renewed(LeaseFacts facts, TimeSpan duration, TimeSpan sent, TimeSpan now)
    {
        bool isLapse = now >= facts.KillAt;
        TimeSpan until = sent + duration;
        if (!isLapse && until <= facts.Until)
            return facts with { IsDuplicate = false };
        return facts with
        {
            Until = until,
            Duration = duration,
            Floor = isLapse ? null : facts.Floor,
            Lapses = facts.Lapses + (isLapse ? 1 : 0),
            IsDuplicate = false,
            IsGranted = !isLapse && facts.IsGranted,
        };
    }
}
