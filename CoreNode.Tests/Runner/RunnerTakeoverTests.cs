using CoreNode.Foundation;
using CoreNode.Units.Manager;

namespace CoreNode.Tests.Runner;

/// <summary>Units outlive the runner: another one goes on with them.</summary>
[TestFixture(true), TestFixture(false), Category("Fault"), NonParallelizable]
internal sealed class RunnerTakeoverTests(bool usesControlGroups) : RunnerFixture
{
    protected override bool UsesControlGroups => usesControlGroups;

    [Test]
    public async Task What_a_unit_wrote_and_how_it_ended_meanwhile_is_known()
    {
        await LoadAsync(
            "u.service",
            $"ExecStart=/bin/sh -c 'echo before; while [ ! -e {File("go")} ]; do sleep 0.02; done; echo meanwhile; "
            + "exit 7'");
        await StartAsync("u.service");
        string pid = $"{Unit("u.service").MainPid}";
        await ReplaceRunnerAsync(async () =>
        {
            await System.IO.File.WriteAllTextAsync(File("go"), "");
            await UntilAsync(() => !IsAlive(pid), () => "its end");
        });
        await UntilAsync(() => Unit("u.service").States.Active == "failed", () => $"{Unit("u.service")}");
        Assert.That(Unit("u.service").Result, Is.EqualTo("exit-code"));
        List<string> journal = await JournalAsync("u.service");
        Assert.That(journal.Count(l => l == "before"), Is.EqualTo(1));
        Assert.That(journal.Count(l => l == "meanwhile"), Is.EqualTo(1));
        Assert.That(
            journal.IndexOf("meanwhile"), Is.LessThan(journal.FindIndex(l => l.StartsWith("Main process exited"))));
    }

    [Test]
    public async Task How_a_unit_ends_afterwards_is_known()
    {
        await LoadAsync(
            "u.service", "Restart=on-failure", "RestartSec=0",
            $"ExecStart=/bin/sh -c 'echo run >> {File("runs")}; while [ ! -e {File("go")} ]; do sleep 0.02; done; "
            + $"rm {File("go")}; exit 7'");
        await StartAsync("u.service");
        int pid = Unit("u.service").MainPid;
        await ReplaceRunnerAsync();
        Assert.That(Unit("u.service").MainPid, Is.EqualTo(pid));
        await System.IO.File.WriteAllTextAsync(File("go"), "");
        await UntilAsync(() => Read("runs") == "run\nrun\n", () => $"{Unit("u.service")} {Read("runs")}");
        Assert.That(await JournalAsync("u.service"), Has.Some.Contains("status=7/"));
    }

    [Test]
    public async Task Notifications_and_the_watchdog_go_on()
    {
        await LoadAsync(
            "u.service", "Type=notify", "NotifyAccess=all", "WatchdogSec=5", "Restart=no",
            $"ExecStart=/bin/sh -c 'systemd-notify --ready; while [ ! -e {File("go")} ]; do sleep 0.02; done; "
            + "systemd-notify WATCHDOG=trigger; sleep 1000'");
        await StartAsync("u.service");
        await ReplaceRunnerAsync();
        Assert.That(Unit("u.service").States.Active, Is.EqualTo("active"));
        await System.IO.File.WriteAllTextAsync(File("go"), "");
        await UntilAsync(() => Unit("u.service").States.Active == "failed", () => $"{Unit("u.service")}");
        Assert.That(Unit("u.service").Result, Is.EqualTo("watchdog"));
    }

    [Test]
    public async Task A_stop_that_was_begun_is_finished()
    {
        await LoadAsync(
            "u.service", "ExecStart=/bin/sleep 1000",
            $"ExecStop=/bin/sh -c 'while [ ! -e {File("go")} ]; do sleep 0.02; done'",
            $"ExecStopPost=/bin/sh -c 'echo post >> {File("log")}'");
        await StartAsync("u.service");
        _ = Runner.StopUnitAsync("u.service", Deadline).ContinueWith(
            t => t.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await UntilAsync(() => Unit("u.service").States.Sub == "stop", () => $"{Unit("u.service")}");
        await ReplaceRunnerAsync();
        Assert.That(Unit("u.service").States.Sub, Is.EqualTo("stop"));
        await System.IO.File.WriteAllTextAsync(File("go"), "");
        await UntilAsync(() => Unit("u.service").States.Active == "inactive", () => $"{Unit("u.service")}");
        Assert.That(Read("log"), Is.EqualTo("post\n"));
    }

    [Test]
    public async Task A_runner_that_vanishes_at_any_moment_leaves_one_copy_at_most()
    {
        Prng prng = new(0xC0DE);
        await LoadAsync(
            "u.service", "[Unit]", "StartLimitIntervalSec=0", "[Service]",
            $"ExecStartPre=/bin/sh -c 'echo pre >> {File("pre")}'",
            $"ExecStart=/bin/sh -c 'echo $$$$ >> {File("runs")}; exec sleep 1000'", "Restart=no");
        for (int round = 0; round < 12; round++)
        {
            Task<JobResult> start = Runner.StartUnitAsync("u.service", Deadline);
            _ = start.ContinueWith(
                t => t.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            await Task.Delay(TimeSpan.FromMilliseconds(prng.Next(250)), Deadline);
            await ReplaceRunnerAsync();
            JobResult again = await Runner.StartUnitAsync("u.service", Deadline);
            Assert.That(again.IsDone, $"round {round}: {again}\n{string.Join('\n', await JournalAsync("u.service"))}");
            await UntilAsync(() => Runs().Length > round, () => $"round {round}: {Unit("u.service")}");
            string[] alive = [.. Runs().Where(IsAlive)];
            Assert.That(alive, Is.EqualTo((string[])[$"{Unit("u.service").MainPid}"]), $"round {round}");
            Assert.That(Runs(), Has.Length.EqualTo(round + 1), $"round {round}: once too often");
            await Runner.StopUnitAsync("u.service", Deadline);
            Assert.That(Runs().Any(IsAlive), Is.False, $"round {round}");
        }
    }

    [Test]
    public async Task A_file_that_is_damaged_is_complained_about_and_what_it_is_about_is_loaded_anew()
    {
        if (!usesControlGroups)
            Assert.Ignore("without control groups nobody knows whose processes those are");
        await LoadAsync("u.service", "ExecStart=/bin/sleep 1000");
        await StartAsync("u.service");
        string pid = $"{Unit("u.service").MainPid}";
        await ReplaceRunnerAsync(() => System.IO.File.WriteAllTextAsync(
            Path.Combine(Machine.Data, "units", "u.service", "loaded"), "nonsense"));
        Assert.That(Runner.Units.ContainsKey("u.service"), Is.False);
        Assert.That(IsAlive(pid), Is.False);
        await LoadAsync("u.service", "ExecStart=/bin/sleep 1000");
        await StartAsync("u.service");
    }

    private string[] Runs() => Read("runs").Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
