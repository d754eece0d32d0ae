using CoreNode.Units.Registry;

namespace CoreNode.Units.Agent;

/// <summary>
/// The lease and the guard together: whether a singleton may run. Immutable; moments of CLOCK_BOOTTIME.
/// </summary>
/// <param name="Lease">The machine's lease.</param>
/// <param name="Armed">Units that the guard holds.</param>
/// <param name="ArmedUntil">When it kills them.</param>
public sealed record FenceFacts(LeaseFacts Lease, IReadOnlySet<string> Armed, TimeSpan ArmedUntil)
{
    /// <summary>When processes of that unit must be gone: by the lease, and by what the guard holds.</summary>
    public TimeSpan KillAt(string unit)
    {
        TimeSpan guard = Armed.Contains(unit) ? ArmedUntil : TimeSpan.Zero;
        return guard < Lease.KillAt ? guard : Lease.KillAt;
    }

    /// <summary>When it has to be stopped as its file says.</summary>
    public TimeSpan StopAt(string unit) => KillAt(unit) - (Lease.Duration / LeaseRule.StopPart);

    /// <summary>True while the lease and the guard allow the unit to be started under that entry.</summary>
    public bool Allows(ScheduleEntry entry, TimeSpan now) =>
        Lease is { Floor: { } floor, IsGranted: true } && entry.CreatedIndex > floor && now < StopAt(entry.Unit);

    /// <summary>True if the entry is from before a lapse: it is given back.</summary>
    public bool IsFromBeforeLapse(ScheduleEntry entry) => Lease.Floor is { } floor && entry.CreatedIndex <= floor;
}
