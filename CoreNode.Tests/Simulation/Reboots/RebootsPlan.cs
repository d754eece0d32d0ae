using CoreNode.Foundation;
using CoreNode.Reboots;
using CoreNode.Tests.Reboots;

namespace CoreNode.Tests.Simulation.Reboots;

/// <summary>What one seed simulates.</summary>
internal sealed record RebootsPlan(ulong Seed, RebootsBug Bug)
{
    public const long Second = 1_000_000_000;

    /// <summary>Faults end then.</summary>
    public const long Turmoil = 900 * Second;

    public required int Machines { get; init; }

    /// <summary>The first ones are the store's members with a vote.</summary>
    public required int Voters { get; init; }

    public required int Max { get; init; }

    public required string[] Windows { get; init; }

    public required RebootsRelease Release { get; init; }

    /// <summary>After which others may take a lock; zero: never.</summary>
    public required TimeSpan ReleaseLimit { get; init; }

    public bool HasFaults { get; init; } = true;

    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan Boot { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From the end of the boot until the machine is healthy.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>When all must be updated and at rest.</summary>
    public long Bound => Turmoil + ((1800 + (Machines * 240)) * Second);

    public RebootSettings Settings => new()
    {
        Windows = Windows.Length == 0 ? null : RebootBench.Windows(Windows),
        WindowsText = string.Join("; ", Windows),
        Fuzz = Windows.Length == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(20),
        GoDownLimit = TimeSpan.FromMinutes(1),
    };

    public static RebootsPlan Of(ulong seed, RebootsBug bug)
    {
        Prng chance = new Prng(seed).Child("plan");
        int voters = chance.Next(10) switch { 0 => 1, 1 => 2, < 6 => 3, _ => 5 };
        RebootsRelease release = (RebootsRelease)Math.Max(0, chance.Next(6) - 3);
        bool hasWindows = voters <= 2 || chance.Chance(0.5);
        return new RebootsPlan(seed, bug)
        {
            Voters = voters,
            Machines = voters + chance.Next(voters == 1 ? 1 : 0, 6),
            Max = chance.Next(1, Math.Max(1, (voters - 1) / 2) + 1),
            Windows = hasWindows ? ["daily 00:02 3m", "daily 00:08 4m", "daily 00:16 5h"] : [],
            Release = release,
            ReleaseLimit = release == RebootsRelease.Good && chance.Chance(0.5)
                ? TimeSpan.FromMinutes(20) : TimeSpan.Zero,
        };
    }

    /// <summary>A hundred machines, five at a time, and nothing goes wrong.</summary>
    public static RebootsPlan Many() => new(1, RebootsBug.None)
    {
        Voters = 5,
        Machines = 100,
        Max = 5,
        Windows = [],
        Release = RebootsRelease.Good,
        ReleaseLimit = TimeSpan.Zero,
        HasFaults = false,
    };

    public override string ToString() =>
        $"{Machines} machines, {Voters} of them voters, max {Max}, windows [{string.Join("; ", Windows)}], the release "
        + $"is {Release}, lock limit {ReleaseLimit}, bug {Bug}";
}
