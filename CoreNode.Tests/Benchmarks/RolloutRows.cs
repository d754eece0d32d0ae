using System.Globalization;
using CoreNode.Updates.Rollout;
using CoreNode.Windows;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// Decisions of rollouts for a group of 100,000 machines, in this process and in memory: what the update server does
/// besides is not in them. Processor time of the runtime that tests run in. There is nothing of etcd to compare.
/// </summary>
internal static class RolloutRows
{
    private const int Machines = 100_000;

    // The server as a whole is to answer 3,000 checks a second on one core: deciding may take a tenth of that.
    private const int Least = 30_000;

    private static readonly DateTimeOffset s_noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly RolloutStep[] s_floors = [new("1.5.0", "floor", true)];

    private static TimeSpan Processor => Environment.CpuUsage.TotalTime;

    public static Task<IReadOnlyList<Figure>> DecisionsAsync(BenchmarkOptions options)
    {
        List<(double, double)> held = [];
        List<(double, double)> limited = [];
        List<(double, double)> current = [];
        List<(double, double)> updates = [];
        List<(double, double)> anew = [];
        for (int pass = 0; pass < options.Passes; pass++)
        {
            RolloutMachine[] machines = New();
            held.Add(PerSecond(machines, Windows(machines), Ask("1.0.0"), s_noon));
            limited.Add(PerSecond(machines, Limits(machines), Ask("1.0.0"), s_noon));
            current.Add(PerSecond(machines, Windows(machines), Ask("2.0.0"), s_noon));
            updates.Add((double.NaN, Update(machines)));
            TimeSpan start = Processor;
            GroupRollout rollout = Windows(machines);
            anew.Add((double.NaN, (Processor - start).TotalMilliseconds));
            Assert.That(rollout.Count(s_noon).Succeeded, Is.EqualTo(Machines), "all of them end well");
        }

        string what = string.Create(CultureInfo.InvariantCulture, $"rollouts, {Machines:N0} machines: ");
        Target target = new Target.AtLeast(Least);
        return Task.FromResult<IReadOnlyList<Figure>>(
        [
            new(what + "checks held by waves and windows, with their times", "1/s of a core", target, held),
            new(what + "checks held by limits, with their times", "1/s of a core", target, limited),
            new(what + "checks of machines that are up to date", "1/s of a core", target, current),
            new(what + "whole updates by a floor: 3 checks and 6 events each", "1/s of a core", Target.None, updates),
            new(what + "all counted anew", "ms", new Target.AtMost(1000), anew),
        ]);
    }

    private static (double, double) PerSecond(
        RolloutMachine[] machines, GroupRollout rollout, RolloutAsk ask, DateTimeOffset now)
    {
        TimeSpan start = Processor;
        for (int i = 0; i < machines.Length; i++)
            rollout.Check(machines[i], ask, now.AddMilliseconds(i));
        return (double.NaN, machines.Length / (Processor - start).TotalSeconds);
    }

    // Everybody goes by the floor to the target, through limits that count and do not hold.
    private static double Update(RolloutMachine[] machines)
    {
        GroupRollout rollout = Of(machines, new RolloutPolicy { MaxAtATime = Machines, MaxPerPeriod = Machines });
        TimeSpan start = Processor;
        for (int i = 0; i < machines.Length; i++)
        {
            DateTimeOffset now = s_noon.AddMilliseconds(10 * i);
            machines[i] = Step(rollout, machines[i], "1.0.0", now);
            machines[i] = Step(rollout, machines[i], "1.5.0", now);
            machines[i] = rollout.Check(machines[i], Ask("2.0.0"), now).Change.Machine;
        }

        return machines.Length / (Processor - start).TotalSeconds;
    }

    private static RolloutMachine Step(GroupRollout rollout, RolloutMachine machine, string version, DateTimeOffset now)
    {
        machine = rollout.Check(machine, Ask(version), now).Change.Machine;
        machine = rollout.On(machine, new RolloutEvent(RolloutEventKind.DownloadStarted), now).Machine;
        machine = rollout.On(machine, new RolloutEvent(RolloutEventKind.Downloaded), now).Machine;
        return rollout.On(machine, new RolloutEvent(RolloutEventKind.Installed), now).Machine;
    }

    // Outside of the windows, most of them of later waves.
    private static GroupRollout Windows(RolloutMachine[] machines) => Of(machines, new RolloutPolicy
    {
        Waves =
        [
            new RolloutWave(1, TimeSpan.Zero), new RolloutWave(10, TimeSpan.FromDays(1)),
            new RolloutWave(50, TimeSpan.FromDays(2)), new RolloutWave(100, TimeSpan.FromDays(4)),
        ],
        Windows = [WindowText.Parse("Mon-Fri 02:00 4h")!, WindowText.Parse("Sat,Sun 22:00 8h")!],
        TimeZone = "Europe/Berlin",
        MaxAtATime = 500,
        MaxPerPeriod = 5000,
        ErrorStop = new ErrorStop(0.02, 5),
    });

    private static GroupRollout Limits(RolloutMachine[] machines) => Of(machines, new RolloutPolicy
    {
        MaxAtATime = 500,
        MaxPerPeriod = 5000,
    });

    private static GroupRollout Of(RolloutMachine[] machines, RolloutPolicy policy)
    {
        RolloutRelease release = new()
        {
            Id = "1",
            Target = new RolloutStep("2.0.0", "target"),
            Floors = s_floors,
            StartedAt = s_noon,
        };
        return new GroupRollout(
            policy, TimeZoneInfo.FindSystemTimeZoneById(policy.TimeZone), release, RolloutStanding.Fresh, machines);
    }

    private static RolloutMachine[] New()
    {
        RolloutMachine[] machines = new RolloutMachine[Machines];
        for (int i = 0; i < machines.Length; i++)
        {
            machines[i] = new RolloutMachine { Id = i.ToString("x32", CultureInfo.InvariantCulture) };
        }

        return machines;
    }

    private static RolloutAsk Ask(string version) => new() { Version = version };
}
