using CoreNode.Units.Manager;

namespace CoreNode.Tests.Units.Manager;

/// <summary>How services are ended, and when they are started again.</summary>
internal abstract class StoppingConformance : UnitManagerConformance
{
    [Test]
    public async Task What_ignores_the_signal_is_killed_after_its_time()
    {
        string path = NewPath();
        string name = await LoadServiceAsync(
            $"ExecStart=/bin/sh -c 'trap \"\" TERM; echo ready > {path}; while true; do sleep 0.1; done'",
            "TimeoutStopSec=1");
        await MustStartAsync(name);
        await UntilWrittenAsync(path);
        int pid = Unit(name).MainPid;
        await StopAsync(name);
        await UntilAsync(() => Active(name) is "inactive" or "failed", () => $"{Unit(name)}");
        Assert.That(IsAlive(pid), Is.False);
        Assert.That(Unit(name).Result, Is.EqualTo("timeout"));
    }

    [Test]
    public async Task The_signal_of_the_file_is_sent()
    {
        string path = NewPath();
        string name = await LoadServiceAsync(
            $"ExecStart=/bin/sh -c 'trap \"echo usr1 >> {path}; exit 0\" USR1; echo ready > {path}; "
            + "while true; do sleep 0.1; done'",
            "KillSignal=SIGUSR1");
        await MustStartAsync(name);
        await UntilWrittenAsync(path);
        await StopAsync(name);
        await UntilActiveAsync(name, "inactive");
        Assert.That(Read(path), Is.EqualTo("ready\nusr1\n"));
    }

    [TestCase("control-group", false)]
    [TestCase("mixed", false)]
    [TestCase("process", true)]
    public async Task The_kill_mode_says_who_is_ended(string mode, bool childSurvives)
    {
        string path = NewPath();
        string name = await LoadServiceAsync(
            $"ExecStart=/bin/sh -c 'sleep 1000 & echo $$! > {path}; exec sleep 1000'", $"KillMode={mode}");
        await MustStartAsync(name);
        string child = await UntilWrittenAsync(path);
        await StopAsync(name);
        await UntilAsync(() => Active(name) is "inactive" or "failed", () => $"{Unit(name)}");
        Assert.That(IsAlive(child), Is.EqualTo(childSurvives));
    }

    [Test]
    public async Task What_fails_is_started_again_where_the_file_says_so()
    {
        string path = NewPath();
        string name = await LoadServiceAsync(
            $"ExecStart=/bin/sh -c 'echo run >> {path}; [ $$(wc -l < {path}) -ge 3 ] || exit 1; exec sleep 1000'",
            "Restart=on-failure", "RestartSec=50ms");
        await StartAsync(name);
        await UntilAsync(() => LinesOf(path) == 3, () => $"three runs: {Read(path)}");
        await UntilActiveAsync(name, "active");
        await UntilAsync(() => Unit(name).Restarts == 2, () => $"two restarts: {Unit(name)}");
    }

    [Test]
    public async Task What_ends_well_is_started_again_only_by_always_and_on_success()
    {
        string failurePath = NewPath();
        string onFailure = await LoadServiceAsync(
            $"ExecStart=/bin/sh -c 'echo run >> {failurePath}'", "Restart=on-failure", "RestartSec=10ms");
        string alwaysPath = NewPath();
        string always = await LoadServiceAsync(
            $"ExecStart=/bin/sh -c 'echo run >> {alwaysPath}; [ $$(wc -l < {alwaysPath}) -lt 3 ] || exec sleep 1000'",
            "Restart=always", "RestartSec=10ms");
        await StartAsync(onFailure);
        await StartAsync(always);
        await UntilAsync(() => LinesOf(alwaysPath) == 3, () => $"three runs: {Read(alwaysPath)}");
        await UntilActiveAsync(onFailure, "inactive");
        Assert.That(LinesOf(failurePath), Is.EqualTo(1));
    }

    [Test]
    public async Task What_was_stopped_is_not_started_again()
    {
        string path = NewPath();
        string name = await LoadServiceAsync(
            $"ExecStart=/bin/sh -c 'echo run >> {path}; exec sleep 1000'", "Restart=always", "RestartSec=0");
        await MustStartAsync(name);
        await UntilWrittenAsync(path);
        await StopAsync(name);
        Assert.That(Active(name), Is.EqualTo("inactive"));
        Assert.That(LinesOf(path), Is.EqualTo(1));
    }

    [Test]
    public async Task Restarts_end_at_the_limit()
    {
        string path = NewPath();
        string name = await LoadServiceAsync(
            $"ExecStart=/bin/sh -c 'echo run >> {path}; exit 1'", "Restart=always", "RestartSec=10ms",
            "[Unit]", "StartLimitBurst=3", "StartLimitIntervalSec=60");
        await StartAsync(name);
        // systemd lets a unit be seen as failed for a moment before it is started again.
        await UntilAsync(
            () => Active(name) == "failed" && LinesOf(path) == 3,
            () => $"it failed for good: {Unit(name)} {Read(path)}");
        // systemd keeps the first reason where there is one.
        Assert.That(Unit(name).Result, Is.AnyOf("start-limit-hit", "exit-code"));
        JobResult again = await StartAsync(name);
        Assert.That(again.IsDone, Is.False);
        Assert.That(LinesOf(path), Is.EqualTo(3));
    }

    [Test]
    public async Task A_code_that_the_file_calls_success_is_one()
    {
        string name = await LoadServiceAsync(
            "Type=oneshot", "SuccessExitStatus=42", "ExecStart=/bin/sh -c 'exit 42'");
        await MustStartAsync(name);
        await UntilActiveAsync(name, "inactive");
    }
}
