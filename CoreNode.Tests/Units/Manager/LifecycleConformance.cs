using System.Collections.Concurrent;
using CoreNode.Units.Manager;
using CoreNode.Units.Model;

namespace CoreNode.Tests.Units.Manager;

/// <summary>Loading, replacing, adopting and unloading units, and units that hang beside others.</summary>
internal abstract class LifecycleConformance : UnitManagerConformance
{
    // Neither asks nor answers SIGTERM.
    [Test]
    public async Task A_loaded_unit_is_known_by_its_hash_and_does_not_run()
    {
        string text = Service("ExecStart=/bin/sleep 1000");
        string name = NewName();
        await LoadAsync(name, text);
        Assert.That(Unit(name).States, Is.EqualTo(UnitStates.Dead));
        Assert.That(Unit(name).Hash, Is.EqualTo(Parse(text).Hash));
        Assert.That(Unit(name).MainPid, Is.Zero);
        Assert.That(Unit(name).Since, Is.Null);
    }

    [Test]
    public async Task A_unit_starts_runs_and_stops()
    {
        string name = await LoadServiceAsync("ExecStart=/bin/sleep 1000");
        await MustStartAsync(name);
        await UntilAsync(() => Unit(name).MainPid > 0, () => $"a main process: {Unit(name)}");
        Assert.That(Unit(name).States, Is.EqualTo(new UnitStates("loaded", "active", "running")));
        Assert.That(Unit(name).Since, Is.Not.Null);
        int pid = Unit(name).MainPid;
        Assert.That(IsAlive(pid));

        JobResult stopped = await StopAsync(name);
        Assert.That(stopped.IsDone, stopped.Reason);
        await UntilActiveAsync(name, "inactive");
        Assert.That(Unit(name).States, Is.EqualTo(UnitStates.Dead));
        Assert.That(IsAlive(pid), Is.False);
    }

    [Test]
    public async Task Starting_what_runs_changes_nothing_and_restarting_replaces_its_process()
    {
        string name = await LoadServiceAsync("ExecStart=/bin/sleep 1000");
        await MustStartAsync(name);
        await UntilAsync(() => Unit(name).MainPid > 0, () => $"a main process: {Unit(name)}");
        int first = Unit(name).MainPid;
        await MustStartAsync(name);
        Assert.That(Unit(name).MainPid, Is.EqualTo(first));

        JobResult again = await Manager.RestartUnitAsync(name, Deadline);
        Assert.That(again.IsDone, again.Reason);
        await UntilAsync(
            () => Unit(name).MainPid is > 0 and int now && now != first, () => $"a new process: {Unit(name)}");
        Assert.That(Active(name), Is.EqualTo("active"));
        Assert.That(IsAlive(first), Is.False);
    }

    [Test]
    public async Task Stopping_what_does_not_run_is_done_at_once()
    {
        string name = await LoadServiceAsync("ExecStart=/bin/sleep 1000");
        JobResult stopped = await StopAsync(name);
        Assert.That(stopped.IsDone, stopped.Reason);
        Assert.That(Active(name), Is.EqualTo("inactive"));
    }

    [Test]
    public async Task A_unit_that_was_never_loaded_cannot_be_started()
    {
        UnitManagerException? refusal =
            await Assert.CatchAsync<UnitManagerException>(() => StartAsync("cn-nobody-loaded-this.service"));
        Assert.That(refusal!.Message, Does.Contain("cn-nobody-loaded-this.service"));
    }

    [Test]
    public async Task Unloading_stops_and_forgets_and_can_be_repeated()
    {
        string name = await LoadServiceAsync("ExecStart=/bin/sleep 1000");
        await MustStartAsync(name);
        await UntilAsync(() => Unit(name).MainPid > 0, () => $"a main process: {Unit(name)}");
        int pid = Unit(name).MainPid;
        await Manager.UnloadAsync(name, Deadline);
        Assert.That(Manager.Units.ContainsKey(name), Is.False);
        Assert.That(IsAlive(pid), Is.False);
        await Manager.UnloadAsync(name, Deadline);

        await LoadAsync(name, Service("ExecStart=/bin/sleep 2000"));
        Assert.That(Unit(name).States, Is.EqualTo(UnitStates.Dead));
        await MustStartAsync(name);
    }

    [Test]
    public async Task Unloading_what_failed_leaves_nothing_behind()
    {
        string name = await LoadServiceAsync("Type=oneshot", "ExecStart=/bin/false");
        await StartAsync(name);
        await UntilActiveAsync(name, "failed");
        await Manager.UnloadAsync(name, Deadline);
        await LoadAsync(name, Service("ExecStart=/bin/sleep 1000"));
        Assert.That(Unit(name).States, Is.EqualTo(UnitStates.Dead));
        Assert.That(Unit(name).Result, Is.Empty.Or.EqualTo("success"));
    }

    [Test]
    public async Task A_replaced_text_is_run_from_the_next_start()
    {
        string name = NewName();
        string path = NewPath();
        await LoadAsync(name, Service($"ExecStart=/bin/sh -c 'echo one > {path}; exec sleep 1000'"));
        await MustStartAsync(name);
        Assert.That(await UntilWrittenAsync(path), Is.EqualTo("one"));
        int pid = Unit(name).MainPid;

        string second = Service($"ExecStart=/bin/sh -c 'echo two > {path}; exec sleep 1000'");
        await LoadAsync(name, second);
        Assert.That(Unit(name).Hash, Is.EqualTo(Parse(second).Hash));
        Assert.That(Active(name), Is.EqualTo("active"));
        Assert.That(IsAlive(pid));
        Assert.That(Read(path), Is.EqualTo("one\n"));

        await Manager.RestartUnitAsync(name, Deadline);
        await UntilAsync(() => Read(path) == "two\n", () => $"the second text to run: {Read(path)}");
    }

    [Test]
    public async Task What_cannot_run_is_refused_with_the_reason_and_not_kept()
    {
        string name = NewName();
        UnitManagerException? refusal = await Assert.CatchAsync<UnitManagerException>(
            () => LoadAsync(name, Service("Type=simple")));
        Assert.That(refusal!.Message, Does.Contain(name));
        Assert.That(Manager.Units.ContainsKey(name), Is.False);
    }

    [Test]
    public async Task A_refused_replacement_leaves_the_unit_as_it_was()
    {
        string name = await LoadServiceAsync("ExecStart=/bin/sleep 1000");
        string hash = Unit(name).Hash;
        await MustStartAsync(name);
        await Assert.CatchAsync<UnitManagerException>(() => LoadAsync(name, Service("Type=simple")));
        Assert.That(Unit(name).Hash, Is.EqualTo(hash));
        JobResult again = await Manager.RestartUnitAsync(name, Deadline);
        Assert.That(again.IsDone, again.Reason);
    }

    [Test]
    public async Task A_new_manager_goes_on_with_what_the_last_one_left()
    {
        string runs = await LoadServiceAsync("ExecStart=/bin/sleep 1000");
        string rests = await LoadServiceAsync("ExecStart=/bin/sleep 1000", "Restart=always");
        string failed = await LoadServiceAsync("Type=oneshot", "ExecStart=/bin/sh -c 'exit 3'");
        await MustStartAsync(runs);
        await StartAsync(failed);
        await UntilActiveAsync(failed, "failed");
        await UntilAsync(() => Unit(runs).MainPid > 0, () => $"a main process: {Unit(runs)}");
        UnitObservation before = Unit(runs);
        string restHash = Unit(rests).Hash;
        await Manager.DisposeAsync();
        Assert.That(IsAlive(before.MainPid));

        IUnitManager next = Machine.CreateManager();
        await next.StartAsync(Deadline);
        await using (next)
        {
            Assert.That(next.Units[runs].Hash, Is.EqualTo(before.Hash));
            Assert.That(next.Units[runs].States, Is.EqualTo(before.States));
            Assert.That(next.Units[runs].MainPid, Is.EqualTo(before.MainPid));
            Assert.That(next.Units[rests].Hash, Is.EqualTo(restHash));
            Assert.That(next.Units[rests].States, Is.EqualTo(UnitStates.Dead));
            Assert.That(next.Units[failed].States.Active, Is.EqualTo("failed"));
            await next.UnloadAsync(runs, Deadline);
            Assert.That(IsAlive(before.MainPid), Is.False);
            await next.UnloadAsync(rests, Deadline);
            await next.UnloadAsync(failed, Deadline);
        }
    }

    [Test]
    public async Task Loading_the_same_again_does_not_touch_what_runs()
    {
        string name = NewName();
        Dictionary<string, string> environment = new() { ["COLOUR"] = "blue" };
        await LoadAsync(name, Service("ExecStart=/bin/sleep 1000"), environment);
        await MustStartAsync(name);
        await UntilAsync(() => Unit(name).MainPid > 0, () => $"a main process: {Unit(name)}");
        int pid = Unit(name).MainPid;
        await LoadAsync(name, Service("ExecStart=/bin/sleep 1000"), environment);
        Assert.That(Unit(name).MainPid, Is.EqualTo(pid));
        Assert.That(Active(name), Is.EqualTo("active"));
    }

    [Test]
    public async Task A_unit_that_hangs_while_it_stops_holds_up_nobody()
    {
        string path = NewPath();
        string hangs = await LoadServiceAsync(
            $"ExecStart=/bin/sh -c 'trap \"\" TERM; echo deaf >> {path}; while true; do sleep 0.1; done'",
            "TimeoutStopSec=600");
        string fast = await LoadServiceAsync("ExecStart=/bin/sleep 1000");
        await MustStartAsync(hangs);
        await UntilAsync(() => LinesOf(path) == 1, () => "it to be deaf to SIGTERM");
        Task<JobResult> stopping = StopAsync(hangs);
        Task unloading = Manager.UnloadAsync(hangs, Deadline);
        await UntilActiveAsync(hangs, "deactivating");
        await MustStartAsync(fast);
        await StopAsync(fast);
        await Manager.UnloadAsync(fast, Deadline);
        Assert.That(stopping.IsCompleted, Is.False);
        Assert.That(unloading.IsCompleted, Is.False);

        await Manager.KillAsync(hangs, Deadline);
        await stopping;
        await unloading;
        Assert.That(Manager.Units.ContainsKey(hangs), Is.False);
    }

    [Test]
    public async Task A_start_that_hangs_is_ended_by_a_stop()
    {
        string name = await LoadServiceAsync("Type=oneshot", "TimeoutStartSec=600", "ExecStart=/bin/sleep 1000");
        Task<JobResult> starting = StartAsync(name);
        await UntilActiveAsync(name, "activating");
        await StopAsync(name);
        JobResult started = await starting;
        Assert.That(started.IsDone, Is.False);
        Assert.That(started.Reason, Is.Not.Empty);
        await UntilAsync(() => Active(name) is "inactive" or "failed", () => $"{Unit(name)}");
    }

    [Test]
    public async Task Killing_ends_all_processes_and_nothing_starts_them_again()
    {
        string path = NewPath();
        string name = await LoadServiceAsync(
            $"ExecStart=/bin/sh -c 'trap \"\" TERM; (trap \"\" TERM; echo child >> {path}; while true; do sleep "
            + $"0.1; done) & "
            + $"echo main >> {path}; while true; do sleep 0.1; done'",
            "ExecStopPost=/bin/sleep 1000",
            "Restart=always",
            "RestartSec=0",
            "TimeoutStopSec=600");
        await MustStartAsync(name);
        await UntilAsync(() => LinesOf(path) == 2, () => "both processes to run");
        int pid = Unit(name).MainPid;
        await Manager.KillAsync(name, Deadline);
        Assert.That(Active(name), Is.AnyOf("inactive", "failed"));
        Assert.That(IsAlive(pid), Is.False);
        Assert.That(LinesOf(path), Is.LessThanOrEqualTo(4), "it was started again, and again");
    }

    [Test]
    public async Task States_come_by_events()
    {
        string name = NewName();
        ConcurrentQueue<string> seen = new();
        Manager.Changed += changed =>
        {
            if (changed == name && Manager.Units.TryGetValue(name, out UnitObservation? unit))
                seen.Enqueue(unit.States.Active);
        };
        await LoadAsync(name, Service(
            "Type=oneshot", "RemainAfterExit=yes", "ExecStart=/bin/sleep 0.2", "ExecStop=/bin/sleep 0.2"));
        await MustStartAsync(name);
        await UntilAsync(() => seen.Contains("active"), () => string.Join(' ', seen));
        await StopAsync(name);
        await UntilAsync(() => seen.LastOrDefault() == "inactive", () => string.Join(' ', seen));
        Assert.That(
            string.Join(' ', seen.Distinct()), Is.EqualTo("inactive activating active deactivating")
                .Or.EqualTo("activating active deactivating inactive"));
    }

    [Test]
    public async Task What_ends_by_itself_is_told()
    {
        string name = await LoadServiceAsync("ExecStart=/bin/sh -c 'sleep 0.3; exit 9'");
        await MustStartAsync(name);
        await UntilActiveAsync(name, "failed");
        await UntilAsync(() => Unit(name).ExitStatus == 9, () => $"{Unit(name)}");
        Assert.That(Unit(name).Result, Is.EqualTo("exit-code"));
        Assert.That(Unit(name).MainPid, Is.Zero);
    }

    [Test]
    public async Task Who_looks_at_one_unit_sees_it_as_it_is()
    {
        string name = await LoadServiceAsync("ExecStart=/bin/sleep 1000");
        await MustStartAsync(name);
        UnitObservation? seen = await Manager.ExamineAsync(name, Deadline);
        Assert.That(seen!.States.Active, Is.EqualTo("active"));
        Assert.That(seen.MainPid, Is.GreaterThan(0));
        Assert.That(await Manager.ExamineAsync("cn-nobody.service", Deadline), Is.Null);
    }
}
