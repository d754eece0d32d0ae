using CoreNode.Platform;
using CoreNode.Updates.Client.Ports;
using CoreNode.Updates.Desk;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Updates.Client;

/// <summary>The client does what the lifecycle decides: in its order, and from wherever it was stopped.</summary>
[TestFixture, Category("Unit")]
internal sealed class UpdateClientTests
{
    private static readonly UpdateOrder s_now = new(UpdateOrderKind.Now);

    private ClientBench _bench = null!;

    [SetUp]
    public void SetUp() => _bench = new ClientBench();

    [TearDown]
    public Task TearDown() => _bench.DisposeAsync().AsTask();

    [Test]
    public async Task An_offered_update_is_judged_written_read_back_and_marked_in_that_order()
    {
        _bench.Start();
        UpdateOrderResult result = await _bench.OrderAsync(s_now);
        Assert.That(result.Refusal, Is.Empty);
        UpdateStatusView status = await _bench.UntilStageAsync("need-reboot");
        Assert.That(_bench.Done, Is.EqualTo((string[])
        [
            "check 3:2:0", "metadata", "worker ends", "clear B", "apply", "worker ends", "verify", "worker ends",
            "next B 7",
        ]));
        Assert.That((status.NewVersion, status.NewSlot, status.Status, status.LastFailure),
            Is.EqualTo(("2.0", "B", "UPDATE_STATUS_UPDATED_NEED_REBOOT", (UpdateFailureView?)null)));
        Assert.That(_bench.Machine.Announced, Is.EqualTo((bool[])[false, true]));
    }

    [Test]
    public async Task A_new_version_that_is_healthy_is_marked_good_and_stands_in_the_history()
    {
        _bench.Start();
        await _bench.OrderAsync(s_now);
        await _bench.UntilStageAsync("need-reboot");
        await _bench.RestartMachineAsync();
        UpdateStatusView status = await _bench.UntilAsync(
            static status => status is { Stage: "idle", RunningVersion: "2.0" });
        Assert.That(_bench.Done[^1], Is.EqualTo("good B"));
        Assert.That(_bench.Machine["B"].IsGood, Is.True);
        UpdateHistoryItem last = _bench.Client.History.Entries[^1];
        Assert.That((last.From, last.To, last.Outcome), Is.EqualTo(("1.0", "2.0", "Success")));
        Assert.That(status.LastFailure, Is.Null);
    }

    [Test]
    public async Task A_new_version_that_stays_sick_goes_back_by_a_reboot_and_the_server_is_told_error_44()
    {
        _bench.Start();
        await _bench.OrderAsync(s_now);
        await _bench.UntilStageAsync("need-reboot");
        _bench.Machine.Health = [new("node", HealthCheckKind.Node, false, "dead")];
        await _bench.RestartMachineAsync();
        await _bench.UntilStageAsync("rolling-back");
        await WaitForAsync(() => _bench.Done is [.., "reboot"]);
        Assert.That(_bench.Done[^2], Is.EqualTo("switch A"));
        await _bench.RestartMachineAsync();
        UpdateStatusView status = await _bench.UntilAsync(
            static status => status is { Stage: "idle", RunningVersion: "1.0" });
        Assert.That(status.LastFailure, Is.Not.Null);
        Assert.That((status.LastFailure!.Code, status.LastFailure.Name), Is.EqualTo((44, "Rollback")));
        Assert.That(status.LastFailure.Text, Does.Contain("dead"));
        await _bench.OrderAsync(s_now);
        await _bench.UntilAsync(static status => status.Stage == "idle" && status.LastFailure?.Code == 105);
        Assert.That(_bench.Done, Does.Contain("check 3:0:44"));
        Assert.That(_bench.Done.Count(static call => call == "apply"), Is.EqualTo(1), "the bad version is not retried");
    }

    [Test]
    public async Task Each_step_begins_after_the_state_that_it_follows_from_is_on_the_disk()
    {
        List<string> seen = [];
        _bench.Machine.OnCall = call =>
        {
            if (call is not ("read" or "worker ends"))
                seen.Add($"{call}: {_bench.Saved().Step}");
        };
        _bench.Start();
        await _bench.OrderAsync(s_now);
        await _bench.UntilStageAsync("need-reboot");
        Assert.That(seen, Is.EqualTo((string[])
        [
            "check 3:2:0: Check", "metadata: FetchMetadata", "clear B: Prepare", "apply: Apply", "verify: Verify",
            "next B 7: Finalize",
        ]));
    }

    [Test]
    public async Task While_the_state_cannot_be_written_nothing_is_begun_and_the_status_says_why()
    {
        _bench.Start();
        await _bench.UntilAsync(static status => status.RunningVersion.Length > 0);
        bool isFull = true;
        _bench.Files.Intercept = _ => isFull ? new DiskFullException("/updates: no room") : null;
        Task<UpdateOrderResult> order = _bench.OrderAsync(s_now);
        await _bench.UntilAsync(static status => status.Reason.Contains("no room", StringComparison.Ordinal));
        Assert.That(_bench.Done, Is.Empty);
        isFull = false;
        await _bench.UntilStageAsync("need-reboot");
        Assert.That((await order).Refusal, Is.Empty);
    }

    [Test]
    public async Task Heavy_work_pauses_while_there_is_a_reason_and_goes_on_afterwards()
    {
        TaskCompletionSource gate = new();
        _bench.Machine.Wait = task => task.Kind == WorkerTaskKind.Apply ? gate.Task : Task.CompletedTask;
        _bench.Start();
        await _bench.OrderAsync(s_now);
        await WaitForAsync(() => _bench.Done is [.., "apply"]);
        _bench.Machine.Reason = "the store's disk is slow";
        UpdateStatusView held = await _bench.UntilAsync(static status => status.Hold.Length > 0);
        Assert.That((held.Hold, held.Stage), Is.EqualTo(("the store's disk is slow", "downloading")));
        await WaitForAsync(() => _bench.Done is [.., "pause"]);
        _bench.Machine.Reason = "";
        await WaitForAsync(() => _bench.Done is [.., "go"]);
        gate.SetResult();
        await _bench.UntilStageAsync("need-reboot");
    }

    [Test]
    public async Task Work_that_would_begin_in_a_pause_begins_after_it()
    {
        _bench.Machine.Reason = "no leader";
        _bench.Start();
        await _bench.OrderAsync(s_now);
        await _bench.UntilAsync(static status => status is { Stage: "downloading", Hold.Length: > 0 });
        Assert.That(_bench.Done, Does.Not.Contain("verify"));
        _bench.Machine.Reason = "";
        UpdateStatusView status = await _bench.UntilStageAsync("need-reboot");
        Assert.That((await _bench.UntilAsync(static now => now.Hold.Length == 0)).Stage, Is.EqualTo(status.Stage));
    }

    [Test]
    public async Task Cancelling_ends_the_worker_before_anything_else_happens()
    {
        TaskCompletionSource never = new();
        _bench.Machine.Wait = task => task.Kind == WorkerTaskKind.Apply ? never.Task : Task.CompletedTask;
        _bench.Start();
        await _bench.OrderAsync(s_now);
        await WaitForAsync(() => _bench.Done is [.., "apply"]);
        UpdateOrderResult result = await _bench.OrderAsync(new UpdateOrder(UpdateOrderKind.Cancel));
        Assert.That(result.Refusal, Is.Empty);
        Assert.That(_bench.Done[^1], Is.EqualTo("worker ends"));
        await _bench.UntilStageAsync("idle");
        Assert.That(_bench.Machine.Told.Select(static told => (told.Type, told.Result)),
            Is.EqualTo(((int, int)[])[(13, 1), (3, 4)]));
    }

    [Test]
    public async Task A_worker_that_ends_without_a_word_is_a_failure_that_is_told()
    {
        _bench.Machine.Work = static task => task.Kind == WorkerTaskKind.Apply ? [] : null;
        _bench.Start();
        await _bench.OrderAsync(s_now);
        UpdateStatusView status = await _bench.UntilAsync(
            static status => status is { Stage: "idle", LastFailure: not null });
        Assert.That((status.LastFailure!.Code, status.Status), Is.EqualTo((1, "UPDATE_STATUS_IDLE")));
        Assert.That(_bench.Machine.Told.Last().Result, Is.EqualTo(UpdateEvent.ResultError));
        Assert.That(_bench.Machine["B"].Priority, Is.Zero);
    }

    [Test]
    public async Task Events_wait_for_the_server_and_arrive_in_their_order_before_the_next_check()
    {
        _bench.Start();
        await _bench.OrderAsync(s_now with { });
        await _bench.UntilStageAsync("need-reboot");
        await WaitForAsync(() => _bench.Machine.Told.Count == 3);
        _bench.Machine.ServerFailure = new UpdateFailure(UpdateError.OmahaRequest, "no way");
        await _bench.OrderAsync(new UpdateOrder(UpdateOrderKind.Reset));
        await _bench.UntilStageAsync("idle");
        _bench.Machine.ServerFailure = null;
        _bench.Machine.Work = static _ => [new WorkerReport.Failed(new UpdateFailure(UpdateError.ManifestParse))];
        await _bench.OrderAsync(s_now);
        await WaitForAsync(() => _bench.Machine.Told.Count == 4);
        Assert.That(_bench.Machine.Told.Select(static told => told.Type), Is.EqualTo((int[])[13, 14, 3, 3]));
        long[] numbers = [.. _bench.Machine.Told.Select(static told => told.Number)];
        Assert.That(numbers, Is.Ordered.Ascending.And.Unique);
    }

    [Test]
    public async Task A_server_that_is_put_into_the_settings_again_is_asked_without_a_word()
    {
        _bench.Machine.OffReason = "SERVER=disabled in update.conf";
        _bench.Settings = _bench.Settings with { QuickCheck = TimeSpan.FromMilliseconds(10) };
        _bench.Start();
        UpdateStatusView off = await _bench.UntilAsync(
            static status => status.Reason.Contains("SERVER=disabled", StringComparison.Ordinal));
        Assert.That((off.NextAt, off.LastFailure), Is.EqualTo((0L, (UpdateFailureView?)null)));
        _bench.Machine.OffReason = "";
        await _bench.UntilStageAsync("need-reboot");
        Assert.That(_bench.Done[0], Is.EqualTo("check 3:2:0"));
    }

    [Test]
    public async Task When_the_next_address_is_tried_is_told()
    {
        _bench.Machine.Offer = _bench.Machine.Offer! with { Urls = ["http://a/update", "http://b/update"] };
        _bench.Machine.Work = static task => task is { Url: "http://a/update", Kind: WorkerTaskKind.Metadata }
            ? [new WorkerReport.Failed(new UpdateFailure(UpdateError.ManifestParse, "no manifest"))]
            : null;
        _bench.Settings = _bench.Settings with { NextUrlCheck = TimeSpan.FromMilliseconds(500) };
        _bench.Start();
        await _bench.OrderAsync(s_now);
        UpdateStatusView failed = await _bench.UntilAsync(
            static status => status is { Stage: "idle", LastFailure: not null });
        Assert.That(failed.AgainAt, Is.GreaterThan(0).And.EqualTo(failed.NextAt));
        Assert.That(failed.LastFailure!.Text, Is.EqualTo("no manifest (address 1 of 2: a)"));
        Assert.That((await _bench.UntilStageAsync("need-reboot")).AgainAt, Is.Zero);
    }

    [Test]
    public async Task A_state_file_that_is_damaged_is_kept_aside_and_the_slots_lead_on()
    {
        _bench.Files.CreateFolder("/updates");
        using (IFile file = _bench.Files.Open("/updates/state", create: true))
            file.Write(0, "not a state"u8.ToArray());
        _bench.Start();
        UpdateStatusView status = await _bench.UntilAsync(static status => status.RunningVersion == "1.0");
        Assert.That(status.Stage, Is.EqualTo("idle"));
        Assert.That(_bench.Files.List("/updates"), Does.Contain("state.aside"));
    }

    [Test]
    public async Task Before_the_slots_can_be_read_orders_are_refused_with_the_reason()
    {
        bool isBroken = true;
        _bench.Machine.OnCall = call =>
        {
            if (call == "read" && isBroken)
                throw new IOException("/dev/vda: no table");
        };
        _bench.Start();
        await _bench.UntilAsync(static status => status.Reason.Contains("no table", StringComparison.Ordinal));
        UpdateOrderResult refused = await _bench.Client.OrderAsync(s_now, CancellationToken.None);
        Assert.That(refused.Refusal, Does.Contain("/dev/vda: no table"));
        isBroken = false;
        Assert.That((await _bench.OrderAsync(s_now)).Refusal, Is.Empty);
    }

    [Test]
    public async Task A_slot_that_cannot_be_marked_ends_the_attempt_with_its_code()
    {
        _bench.Machine.OnCall = static call =>
        {
            if (call.StartsWith("next", StringComparison.Ordinal))
                throw new IOException("disk on fire");
        };
        _bench.Start();
        await _bench.OrderAsync(s_now);
        UpdateStatusView status = await _bench.UntilAsync(
            static status => status is { Stage: "idle", LastFailure: not null });
        Assert.That((status.LastFailure!.Code, status.LastFailure.Text), Is.EqualTo((6, "disk on fire")));
    }

    [Test]
    public async Task Without_a_server_an_order_to_ask_one_is_refused_and_a_payload_by_hand_is_taken()
    {
        _bench.Machine.OffReason = "updates are switched off";
        _bench.Start();
        UpdateOrderResult refused = await _bench.OrderAsync(s_now);
        Assert.That(refused.Refusal, Does.Contain("updates are switched off"));
        UpdateOrderResult taken = await _bench.OrderAsync(
            new UpdateOrder(UpdateOrderKind.Apply) { Url = "/media/update.payload" });
        Assert.That(taken.Refusal, Is.Empty);
        await _bench.UntilStageAsync("need-reboot");
        Assert.That(_bench.Done.Count(static call => call.StartsWith("check", StringComparison.Ordinal)), Is.Zero);
    }

    [Test]
    public async Task Wherever_the_node_stops_the_next_start_leads_to_the_update_in_the_end()
    {
        // The call of that number is the last one that the first node makes.
        for (int last = 1; last <= 12; last++)
        {
            await using ClientBench bench = new();
            int calls = 0;
            int at = last;
            TaskCompletionSource reached = new();
            bench.Machine.OnCall = _ =>
            {
                if (Interlocked.Increment(ref calls) == at)
                    reached.TrySetResult();
            };
            bench.Start();
            Task order = bench.OrderAsync(s_now);
            await Task.WhenAny(reached.Task, bench.UntilStageAsync("need-reboot"));
            await bench.StopAsync();
            await order.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.That(bench.Machine["A"].IsGood, Is.True);
            bench.Start();
            UpdateStatusView status = await bench.UntilAsync(static now => now.RunningVersion.Length > 0);
            if (status.Stage == "idle")
                await bench.OrderAsync(s_now);
            await bench.UntilStageAsync("need-reboot");
            await bench.RestartMachineAsync();
            await bench.UntilAsync(static now => now is { Stage: "idle", RunningVersion: "2.0" });
            Assert.That(bench.Machine["B"].IsGood, Is.True);
        }
    }

    private static async Task WaitForAsync(Func<bool> isSo)
    {
        using CancellationTokenSource limit = new(ClientBench.Deadline);
        while (!isSo())
            await Task.Delay(2, limit.Token);
    }
}
