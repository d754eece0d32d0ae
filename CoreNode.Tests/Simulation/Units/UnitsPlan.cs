using System.Globalization;
using CoreNode.Foundation;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>What kind of cluster, network and units a seed has.</summary>
internal sealed record UnitsPlan
{
    public const long Second = SimulationPlan.Second;

    public const long Millisecond = SimulationPlan.Millisecond;

    /// <summary>Faults begin and end within this time.</summary>
    public const long Turmoil = 120 * Second;

    /// <summary>Everything that can be placed runs at the latest that long after the last fault.</summary>
    public const long Bound = 150 * Second;

    /// <summary>And then nothing happens for this time.</summary>
    public const long Rest = 60 * Second;

    public required ulong Seed { get; init; }

    public required int Machines { get; init; }

    /// <summary>The first machines are members of the store.</summary>
    public required int Members { get; init; }

    public required TimeSpan Lease { get; init; }

    public required TimeSpan Election { get; init; }

    /// <summary>Most that a clock runs fast or slow: so that any two stay within a twentieth.</summary>
    public required double Drift { get; init; }

    public required long Latency { get; init; }

    public required long Jitter { get; init; }

    public required int Faults { get; init; }

    public required int Units { get; init; }

    /// <summary>What people do during the turmoil.</summary>
    public required int Wishes { get; init; }

    /// <summary>The units' manager is part of the supervisor (the embedded runner); if not, it is PID 1.</summary>
    public required bool IsEmbedded { get; init; }

    /// <summary>One more machine has the id of the last one.</summary>
    public required bool HasTwin { get; init; }

    /// <summary>
    /// The store is an existing etcd: leases and the right to decide are keys with a lifetime, and writes are not bound
    /// to a term.
    /// </summary>
    public required bool IsForeign { get; init; }

    /// <summary>Machines are drained and content is changed, one after the other, and nothing goes wrong.</summary>
    public bool IsCareful { get; init; }

    public UnitsBug Bug { get; init; }

    public static UnitsPlan Of(ulong seed, UnitsBug bug = UnitsBug.None)
    {
        Prng chance = new Prng(seed).Child("units plan");
        int machines = 3 + chance.Next(5);
        return new UnitsPlan
        {
            Seed = seed,
            Machines = machines,
            Members = chance.Chance(0.15) ? 1 : machines >= 5 && chance.Chance(0.3) ? 5 : 3,
            Lease = TimeSpan.FromSeconds(chance.Chance(0.6) ? 10 : 5),
            Election = TimeSpan.FromSeconds(chance.Chance(0.7) ? 1 : 0.5),
            Drift = chance.Chance(0.3) ? 0 : 0.015,
            Latency = (100 + chance.Next(1000)) * 1000,
            Jitter = (100 + chance.Next(chance.Chance(0.2) ? 40_000 : 3000)) * 1000,
            Faults = 4 + chance.Next(14),
            Units = 4 + chance.Next(12),
            Wishes = 4 + chance.Next(16),
            IsEmbedded = chance.Chance(0.5) || bug is UnitsBug.StartsLate or UnitsBug.MissesNoGuard,
            HasTwin = chance.Chance(0.15),
            IsForeign = bug == UnitsBug.BelievesOldNews
                || (bug == UnitsBug.None && new Prng(seed).Child("foreign").Chance(0.2)),
            Bug = bug,
        };
    }

    /// <summary>A cluster in which nothing goes wrong while people drain machines and change content.</summary>
    public static UnitsPlan Careful(ulong seed, UnitsBug bug = UnitsBug.None) => Of(seed, bug) with
    {
        IsCareful = true,
        Faults = 0,
        Units = 0,
        Wishes = 0,
        HasTwin = false,
        IsForeign = false,
    };

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Machines} machines, {Members} members, lease {Lease.TotalSeconds} s, election {Election.TotalSeconds} s, "
        + $"drift "
        + $"{Drift}, latency {Latency / 1000}+{Jitter / 1000} µs, {Units} units, {Wishes} wishes, {Faults} faults, "
        + $"embedded runner {IsEmbedded}, etcd {IsForeign}, twin {HasTwin}, bug {Bug}");
}
