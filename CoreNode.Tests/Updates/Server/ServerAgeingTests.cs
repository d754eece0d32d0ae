using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server;

namespace CoreNode.Tests.Updates.Server;

/// <summary>
/// What time does to machines that say nothing: stalled ones are shown as such, those that wait for a reboot window are
/// no failures however long they wait, those that vanish are forgotten.
/// </summary>
[TestFixture, Category("Unit")]
internal sealed class ServerAgeingTests
{
    private static readonly RolloutState[] s_atWork =
        [RolloutState.Granted, RolloutState.Downloading, RolloutState.Downloaded];

    [Test]
    public async Task A_machine_that_stalls_is_shown_as_timed_out_wherever_it_is_looked_at()
    {
        using ServerBench bench = new();
        CatalogueGroup group = await bench.SetUpAsync(new RolloutPolicy
        {
            MaxAtATime = 3,
            ErrorStop = new ErrorStop(0),
        });
        await bench.ReleaseAsync("1.1.0", 2);
        foreach (string machine in (string[])["m1", "m2", "m3"])
            Assert.That(await bench.CheckAsync(machine, "1.0.0"), Is.InstanceOf<UpdateReply.Offered>());
        await bench.TellAsync("m2", "1.0.0", OmahaEvent.DownloadStarted);
        await bench.TellAsync("m3", "1.0.0", OmahaEvent.DownloadStarted);
        await bench.TellAsync("m3", "1.0.0", OmahaEvent.DownloadFinished);
        DateTimeOffset stalls = bench.Clock.Now;
        await bench.PassAsync(TimeSpan.FromMinutes(60) - TimeSpan.FromSeconds(1));
        Assert.That(await StatesAsync(bench, "m1", "m2", "m3"), Is.EqualTo(s_atWork));
        Assert.That(await bench.CheckAsync("m4", "1.0.0"), Is.InstanceOf<UpdateReply.Held>());

        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        for (int start = 0; start < 2; start++)
        {
            Assert.That(await StatesAsync(bench, "m1", "m2", "m3"), Has.All.EqualTo(RolloutState.TimedOut));
            Assert.That((await bench.SeeAsync("m2")).Since, Is.EqualTo(stalls.AddHours(1)));
            Assert.That(await FindAsync(bench, RolloutState.TimedOut), Is.EqualTo((string[])["m1", "m2", "m3"]));
            foreach (RolloutState state in s_atWork)
                Assert.That(await FindAsync(bench, state), Is.Empty);
            GroupStanding standing = await StandingAsync(bench);
            Assert.That(
                standing.ByState.Single(static count => count.State == RolloutState.TimedOut).Machines, Is.EqualTo(3));
            Assert.That((standing.Counts.AtWork, standing.Counts.AllFailed), Is.EqualTo((0, 0)));
            bench.Restart();
        }

        Assert.That(await bench.CheckAsync("m4", "1.0.0"), Is.InstanceOf<UpdateReply.Offered>(), "the place is free");
        await bench.TellAsync("m2", "1.0.0", OmahaEvent.Installed);
        Assert.That((await bench.SeeAsync("m2")).State, Is.EqualTo(RolloutState.Installed));
        await bench.CheckAsync("m2", "1.1.0", "1.0.0");
        GroupStanding end = await StandingAsync(bench);
        Assert.That((end.Counts.Succeeded, end.Counts.AllFailed, end.Standing.Stop), Is.EqualTo((1, 0, (object?)null)));
        Assert.That(bench.Server.Catalogue.Groups[0].Id, Is.EqualTo(group.Id));
    }

    // Nebraska counts hosts that wait for their reboot as timed out, and then stops the group.
    [Test]
    public async Task Machines_that_wait_weeks_for_their_reboot_window_are_no_failures_and_hold_nobody()
    {
        const int Waiting = 12;
        using ServerBench bench = new();
        await bench.SetUpAsync(new RolloutPolicy
        {
            MaxAtATime = 2,
            MaxPerPeriod = 4,
            ErrorStop = new ErrorStop(0),
            GrantTimeout = TimeSpan.FromMinutes(30),
        });
        await bench.ReleaseAsync("1.1.0", 2);
        for (int i = 0; i < Waiting; i++)
        {
            Assert.That(await bench.CheckAsync($"w{i}", "1.0.0"), Is.InstanceOf<UpdateReply.Offered>());
            await bench.TellAsync($"w{i}", "1.0.0", OmahaEvent.DownloadStarted);
            await bench.TellAsync($"w{i}", "1.0.0", OmahaEvent.DownloadFinished);
            await bench.TellAsync($"w{i}", "1.0.0", i % 2 == 0 ? OmahaEvent.Installed : OmahaEvent.RebootHeld);
            await bench.PassAsync(TimeSpan.FromMinutes(30));
        }

        for (int day = 1; day <= 4 * 7; day++)
        {
            await bench.PassAsync(TimeSpan.FromHours(24));
            // Some say each day that they wait, the others nothing; each day another machine gets it in their midst.
            for (int i = 0; i < Waiting; i += 3)
                await bench.TellAsync($"w{i}", "1.0.0", OmahaEvent.RebootHeld);
            await bench.UpdateAsync($"n{day}", "1.0.0", "1.1.0");
            if (day % 10 == 0)
                bench.Restart();
            GroupStanding standing = await StandingAsync(bench);
            Assert.That(
                (standing.Counts.Waiting, standing.Counts.AllFailed, standing.Counts.AtWork, standing.Standing.Stop),
                Is.EqualTo((Waiting, 0, 0, (object?)null)), $"day {day}");
            Assert.That(
                standing.ByState.Single(static count => count.State == RolloutState.Installed).Machines,
                Is.EqualTo(Waiting));
            Assert.That(await FindAsync(bench, RolloutState.Installed), Has.Length.EqualTo(Waiting));
        }

        for (int i = 0; i < Waiting; i++)
            Assert.That(await bench.CheckAsync($"w{i}", "1.1.0", "1.0.0"), Is.InstanceOf<UpdateReply.UpToDate>());
        GroupStanding end = await StandingAsync(bench);
        Assert.That((end.Counts.Waiting, end.Counts.Succeeded, end.Counts.AllFailed), Is.EqualTo((0, 28 + Waiting, 0)));
    }

    [Test]
    public async Task Machines_that_vanish_at_any_point_are_forgotten_in_time_and_never_counted_as_failed()
    {
        using ServerBench bench = new();
        await bench.SetUpAsync(new RolloutPolicy
        {
            ErrorStop = new ErrorStop(0),
            ForgetAfter = TimeSpan.FromDays(14),
        });
        await bench.ReleaseAsync("1.1.0", 2);
        OmahaEvent[] way = [OmahaEvent.DownloadStarted, OmahaEvent.DownloadFinished, OmahaEvent.Installed];
        for (int i = 0; i <= way.Length; i++)
        {
            await bench.CheckAsync($"gone-{i}", "1.0.0");
            for (int step = 0; step < i; step++)
                await bench.TellAsync($"gone-{i}", "1.0.0", way[step]);
        }

        await bench.UpdateAsync("lives", "1.0.0", "1.1.0");
        for (int day = 1; day <= 15; day++)
        {
            await bench.PassAsync(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
            await bench.CheckAsync("lives", "1.1.0", "1.0.0");
            GroupStanding standing = await StandingAsync(bench);
            Assert.That(
                (standing.Counts.Machines, standing.Counts.AllFailed, standing.Standing.Stop),
                Is.EqualTo((day < 15 ? way.Length + 2 : 1, 0, (object?)null)), $"day {day}");
        }

        Assert.That(bench.Metrics.Counter("corenode_update_server_vanished_total", "").Value, Is.EqualTo(4));
        Assert.That(
            (await bench.Server.GetStandingAsync(CancellationToken.None)).Problems, Is.Empty);
    }

    [Test]
    public async Task After_the_server_itself_was_away_nobody_is_forgotten_before_he_could_come_back()
    {
        using ServerBench bench = new();
        await bench.SetUpAsync(new RolloutPolicy { ForgetAfter = TimeSpan.FromDays(7) });
        await bench.CheckAsync("lives", "1.0.0");
        await bench.CheckAsync("gone", "1.0.0");
        bench.Clock.Advance(TimeSpan.FromDays(60));
        bench.Restart();
        await bench.PassAsync(TimeSpan.FromHours(23));
        Assert.That(await bench.CheckAsync("lives", "1.0.0"), Is.InstanceOf<UpdateReply.UpToDate>());
        Assert.That((await StandingAsync(bench)).Counts.Machines, Is.EqualTo(2));
        await bench.PassAsync(TimeSpan.FromHours(2));
        Assert.That(await NamesAsync(bench, new MachineQuery()), Is.EqualTo((string[])["lives"]));

        // A restart each night is no absence.
        await bench.CheckAsync("goes", "1.0.0");
        for (int day = 1; day <= 8; day++)
        {
            await bench.CheckAsync("lives", "1.0.0");
            bench.Restart();
            await bench.PassAsync(TimeSpan.FromHours(24) - TimeSpan.FromMinutes(1));
        }

        Assert.That(await NamesAsync(bench, new MachineQuery()), Is.EqualTo((string[])["lives"]));
    }

    [Test]
    public async Task A_clock_that_is_years_ahead_for_a_while_makes_nobody_forgotten()
    {
        using ServerBench bench = new();
        await bench.SetUpAsync();
        await bench.CheckAsync("m1", "1.0.0");
        bench.Clock.Set(TimeSpan.FromDays(1000));
        await bench.PassAsync(TimeSpan.FromHours(3));
        bench.Clock.Set(TimeSpan.FromDays(-1000));
        await bench.PassAsync(TimeSpan.FromDays(3));
        Assert.That(await NamesAsync(bench, new MachineQuery()), Is.EqualTo((string[])["m1"]));
    }

    private static async Task<GroupStanding> StandingAsync(ServerBench bench) =>
        (await bench.Server.GetStandingsAsync("CoreOS", "servers", CancellationToken.None)).Single();

    private static async Task<RolloutState[]> StatesAsync(ServerBench bench, params string[] machines)
    {
        RolloutState[] states = new RolloutState[machines.Length];
        for (int i = 0; i < machines.Length; i++)
            states[i] = (await bench.SeeAsync(machines[i])).State;
        return states;
    }

    private static Task<string[]> FindAsync(ServerBench bench, RolloutState state) =>
        NamesAsync(bench, new MachineQuery { State = state });

    private static async Task<string[]> NamesAsync(ServerBench bench, MachineQuery query) =>
        [.. (await bench.Server.ListMachinesAsync(query, CancellationToken.None)).Machines.Select(
            static machine => machine.Machine)];
}
