using System.Globalization;
using CoreNode.Foundation;
using CoreNode.Tests.Simulation.Units;

namespace CoreNode.Tests.Simulation.Whole;

/// <summary>What one seed simulates.</summary>
internal sealed record WholePlan
{
    public const long Second = UnitsPlan.Second;

    /// <summary>Units are placed and machines at rest by then.</summary>
    public const long Peace = 40 * Second;

    /// <summary>Faults end then, and people publish another release.</summary>
    public const long Turmoil = 330 * Second;

    public required ulong Seed { get; init; }

    public required WholeBug Bug { get; init; }

    /// <summary>Machines, members, clocks and network.</summary>
    public required UnitsPlan Units { get; init; }

    /// <summary>How many may hold the lock.</summary>
    public required int Max { get; init; }

    /// <summary>Of the service.</summary>
    public required int Replicas { get; init; }

    /// <summary>The copies of the service are checked, and some are slow to come up.</summary>
    public required bool IsChecked { get; init; }

    /// <summary>The first release does not become healthy on any machine.</summary>
    public required bool IsBroken { get; init; }

    public TimeSpan Boot { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>When all must run the last release and be at rest.</summary>
    public long Bound => Turmoil + ((900 + (Units.Machines * 150)) * Second);

    public static WholePlan Of(ulong seed, WholeBug bug)
    {
        Prng chance = new Prng(seed).Child("whole");
        int voters = chance.Chance(0.6) ? 3 : 5;
        UnitsPlan units = UnitsPlan.Careful(seed, bug == WholeBug.TakesFirst ? UnitsBug.TakesFirst : UnitsBug.None);
        return new WholePlan
        {
            Seed = seed,
            Bug = bug,
            Units = units with { Members = voters, Machines = voters + chance.Next(3) },
            Max = voters == 5 ? chance.Next(1, 3) : 1,
            Replicas = 2 + chance.Next(2),
            IsChecked = chance.Chance(0.5),
            IsBroken = chance.Chance(0.4)
                || bug is WholeBug.ForgetsStop or WholeBug.NotesNothing or WholeBug.PassesGate,
        };
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"max {Max}, {Replicas} replicas, checked {IsChecked}, the release is {(IsBroken ? "broken" : "good")}, "
        + $"planted {Bug}; {Units}");
}
