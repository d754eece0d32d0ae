using System.Globalization;
using CoreNode.Foundation;
using CoreNode.Updates.Rollout;
using CoreNode.Windows;

namespace CoreNode.Tests.Simulation.Updates;

/// <summary>What a seed makes of a fleet, its server and its operators.</summary>
internal sealed record FleetPlan
{
    private const int Large = 5000;
    private const int LargeZones = 3;

    // Large fleets are in one of the first, whose clocks change by an hour or by half of one.
    private static readonly string[] s_zones =
    [
        "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns",
        "Europe/Dublin", "Africa/Casablanca", "America/Santiago", "Pacific/Auckland", "UTC",
    ];

    public required ulong Seed { get; init; }

    public required FleetBug Bug { get; init; }

    public required int Machines { get; init; }

    /// <summary>When it begins, in seconds since 1970.</summary>
    public required long Start { get; init; }

    public required TimeZoneInfo Zone { get; init; }

    /// <summary>Of the canaries' group and of the others'.</summary>
    public required RolloutPolicy[] Policies { get; init; }

    public required PromotionRule Promotion { get; init; }

    /// <summary>What is rolled out in turn; the last one is good.</summary>
    public required FleetRelease[] Releases { get; init; }

    /// <summary>Versions that machines run at the beginning.</summary>
    public required string[] Versions { get; init; }

    /// <summary>How long there are faults.</summary>
    public required long FaultSeconds { get; init; }

    /// <summary>The share of machines that are not healthy.</summary>
    public required double Unhealthy { get; init; }

    public required int Liars { get; init; }

    /// <summary>Requests that are lost, and answers.</summary>
    public required double Loss { get; init; }

    /// <summary>Requests at which the server dies before they are durable.</summary>
    public required double Crashes { get; init; }

    public required int Restarts { get; init; }

    public required int ClockJumps { get; init; }

    /// <summary>One of the jumps of the server's clock is by years, and back.</summary>
    public required bool HasFarJump { get; init; }

    public required bool HasOperator { get; init; }

    public required long RebootSeconds { get; init; }

    /// <summary>Checked at each n-th only, since the simple twin looks at all machines.</summary>
    public int Sampling => Machines > Large ? 499 : 1;

    public static FleetPlan Of(ulong seed, FleetBug bug, int machines = 0)
    {
        Prng chance = new Prng(seed).Child("plan");
        int size = machines > 0 ? machines : (int)(20 * Math.Pow(20, chance.NextDouble()));
        bool isLarge = size > Large;
        string name = s_zones[chance.Next(isLarge ? LargeZones : s_zones.Length)];
        TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(name);
        bool isDated = chance.Chance(0.5);
        string[] floors = isDated ? ["3139.2.0", "3227.2.4"] : ["3.2.0", "3.4.0-rc.2"];
        floors = floors[..(isLarge ? 1 : chance.Next(3))];
        double bad = isLarge || chance.Chance(0.4) ? 0.1 + ((isLarge ? 0.2 : 0.9) * chance.NextDouble()) : 0;
        return new FleetPlan
        {
            Seed = seed,
            Bug = bug,
            Machines = size,
            Start = StartOf(zone, isLarge, chance),
            Zone = zone,
            Policies = [PolicyOf(Math.Max(1, size / 10), isLarge, chance), PolicyOf(size, isLarge, chance)],
            Promotion = new PromotionRule(
                TimeSpan.FromHours(chance.Next(1, isLarge ? 4 : 48)), 0.3 * chance.NextDouble(), chance.Next(3),
                chance.Chance(0.7)),
            Releases =
            [
                new FleetRelease(isDated ? "3510.2.8" : "3.5.0", bad) { Floors = floors },
                new FleetRelease(isDated ? "3602.2.0" : "3.5.1", chance.Chance(0.2) ? bad : 0) { Floors = floors },
                new FleetRelease(isDated ? "3760.2.0" : "3.6.0+build.7", 0) { Floors = floors },
            ],
            Versions = isDated ? ["3033.2.0", "3033.2.4", "3200.0.0"] : ["2.9.9", "3.0.0", "3.3.1"],
            FaultSeconds = (isLarge ? 48 : chance.Next(12, 24 * 6)) * 3600L,
            Unhealthy = !isLarge && chance.Chance(0.3) ? 0 : (isLarge ? 0.02 : 0.2 * chance.NextDouble()),
            Liars = !isLarge && chance.Chance(0.4) ? 0 : 1 + chance.Next(1 + Math.Min(8, size / 20)),
            Loss = !isLarge && chance.Chance(0.5) ? 0 : 0.2 * chance.NextDouble(),
            Crashes = !isLarge && chance.Chance(0.5) ? 0 : 20.0 / size * chance.NextDouble() / 10,
            Restarts = isLarge ? 3 : chance.Next(12),
            ClockJumps = !isLarge && chance.Chance(0.5) ? 0 : chance.Next(isLarge ? 4 : 1, 8),
            HasFarJump = chance.Chance(0.2),
            HasOperator = chance.Chance(0.7),
            RebootSeconds = isLarge || chance.Chance(0.5) ? 600 : chance.Next(600, 86_400),
        };
    }

    public override string ToString()
    {
        string policies = string.Join(" / ", Policies.Select(PolicyWords));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Machines} machines from {DateTimeOffset.FromUnixTimeSeconds(Start):u} in {Zone.Id}, faults for "
            + $"{FaultSeconds / 3600} h, {Liars} liars, {policies}");
    }

    private static string PolicyWords(RolloutPolicy policy) => string.Create(
        CultureInfo.InvariantCulture,
        $"[{policy.Waves.Count} waves, {policy.MaxPerPeriod} in {policy.Period}, {policy.MaxAtATime} at a time, "
        + $"windows {string.Join("; ", policy.Windows.Select(WindowText.Format))}, first alone {policy.IsFirstAlone}, "
        + $"{policy.ErrorStop}, timeout {policy.GrantTimeout}, poll {policy.PollInterval}]");

    // Mostly shortly before clocks change there.
    private static long StartOf(TimeZoneInfo zone, bool isLarge, Prng chance)
    {
        DateTimeOffset start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddHours(chance.Next(365 * 24));
        if (!isLarge && chance.Chance(0.3))
            return start.ToUnixTimeSeconds();
        for (int day = 0; day < 400; day++)
        {
            if (zone.GetUtcOffset(start.AddDays(day)) != zone.GetUtcOffset(start.AddDays(day + 1)))
                return start.AddDays(day).AddHours(-chance.Next(isLarge ? 24 : 0, 48)).ToUnixTimeSeconds();
        }

        return start.ToUnixTimeSeconds();
    }

    private static RolloutPolicy PolicyOf(int size, bool isLarge, Prng chance)
    {
        TimeSpan longest = TimeSpan.FromMinutes(isLarge ? 240 : 90);
        TimeSpan? poll = isLarge || chance.Chance(0.7)
            ? TimeSpan.FromMinutes(isLarge ? 300 : chance.Next(10, (int)longest.TotalMinutes))
            : null;
        MaintenanceWindow[] windows = isLarge ? [NightOf(chance)] : chance.Chance(0.5) ? [] : WindowsOf(chance);
        int shares = windows.Length > 0 || isLarge ? 10 : 25;
        return new RolloutPolicy
        {
            Waves = !isLarge && chance.Chance(0.5) ? [] : WavesOf(isLarge, chance),
            MaxPerPeriod = !isLarge && chance.Chance(0.5) ? null : Math.Max(1, size / chance.Next(4, shares)),
            Period = TimeSpan.FromMinutes(chance.Next(10, isLarge ? 60 : 240)),
            MaxAtATime = !isLarge && chance.Chance(0.5) ? null : Math.Max(1, size / chance.Next(4, shares)),
            Windows = windows,
            IsFirstAlone = isLarge || chance.Chance(0.35),
            ErrorStop = !isLarge && chance.Chance(0.3)
                ? null
                : new ErrorStop(0.02 + (0.3 * chance.NextDouble()), chance.Next(1, 6)),
            GrantTimeout = TimeSpan.FromMinutes(chance.Next(10, 120)),
            PollInterval = poll,
        };
    }

    private static RolloutWave[] WavesOf(bool isLarge, Prng chance)
    {
        int count = chance.Next(1, 5);
        RolloutWave[] waves = new RolloutWave[count];
        double percent = 0;
        TimeSpan after = TimeSpan.Zero;
        for (int i = 0; i < count; i++)
        {
            percent = i == count - 1 ? 100 : percent + ((100 - percent) * (0.01 + (0.5 * chance.NextDouble())));
            waves[i] = new RolloutWave(percent, after);
            after += TimeSpan.FromMinutes(chance.Next(1, isLarge ? 240 : 36 * 60));
        }

        return waves;
    }

    // Every night: clocks change in one of the first two.
    private static MaintenanceWindow NightOf(Prng chance) => new(
        WindowDays.All, new TimeOnly(chance.Next(3), chance.Next(60)), TimeSpan.FromMinutes(chance.Next(360, 600)));

    private static MaintenanceWindow[] WindowsOf(Prng chance)
    {
        MaintenanceWindow[] windows = new MaintenanceWindow[chance.Next(1, 3)];
        for (int i = 0; i < windows.Length; i++)
        {
            // At least every third day: two halves of the week, or all of it.
            WindowDays days = chance.Next(3) switch
            {
                0 => WindowDays.Monday | WindowDays.Wednesday | WindowDays.Friday | WindowDays.Sunday,
                1 => WindowDays.Tuesday | WindowDays.Thursday | WindowDays.Saturday | WindowDays.Sunday,
                _ => WindowDays.All,
            };
            // Mostly in the night, where clocks change.
            TimeOnly from = chance.Chance(0.7)
                ? new TimeOnly(chance.Next(4), chance.Next(60))
                : new TimeOnly(chance.Next(24), chance.Next(60));
            windows[i] = new MaintenanceWindow(days, from, TimeSpan.FromMinutes(chance.Next(240, 600)));
        }

        return windows;
    }
}
