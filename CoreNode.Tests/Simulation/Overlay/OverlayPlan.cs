using CoreNode.Foundation;

namespace CoreNode.Tests.Simulation.Overlay;

/// <summary>What one seed simulates.</summary>
internal sealed record OverlayPlan(ulong Seed, OverlayBug Bug)
{
    public const long Second = 1_000_000_000;

    public const long Hour = 3600 * Second;

    public required int Machines { get; init; }

    /// <summary>Machines begin within this time.</summary>
    public long Joining { get; init; } = 20 * Second;

    /// <summary>Faults end then.</summary>
    public long Turmoil { get; init; } = 2 * Hour;

    /// <summary>Everything is looked at once more then.</summary>
    public long Peace { get; init; } = Hour / 2;

    public int Faults { get; init; } = 40;

    /// <summary>The last machine has the address of the first one.</summary>
    public bool HasTwins { get; init; }

    public bool ChangesConfig { get; init; }

    public string Backend { get; init; } = "vxlan";

    public bool HasV4 { get; init; } = true;

    public bool HasV6 { get; init; }

    /// <summary>
    /// Nobody deletes leases or writes others' ones: then what is promised of living machines holds at every moment.
    /// </summary>
    public bool IsStrict { get; init; }

    /// <summary>Writes over others' leases are let pass, to prove that they show in the kernels too.</summary>
    public bool IgnoresWrites { get; init; }

    /// <summary>Nobody is cut off, or down, for longer, in seconds.</summary>
    public int LongestFault { get; init; } = 7200;

    /// <summary>Many machines that are never robbed, looked at after each change.</summary>
    public static OverlayPlan Strict(ulong seed, int machines, OverlayBug bug = OverlayBug.None) => new(seed, bug)
    {
        Machines = machines,
        Joining = Second,
        Turmoil = 20 * 60 * Second,
        Peace = 2 * 60 * Second,
        Faults = 30,
        LongestFault = 120,
        IsStrict = true,
        HasV6 = seed % 2 == 0,
    };

    public static OverlayPlan Of(ulong seed, OverlayBug bug)
    {
        Prng chance = new Prng(seed).Child("plan");
        OverlayPlan plan = new(seed, bug)
        {
            Machines = chance.Next(2, 10),
            HasTwins = chance.Chance(0.25),
            Joining = chance.Chance(0.5) ? Second / 20 : 20 * Second,
            Peace = chance.Chance(0.15) ? 25 * Hour : Hour / 4,
            ChangesConfig = chance.Chance(0.3),
            Backend = chance.Chance(0.25) ? "host-gw" : "vxlan",
        };
        int families = chance.Next(4);
        return plan with { HasV4 = families != 3, HasV6 = families >= 2 };
    }

    public override string ToString() =>
        $"{Machines} machines, {Backend}, IPv4 {HasV4}, IPv6 {HasV6}, {Faults} faults, twins {HasTwins}, "
        + $"configuration changes {ChangesConfig}, strict {IsStrict}, bug {Bug}";
}
