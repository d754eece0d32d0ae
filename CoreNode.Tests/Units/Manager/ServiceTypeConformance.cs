using CoreNode.Units.Manager;

namespace CoreNode.Tests.Units.Manager;

/// <summary>When a start counts as done for each Type=, and what failing or late commands make of it.</summary>
internal abstract class ServiceTypeConformance : UnitManagerConformance
{
    private const string Missing = "/no/such/program";

    [Test]
    public async Task A_simple_service_whose_program_is_missing_ends_failed()
    {
        string name = await LoadServiceAsync($"ExecStart={Missing}");
        await StartAsync(name);
        await UntilActiveAsync(name, "failed");
        Assert.That(Unit(name).Result, Is.EqualTo("exit-code"));
    }

    [Test]
    public async Task An_exec_service_has_started_when_its_program_runs()
    {
        string good = await LoadServiceAsync("Type=exec", "ExecStart=/bin/sleep 1000");
        await MustStartAsync(good);
        Assert.That(Active(good), Is.EqualTo("active"));

        string bad = await LoadServiceAsync("Type=exec", $"ExecStart={Missing}");
        JobResult result = await StartAsync(bad);
        Assert.That((result.IsDone, result.Result), Is.EqualTo((false, "failed")));
        Assert.That(result.Reason, Does.Contain(bad));
        Assert.That(result.States.Active, Is.EqualTo("failed"));
    }

    [Test]
    public async Task A_oneshot_service_has_started_when_it_is_done()
    {
        string path = NewPath();
        string name = await LoadServiceAsync(
            "Type=oneshot", "ExecStart=/bin/sleep 0.3", $"ExecStart=/bin/sh -c 'echo done > {path}'");
        await MustStartAsync(name);
        Assert.That(Read(path), Is.EqualTo("done\n"));
        await UntilActiveAsync(name, "inactive");
    }

    [Test]
    public async Task A_oneshot_service_that_remains_is_active_afterwards()
    {
        string path = NewPath();
        string name = await LoadServiceAsync(
            "Type=oneshot", "RemainAfterExit=yes", "ExecStart=/bin/true", $"ExecStop=/bin/sh -c 'echo stop > {path}'");
        await MustStartAsync(name);
        Assert.That((Active(name), Unit(name).States.Sub), Is.EqualTo(("active", "exited")));
        await StopAsync(name);
        Assert.That(Read(path), Is.EqualTo("stop\n"));
        await UntilActiveAsync(name, "inactive");
    }

    [Test]
    public async Task A_oneshot_service_fails_with_its_first_failing_command()
    {
        string path = NewPath();
        string name = await LoadServiceAsync(
            "Type=oneshot", "ExecStart=-/bin/false", $"ExecStart=/bin/sh -c 'echo one >> {path}'",
            "ExecStart=/bin/sh -c 'exit 7'", $"ExecStart=/bin/sh -c 'echo two >> {path}'");
        JobResult result = await StartAsync(name);
        Assert.That((result.IsDone, result.Result), Is.EqualTo((false, "failed")));
        await UntilActiveAsync(name, "failed");
        await UntilAsync(() => Unit(name).ExitStatus == 7, () => $"{Unit(name)}");
        Assert.That(Unit(name).Result, Is.EqualTo("exit-code"));
        Assert.That(Read(path), Is.EqualTo("one\n"));
    }

    [Test]
    public async Task A_forking_service_has_started_when_its_parent_ends_and_runs_as_its_child()
    {
        string pidFile = NewPath();
        string name = await LoadServiceAsync(
            "Type=forking", $"PIDFile={pidFile}",
            $"ExecStart=/bin/sh -c 'sleep 0.2; /bin/sleep 1000 & echo $$! > {pidFile}'");
        await MustStartAsync(name);
        string pid = Read(pidFile).Trim();
        Assert.That(Active(name), Is.EqualTo("active"));
        await UntilAsync(() => $"{Unit(name).MainPid}" == pid, () => $"main process {pid}: {Unit(name)}");
        Assert.That(IsAlive(pid));
        await StopAsync(name);
        Assert.That(IsAlive(pid), Is.False);
    }

    [Test]
    public async Task A_notifying_service_has_started_when_it_says_so()
    {
        string path = NewPath();
        string name = await LoadServiceAsync(
            "Type=notify", "NotifyAccess=all",
            $"ExecStart=/bin/sh -c 'sleep 0.3; echo ready > {path}; systemd-notify --ready; exec sleep 1000'");
        await MustStartAsync(name);
        Assert.That(Read(path), Is.EqualTo("ready\n"));
        Assert.That(Active(name), Is.EqualTo("active"));
    }

    [Test]
    public async Task A_notifying_service_that_never_says_so_fails()
    {
        string name = await LoadServiceAsync("Type=notify", "ExecStart=/bin/sh -c 'sleep 0.1; exit 0'");
        JobResult result = await StartAsync(name);
        Assert.That(result.IsDone, Is.False);
        await UntilActiveAsync(name, "failed");
        Assert.That(Unit(name).Result, Is.EqualTo("protocol"));
    }

    [Test]
    public async Task A_failing_command_before_the_start_fails_it()
    {
        string path = NewPath();
        string name = await LoadServiceAsync(
            "ExecStartPre=/bin/false", $"ExecStart=/bin/sh -c 'echo ran > {path}; exec sleep 1000'");
        JobResult result = await StartAsync(name);
        Assert.That((result.IsDone, result.Result), Is.EqualTo((false, "failed")));
        await UntilActiveAsync(name, "failed");
        Assert.That(Read(path), Is.Empty);
    }

    [Test]
    public async Task A_failing_command_before_the_start_can_be_ignored()
    {
        string name = await LoadServiceAsync("ExecStartPre=-/bin/false", "ExecStart=/bin/sleep 1000");
        await MustStartAsync(name);
        Assert.That(Active(name), Is.EqualTo("active"));
    }

    [Test]
    public async Task Commands_run_in_their_order()
    {
        string path = NewPath();
        string name = await LoadServiceAsync(
            $"ExecStartPre=/bin/sh -c 'echo pre >> {path}'",
            "Type=exec",
            "ExecStart=/bin/sleep 1000",
            $"ExecStartPost=/bin/sh -c 'echo post >> {path}'",
            $"ExecStop=/bin/sh -c 'echo stop >> {path}'",
            $"ExecStopPost=/bin/sh -c 'echo stoppost $$SERVICE_RESULT >> {path}'");
        await MustStartAsync(name);
        Assert.That(Read(path), Is.EqualTo("pre\npost\n"));
        await StopAsync(name);
        Assert.That(Read(path), Is.EqualTo("pre\npost\nstop\nstoppost success\n"));
    }

    [Test]
    public async Task A_start_that_takes_too_long_is_ended()
    {
        string name = await LoadServiceAsync("Type=oneshot", "TimeoutStartSec=1", "ExecStart=/bin/sleep 1000");
        JobResult result = await StartAsync(name);
        Assert.That(result.IsDone, Is.False);
        Assert.That(result.Result, Is.AnyOf("failed", "timeout"));
        await UntilActiveAsync(name, "failed");
        Assert.That(Unit(name).Result, Is.EqualTo("timeout"));
    }

    [Test]
    public async Task A_cancelled_wait_does_not_take_the_start_back()
    {
        string path = NewPath();
        string name = await LoadServiceAsync(
            "Type=oneshot", "RemainAfterExit=yes", $"ExecStart=/bin/sh -c 'echo began > {path}; sleep 0.5'");
        using CancellationTokenSource impatient = new();
        Task<JobResult> start = Manager.StartUnitAsync(name, impatient.Token);
        await UntilWrittenAsync(path);
        await impatient.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => start);
        await UntilActiveAsync(name, "active");
    }
}
