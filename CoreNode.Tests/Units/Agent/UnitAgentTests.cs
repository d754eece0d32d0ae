using CoreNode.Store;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Agent;

[TestFixture, Category("Fault")]
[CancelAfter(120_000)]
internal sealed class UnitAgentTests
{
    private const string Web = "web.service";
    private AgentHarness _harness = null!;

    [SetUp]
    public void MakeHarness() => _harness = new AgentHarness();

    [TearDown]
    public async Task EndAsync() => await _harness.DisposeAsync();

    [Test]
    public async Task It_sleeps_until_units_are_used_and_registers_then()
    {
        await _harness.PutAsync(Web, ScheduleState.Launched);
        _harness.Start();
        // The write that wakes it is the first thing that it can react to, so before that it has had its chance.
        await AgentHarness.UntilAsync(() => Task.FromResult(_harness.Manager.IsConnected), "connected");
        Assert.That(_harness.Store.Writes, Is.Zero);
        Assert.That(_harness.Lease.Renewals, Is.Zero);
        await _harness.UseUnitsAsync();
        await _harness.UntilAsync(Web, "active");
        await AgentHarness.UntilAsync(
            async () => await _harness.ReadAsync(AgentHarness.Keys.MachineObject(AgentHarness.MachineId)) is { } text
                && text.Contains("10.0.0.2", StringComparison.Ordinal),
            "registered");
        await AgentHarness.UntilAsync(
            async () => await _harness.ReadAsync(AgentHarness.Keys.JobState(Web)) == AgentHarness.MachineId, "tended");
    }

    [Test]
    public async Task One_that_hangs_or_fails_holds_up_no_other()
    {
        await _harness.UseUnitsAsync();
        _harness.Start();
        await _harness.PutAsync("hang.service", ScheduleState.Launched);
        await _harness.UntilAsync("hang.service", "active");
        _harness.Manager.Hanging["stop hang.service"] = true;
        _harness.Manager.Failing["load bad.service"] = true;
        _harness.Manager.Failing["start fails.service"] = true;
        await _harness.PutAsync("hang.service", ScheduleState.Loaded);
        await _harness.PutAsync("bad.service", ScheduleState.Launched);
        await _harness.PutAsync("fails.service", ScheduleState.Launched);
        await _harness.PutAsync(Web, ScheduleState.Launched);
        await _harness.UntilAsync(Web, "active");
        await _harness.UntilAsync("fails.service", "failed");
        await AgentHarness.UntilAsync(
            async () => (await _harness.StateAsync("bad.service"))?
                .Contains("load of bad.service fails", StringComparison.Ordinal) == true,
            "the store says why");
        _harness.Manager.Failing.Clear();
        await _harness.UntilAsync("bad.service", "active");
    }

    [Test]
    public async Task A_new_process_takes_over_what_runs_without_starting_it_again()
    {
        await _harness.UseUnitsAsync();
        _harness.Start();
        await _harness.PutAsync(Web, ScheduleState.Launched);
        await _harness.PutAsync("one.service", ScheduleState.Launched, isSingleton: true);
        await _harness.UntilAsync(Web, "active");
        await AgentHarness.UntilAsync(
            () => Task.FromResult(_harness.Manager.Active(Web) == "active"), "active");
        await AgentHarness.UntilAsync(
            async () => _harness.Manager.Active("one.service") == "active"
                || await _harness.ReadAsync(
                    AgentHarness.Keys.ScheduleEntry(AgentHarness.MachineId, "one.service")) is null,
            "decided");
        if (_harness.Manager.Active("one.service") != "active")
            await _harness.PutAsync("one.service", ScheduleState.Launched, isSingleton: true);
        await _harness.UntilAsync("one.service", "active");
        string token = _harness.Manager.Environments["one.service"]["CORENODE_FENCING_TOKEN"];
        Assert.That(_harness.Guard.Units, Does.Contain("one.service"));
        await _harness.StopAsync();
        _harness.Manager.Calls.Clear();
        int writes = _harness.Store.Writes;
        _harness.Start();
        await _harness.PutAsync("next.service", ScheduleState.Launched);
        await _harness.UntilAsync("next.service", "active");
        Assert.That(
            _harness.Manager.Calls.Where(c => !c.EndsWith("next.service", StringComparison.Ordinal)), Is.Empty);
        Assert.That(_harness.Manager.Environments["one.service"]["CORENODE_FENCING_TOKEN"], Is.EqualTo(token));
        Assert.That(
            _harness.Store.Writes - writes, Is.LessThanOrEqualTo(5), "what stands already is not written again");
    }

    [Test]
    public async Task While_store_or_manager_are_away_units_go_on_and_what_was_missed_is_done_afterwards()
    {
        await _harness.UseUnitsAsync();
        _harness.Start();
        await _harness.PutAsync(Web, ScheduleState.Launched);
        await _harness.UntilAsync(Web, "active");
        _harness.Store.IsCut = true;
        _harness.Lease.Kind = LeaseGrantKind.Unreachable;
        _harness.Manager.SetConnected(false);
        await _harness.RemoveAsync(Web);
        await _harness.PutAsync("new.service", ScheduleState.Launched);
        int renewals = _harness.Lease.Renewals;
        await AgentHarness.UntilAsync(() => Task.FromResult(_harness.Lease.Renewals > renewals + 3), "time goes by");
        Assert.That(_harness.Manager.Active(Web), Is.EqualTo("active"));
        _harness.Store.IsCut = false;
        _harness.Lease.Kind = LeaseGrantKind.Granted;
        _harness.Manager.SetConnected(true);
        await _harness.UntilGoneAsync(Web);
        await _harness.UntilAsync("new.service", "active");
    }

    [Test]
    public async Task A_machine_whose_object_was_removed_during_a_lapse_registers_again()
    {
        await _harness.DisposeAsync();
        _harness = new AgentHarness { LeaseTime = TimeSpan.FromMilliseconds(400) };
        await _harness.UseUnitsAsync();
        _harness.Start();
        string key = AgentHarness.Keys.MachineObject(AgentHarness.MachineId);
        await AgentHarness.UntilAsync(async () => await _harness.ReadAsync(key) is not null, "registered");
        _harness.Lease.Kind = LeaseGrantKind.Unreachable;
        int renewals = _harness.Lease.Renewals;
        await AgentHarness.UntilAsync(() => Task.FromResult(_harness.Lease.Renewals > renewals + 20), "lapsed");
        await _harness.Store.Inner.DeleteAsync(key, KvDeleteOptions.None, CancellationToken.None);
        _harness.Lease.Kind = LeaseGrantKind.Granted;
        await AgentHarness.UntilAsync(async () => await _harness.ReadAsync(key) is not null, "registered again");
    }

    [Test]
    public async Task Leaving_stops_everything_by_force_where_it_must_and_gives_the_lease_back()
    {
        await _harness.UseUnitsAsync();
        _harness.Start();
        await _harness.PutAsync(Web, ScheduleState.Launched);
        await _harness.PutAsync("hang.service", ScheduleState.Launched);
        await _harness.UntilAsync(Web, "active");
        await _harness.UntilAsync("hang.service", "active");
        _harness.Manager.Hanging["unload hang.service"] = true;
        await _harness.Agent.LeaveAsync(TimeSpan.FromSeconds(2), CancellationToken.None);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_harness.Manager.Active(Web), Is.EqualTo("none"));
            Assert.That(_harness.Manager.Active("hang.service"), Is.EqualTo("failed"));
            Assert.That(_harness.Lease.IsReleased);
            Assert.That(
                await _harness.ReadAsync(AgentHarness.Keys.MachineObject(AgentHarness.MachineId)), Is.Null);
            Assert.That(await _harness.StateAsync(Web), Is.Null);
        }

        await _harness.StopAsync();
        Assert.That(_harness.Lease.RenewalsAfterRelease, Is.Zero);
    }

    [Test]
    public async Task A_process_that_starts_after_its_machine_left_trusts_no_claim_from_before()
    {
        const string one = "one.service";
        string entry = AgentHarness.Keys.ScheduleEntry(AgentHarness.MachineId, one);
        await _harness.UseUnitsAsync();
        _harness.Start();
        await AgentHarness.UntilAsync(
            async () =>
            {
                if (await _harness.ReadAsync(entry) is null)
                    await _harness.PutAsync(one, ScheduleState.Launched, isSingleton: true);
                return _harness.Manager.Active(one) == "active";
            },
            "runs");
        await _harness.Agent.LeaveAsync(TimeSpan.FromSeconds(2), CancellationToken.None);
        await _harness.StopAsync();
        Assert.That(await _harness.ReadAsync(entry), Is.Not.Null, "left to the engine");

        // Well within the lease that was given back: somebody may be giving the claim away right now.
        _harness.Manager.Calls.Clear();
        _harness.Start();
        await AgentHarness.UntilAsync(async () => await _harness.ReadAsync(entry) is null, "given back");
        Assert.That(_harness.Manager.Calls, Has.None.Contains("start " + one));
    }

    [Test]
    public async Task What_was_destroyed_leaves_no_empty_directories_behind()
    {
        await _harness.UseUnitsAsync();
        _harness.Start();
        await _harness.PutAsync(Web, ScheduleState.Launched);
        await _harness.UntilAsync(Web, "active");
        await _harness.PutAsync(Web, ScheduleState.Revoked);
        await _harness.UntilGoneAsync(Web);
        Assert.That(await _harness.ReadAsync(AgentHarness.Keys.UnitStates(Web)), Is.Null);
        Assert.That(await _harness.ReadAsync(AgentHarness.Keys.Job(Web)), Is.Null);
    }

    [Test]
    public async Task Wherever_the_process_dies_among_its_writes_the_next_one_does_the_rest()
    {
        await _harness.UseUnitsAsync();
        for (int writes = 0; writes < 12; writes++)
        {
            string unit = $"u{writes}.service";
            await _harness.PutAsync(unit, ScheduleState.Launched);
            _harness.Store.WritesLeft = writes;
            _harness.Start();
            await AgentHarness.UntilAsync(
                () => Task.FromResult(_harness.Manager.Active(unit) == "active"),
                $"{unit} active with {writes} writes");
            await _harness.PutAsync(unit, ScheduleState.Revoked);
            await AgentHarness.UntilAsync(
                () => Task.FromResult(_harness.Manager.Active(unit) == "none" || _harness.Store.WritesLeft <= 0),
                $"{unit} on its way with {writes} writes");
            await _harness.StopAsync();
            _harness.Store.WritesLeft = null;
            _harness.Start();
            await _harness.UntilGoneAsync(unit);
            await _harness.StopAsync();
        }
    }
}
