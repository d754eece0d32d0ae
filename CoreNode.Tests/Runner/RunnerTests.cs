using CoreNode.Units.Manager;

namespace CoreNode.Tests.Runner;

/// <summary>What the embedded runner does beyond the suite of unit managers, with real processes.</summary>
[TestFixture(true), TestFixture(false), Category("EndToEnd"), NonParallelizable]
internal sealed class RunnerTests(bool usesControlGroups) : RunnerFixture
{
    protected override bool UsesControlGroups => usesControlGroups;

    [Test]
    public async Task All_processes_of_a_unit_end_with_it_also_those_that_left()
    {
        await System.IO.File.WriteAllTextAsync(
            File("leave.sh"), $"setsid sh -c 'sleep 1000 & echo $! > {File("child")}' &\n"
            + "exec sleep 1000\n");
        await LoadAsync("u.service", $"ExecStart=/bin/sh {File("leave.sh")}");
        await StartAsync("u.service");
        await UntilAsync(() => Read("child").EndsWith('\n'), () => "the child's pid");
        string child = Read("child").Trim();
        Assert.That(IsAlive(child));
        await Runner.StopUnitAsync("u.service", Deadline);
        Assert.That(IsAlive(child), Is.False);
        Assert.That(Unit("u.service").States.Active, Is.EqualTo("inactive"));
    }

    [Test]
    public async Task A_sidekick_that_is_installed_into_its_master_comes_and_goes_with_it()
    {
        await LoadAsync("master@1.service", "ExecStart=/bin/sleep 1000");
        await LoadAsync(
            "sidekick@1.service",
            "[Unit]", "BindsTo=master@%i.service", "After=master@%i.service",
            "[Service]", "ExecStart=/bin/sleep 1000",
            "[Install]", "WantedBy=master@%i.service");
        await StartAsync("master@1.service");
        await UntilAsync(() => Unit("sidekick@1.service").States.Active == "active", () => "the sidekick");
        await Runner.StopUnitAsync("master@1.service", Deadline);
        Assert.That(Unit("sidekick@1.service").States.Active, Is.EqualTo("inactive"));
        await StartAsync("sidekick@1.service");
        Assert.That(Unit("master@1.service").States.Active, Is.EqualTo("active"));
    }

    [Test]
    public async Task What_cannot_be_executed_fails_with_systemds_code_and_says_why()
    {
        await LoadAsync("u.service", "Type=exec", "ExecStart=/no/such/program");
        JobResult result = await Runner.StartUnitAsync("u.service", Deadline);
        Assert.That(result.IsDone, Is.False);
        Assert.That(result.Reason, Does.Contain("203/EXEC"));
        Assert.That(Unit("u.service").ExitStatus, Is.EqualTo(203));
        Assert.That(await JournalAsync("u.service"), Has.Some.Contains("/no/such/program cannot be executed"));
    }

    [TestCase("User=nobody-of-that-name", 217, "no user")]
    [TestCase("Group=nobody-of-that-name", 216, "no group")]
    [TestCase("WorkingDirectory=/no/such/folder", 200, "WorkingDirectory=/no/such/folder")]
    public async Task Each_step_of_a_start_has_its_code_and_its_reason(string line, int code, string reason)
    {
        await LoadAsync("u.service", "ExecStart=/bin/sleep 1000", line);
        await Runner.StartUnitAsync("u.service", Deadline);
        await UntilAsync(() => Unit("u.service").States.Active == "failed", () => $"{Unit("u.service")}");
        Assert.That(Unit("u.service").ExitStatus, Is.EqualTo(code));
        Assert.That(await JournalAsync("u.service"), Has.Some.Contains(reason));
    }

    [Test]
    public async Task A_process_gets_what_its_unit_says()
    {
        await LoadAsync(
            "u.service",
            "Type=oneshot", "UMask=0077", "Nice=5", "LimitNOFILE=123:456", "WorkingDirectory=-~", "User=nobody",
            "SupplementaryGroups=daemon", "RuntimeDirectory=corenode-test-u", "UnsetEnvironment=LANG",
            "Environment=A=%i-%p", "StandardInput=null",
            $"ExecStart=/bin/sh -c 'umask; nice; ulimit -n; ulimit -Hn; id -u; id -G; echo $$A $$LANG.; "
            + "echo $$RUNTIME_DIRECTORY $$(stat -c %%U $$RUNTIME_DIRECTORY); cat; grep -c SigIgn /proc/self/status; "
            + "grep SigBlk /proc/self/status; ls /proc/self/fd | wc -l'",
            $"StandardOutput=truncate:{File("out")}");
        await StartAsync("u.service");
        string[] lines = Read("out").Split('\n');
        Assert.That(string.Join('|', lines.Take(4)), Is.EqualTo("0077|5|123|456"));
        Assert.That(lines[4], Is.EqualTo("65534"));
        Assert.That(lines[5].Split(' '), Does.Contain("65534").And.Contain("1"));
        Assert.That(lines[6], Is.EqualTo("-u ."));
        Assert.That(lines[7], Is.EqualTo("/run/corenode-test-u nobody"));
        Assert.That(lines[9], Does.EndWith("0000000000000000"));
        // 0, 1, 2 and the folder itself: nothing of the launcher is left open.
        Assert.That(lines[10], Is.EqualTo("4"));
        Assert.That(Directory.Exists("/run/corenode-test-u"), Is.False);
    }

    [Test]
    public async Task Output_has_its_priorities_and_an_unfinished_line_is_kept()
    {
        await LoadAsync(
            "u.service", "Type=oneshot", "SyslogIdentifier=me",
            "ExecStart=/bin/sh -c 'echo \"<3>bad\"; echo fine; printf unfinished'");
        await StartAsync("u.service");
        List<JournalEntry> entries = [];
        JournalQuery all = new("u.service", 0, false);
        await foreach (JournalEntry entry in Runner.Journal.ReadAsync(all, Deadline))
        {
            if (entry.Identifier == "me")
                entries.Add(entry);
        }

        Assert.That(
            entries.Select(e => $"{e.Priority} {e.Message}"),
            Is.EqualTo((string[])["3 bad", "6 fine", "6 unfinished"]));
    }

    [Test]
    public async Task A_chatty_unit_is_kept_up_to_the_bound_and_its_output_file_does_not_grow()
    {
        // 40 MB; the journal keeps 8.
        await LoadAsync(
            "u.service", "Type=oneshot", "ExecStart=/bin/sh -c 'yes 0123456789012345678901234567890123456789 | "
            + "head -c 40000000; echo; echo the end'");
        await StartAsync("u.service");
        List<string> journal = await JournalAsync("u.service");
        Assert.That(journal, Does.Contain("the end"));
        long bytes = Directory.EnumerateFiles(Path.Combine(Machine.Data, "journal", "u.service"))
            .Sum(f => new FileInfo(f).Length);
        Assert.That(bytes, Is.InRange(4 << 20, 9 << 20));
        Assert.That(new FileInfo(Path.Combine(Machine.Data, "units", "u.service", "output")).Length, Is.Zero);
    }

    [Test]
    public async Task What_is_not_done_is_said_once()
    {
        await LoadAsync("u.service", "Type=oneshot", "ProtectHome=yes", "ExecStart=/bin/true");
        await StartAsync("u.service");
        await StartAsync("u.service");
        Assert.That((await JournalAsync("u.service")).Count(l => l.Contains("ProtectHome")), Is.EqualTo(1));
    }

    [Test]
    public async Task A_unit_whose_condition_does_not_hold_is_not_started()
    {
        await LoadAsync(
            "u.service", "[Unit]", $"ConditionPathExists={File("there")}", "[Service]", "ExecStart=/bin/sleep 1000");
        JobResult skipped = await Runner.StartUnitAsync("u.service", Deadline);
        Assert.That((skipped.IsDone, skipped.States.Active), Is.EqualTo((true, "inactive")));
        await System.IO.File.WriteAllTextAsync(File("there"), "");
        await StartAsync("u.service");
        Assert.That(Unit("u.service").States.Active, Is.EqualTo("active"));
    }

    [Test]
    public async Task Reloading_runs_its_commands_with_the_main_process()
    {
        await LoadAsync(
            "u.service",
            $"ExecStart=/bin/sh -c 'trap \"echo hup >> {File("log")}\" HUP; echo up >> {File("log")}; "
            + "while true; do sleep 0.05; done'",
            "ExecReload=/bin/kill -HUP $MAINPID");
        await StartAsync("u.service");
        await UntilAsync(() => Read("log") == "up\n", () => Read("log"));
        await Runner.ReloadUnitAsync("u.service", Deadline);
        await UntilAsync(() => Read("log") == "up\nhup\n", () => Read("log"));
        await UntilAsync(() => Unit("u.service").States.Sub == "running", () => $"{Unit("u.service")}");
    }

    [Test]
    public async Task A_watchdog_that_is_not_fed_bites()
    {
        await LoadAsync(
            "u.service", "Type=notify", "NotifyAccess=all", "WatchdogSec=300ms", "Restart=on-watchdog",
            $"ExecStart=/bin/sh -c 'echo $$WATCHDOG_USEC $$((WATCHDOG_PID == $$$$)) >> {File("log")}; "
            + "systemd-notify --ready; sleep 1000'");
        await StartAsync("u.service");
        await UntilAsync(() => Unit("u.service").Restarts > 0, () => $"{Unit("u.service")}");
        Assert.That(Read("log"), Does.StartWith("300000 1\n"));
        Assert.That(await JournalAsync("u.service"), Has.Some.EqualTo("Watchdog timeout!"));
    }

    [Test]
    public async Task Messages_of_others_than_the_main_process_do_not_count_unless_they_may()
    {
        await LoadAsync(
            "u.service", "Type=notify", "TimeoutStartSec=1",
            "ExecStart=/bin/sh -c 'sh -c \"systemd-notify --ready; true\"; exec sleep 1000'");
        JobResult result = await Runner.StartUnitAsync("u.service", Deadline);
        Assert.That(result.IsDone, Is.False);
        Assert.That(Unit("u.service").Result, Is.EqualTo("timeout"));
    }
}
