using System.Buffers;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Reboots;
using CoreNode.Reboots.Desk;
using CoreNode.Reboots.Service;
using CoreNode.Tests.Api;
using CoreNode.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Reboots;

/// <summary>The loop with ports in memory: orders, faults, and kills at every step.</summary>
[TestFixture, Category("Unit"), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class RebootServiceTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    private static readonly string[] s_whole =
    [
        "look", "lock", "last look", "move leader", "cordon", "drain", "warn", "sync", "restart", "judge", "uncordon",
        "release",
    ];

    private readonly FakeRebootMachine _machine = new();
    private readonly SimulatedFiles _files = new(new Prng(1));
    private RebootSettings _settings = new()
    {
        RetryDelay = TimeSpan.FromMilliseconds(1),
        LookDelay = TimeSpan.FromMilliseconds(5),
        GateInterval = TimeSpan.FromMilliseconds(1),
        BackOff = TimeSpan.FromMilliseconds(5),
        LoginDelay = TimeSpan.FromMilliseconds(20),
    };

    private readonly MetricRegistry _registry = new();
    private readonly RebootMetrics _metrics;
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private RebootService _service = null!;

    public RebootServiceTests() => _metrics = new RebootMetrics(_registry, BootClock.Instance);

    [TearDown]
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(s_deadline);
        _stop.Dispose();
    }

    [Test]
    public async Task An_update_is_served_in_order_and_ends_released()
    {
        _machine.Want = RebootBench.Update;
        Start("boot-1");
        await _machine.Restarting.Task.WaitAsync(s_deadline);
        await KillAsync();
        Assert.That(_machine.IsLockHeld && _machine.IsCordoned, Is.True);
        _machine.Want = RebootWant.None;
        Start("boot-2");
        await UntilAsync(static view => view.Ended.Length > 0);
        Assert.That(_machine.Calls, Is.EqualTo(s_whole));
        Assert.That(_machine.IsLockHeld || _machine.IsCordoned, Is.False);
        Assert.That(_service.Status.Ended, Is.EqualTo("the machine has restarted: 2.0 is installed"));
    }

    [Test]
    public async Task Killed_at_every_step_it_ends_released([Values] bool hasEffect)
    {
        for (int at = 0; at < s_whole.Length; at++)
        {
            RebootServiceTests one = new();
            one._machine.HangAt = at;
            one._machine.HasEffect = hasEffect;
            await one.SurviveAsync();
            Assert.That(one._machine.IsLockHeld || one._machine.IsCordoned, Is.False, s_whole[at]);
            Assert.That(one._machine.WasRestarted, Is.True, s_whole[at]);
            await one.StopAsync();
        }
    }

    [Test]
    public async Task The_lock_is_kept_while_the_machine_is_not_healthy()
    {
        _machine.Want = RebootBench.Update;
        _machine.Verdict = RebootVerdict.Unhealthy;
        Start("boot-1");
        await _machine.Restarting.Task.WaitAsync(s_deadline);
        await KillAsync();
        Start("boot-2");
        await UntilAsync(static view => view is { Stage: "gate", LockSince: > 0 }
            && view.Reason.EndsWith(": no leader", StringComparison.Ordinal));
        Assert.That(_machine.IsLockHeld, Is.True);
        _machine.Want = RebootWant.None;
        _machine.Verdict = RebootVerdict.Healthy;
        await UntilAsync(static view => view.Stage == "idle");
        Assert.That(_machine.IsLockHeld, Is.False);
    }

    [Test]
    public async Task A_store_that_is_away_is_asked_again_until_the_lock_is_given_back()
    {
        _machine.Want = RebootBench.Update;
        Start("boot-1");
        await _machine.Restarting.Task.WaitAsync(s_deadline);
        await KillAsync();
        _machine.Fault = "release";
        _machine.Want = RebootWant.None;
        Start("boot-2");
        await UntilAsync(static view => view is { Stage: "releasing" }
            && view.Reason.EndsWith("release is broken", StringComparison.Ordinal));
        _machine.Fault = "";
        await UntilAsync(static view => view.Stage == "idle");
        Assert.That(_machine.IsLockHeld, Is.False);
    }

    [Test]
    public async Task Orders_are_taken_or_refused()
    {
        _machine.Permission = RebootBench.Quorum;
        Start("boot-1");
        await UntilAsync(static view => view.Reason == "nobody wants a reboot");
        Assert.That((await OrderAsync(new(RebootWishKind.Cancel))).Refusal, Does.Contain("no reboot is wanted"));
        Assert.That(
            (await OrderAsync(new(RebootWishKind.Strategy) { Strategy = "never" })).Refusal,
            Is.EqualTo("\"never\" is no strategy: say etcd-lock, reboot, off, best-effort"));
        RebootWishResult off = await OrderAsync(new(RebootWishKind.Strategy) { Strategy = "off" });
        Assert.That((off.Status.Strategy, off.Status.IsStrategySet), Is.EqualTo(("off", true)));
        RebootWishResult now = await OrderAsync(new(RebootWishKind.Now) { Reason = "new kernel" });
        Assert.That((now.Refusal, now.Status.Want), Is.EqualTo(("", "new kernel")));
        await UntilAsync(static view => view is { Stage: "idle", IsFailed: true });
        Assert.That(_service.Status.Ended, Is.EqualTo("refused: the store would lose its quorum"));
        await KillAsync();
        Start("boot-1");
        await UntilAsync(static view => view.Strategy == "off");
        await OrderAsync(new(RebootWishKind.Now) { IsOutageAccepted = true });
        await _machine.Restarting.Task.WaitAsync(s_deadline);
    }

    [Test]
    public async Task Rules_are_set_kept_and_taken_back()
    {
        Start("boot-1");
        await UntilAsync(static view => view.Reason == "nobody wants a reboot");
        Assert.That(
            (await OrderAsync(new(RebootWishKind.Windows) { Value = "later" })).Refusal,
            Does.StartWith("\"later\" is no window: "));
        RebootWishResult set = await OrderAsync(new(RebootWishKind.Windows) { Value = "Thu 23:00 1h" });
        Assert.That((set.Refusal, set.Status.WindowsFrom), Is.EqualTo(("", "order")));
        await OrderAsync(new(RebootWishKind.Group) { Value = "g" });
        await OrderAsync(new(RebootWishKind.Fuzz) { Value = "10m" });
        await KillAsync();
        Start("boot-1");
        await UntilAsync(static view => view is { Group: "g", Fuzz: "10m", Windows: "Thu 23:00 1h (UTC)" });
        set = await OrderAsync(new(RebootWishKind.Windows));
        Assert.That((set.Status.Windows, set.Status.WindowsFrom), Is.EqualTo(("", "default")));
    }

    [Test]
    public async Task How_the_machine_was_restarted_is_known_after_it()
    {
        _machine.Want = RebootBench.Update;
        _machine.RestartNote = "through the firmware, as no kernel is loaded";
        Start("boot-1");
        await UntilAsync(static view => view.Reason
            == "the machine was asked to restart and goes down: through the firmware, as no kernel is loaded");
        await KillAsync();
        _machine.Want = RebootWant.None;
        Start("boot-2");
        await UntilAsync(static view => view.Ended.Length > 0);
        Assert.That(
            _service.Status.Ended,
            Is.EqualTo("the machine has restarted: 2.0 is installed; through the firmware, as no kernel is loaded"));
    }

    [Test]
    public async Task What_happens_is_counted()
    {
        _machine.Want = RebootBench.Update;
        _machine.Names = "alice";
        _settings = _settings with { LoginDelay = TimeSpan.FromHours(1) };
        Start("boot-1");
        await UntilAsync(static view => view is { Stage: "warning", NextAt: > 0 });
        Assert.That(Figure("corenode_reboot_stage{stage=\"warning\"}"), Is.EqualTo("1"));
        Assert.That(Figure("corenode_reboot_stage{stage=\"idle\"}"), Is.EqualTo("0"));
        Assert.That(Figure("corenode_reboot_lock_held"), Is.EqualTo("1"));
        Assert.That(Figure("corenode_reboot_drains_total{outcome=\"done\"}"), Is.EqualTo("1"));
        await OrderAsync(new(RebootWishKind.Cancel));
        await UntilAsync(static view => view.Stage == "idle");
        Assert.That(Figure("corenode_reboot_lock_held"), Is.EqualTo("0"));
        Assert.That(Figure("corenode_reboot_ends_total{outcome=\"dropped\"}"), Is.EqualTo("1"));
        await OrderAsync(new(RebootWishKind.Windows) { Value = "Thu 23:00 1m" });
        for (int i = 0; Figure("corenode_reboot_window_opens_seconds").Length < 2; i++)
        {
            Assert.That(i, Is.LessThan(5_000), "no window is shown");
            await Task.Delay(2, CancellationToken.None);
        }

        await OrderAsync(new(RebootWishKind.Windows));
        _machine.Names = "";
        await OrderAsync(new(RebootWishKind.Now));
        await _machine.Restarting.Task.WaitAsync(s_deadline);
        await KillAsync();
        _machine.Want = RebootWant.None;
        Start("boot-2");
        await UntilAsync(static view => view.Ended.StartsWith("the machine has restarted", StringComparison.Ordinal));
        Assert.That(Figure("corenode_reboot_ends_total{outcome=\"restarted\"}"), Is.EqualTo("1"));
        Assert.That(Figure("corenode_reboot_ends_total{outcome=\"failed\"}"), Is.EqualTo("0"));
    }

    [Test]
    public void Time_that_the_lock_was_waited_for_adds_up()
    {
        ManualTime time = new(DateTimeOffset.UnixEpoch);
        MetricRegistry registry = new();
        RebootMetrics metrics = new(registry, time);
        RebootState waiting = RebootState.Initial with { Stage = RebootStage.LockWait };
        metrics.Take(RebootState.Initial, waiting);
        time.Advance(TimeSpan.FromSeconds(20));
        Assert.That(Figure(registry, "corenode_reboot_lock_wait_seconds_total"), Is.EqualTo("20"));
        Assert.That(Figure(registry, "corenode_reboot_stage_seconds"), Is.EqualTo("20"));
        RebootState back = waiting with { Stage = RebootStage.Returning, IsAgain = true };
        metrics.Take(waiting, back);
        time.Advance(TimeSpan.FromSeconds(100));
        metrics.Take(back, waiting);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.That(Figure(registry, "corenode_reboot_lock_wait_seconds_total"), Is.EqualTo("25"));
        Assert.That(Figure(registry, "corenode_reboot_ends_total{outcome=\"returned\"}"), Is.EqualTo("1"));
        metrics.Drained(false, TimeSpan.FromSeconds(7));
        metrics.Drained(true, TimeSpan.FromSeconds(8));
        Assert.That(Figure(registry, "corenode_reboot_drain_seconds_total"), Is.EqualTo("15"));
        Assert.That(Figure(registry, "corenode_reboot_drains_total{outcome=\"broken-off\"}"), Is.EqualTo("1"));
    }

    [Test]
    public async Task A_state_that_cannot_be_read_leads_to_the_gate_and_is_kept_aside()
    {
        _machine.IsLockHeld = true;
        _machine.IsCordoned = true;
        _files.CreateFolder("/reboots");
        using (IFile file = _files.Open("/reboots/state", create: true))
        {
            file.Write(0, "nonsense"u8);
            file.Sync();
        }

        Start("boot-1");
        await UntilAsync(static view => view.Ended.Length > 0);
        Assert.That(_machine.Calls, Is.EqualTo((string[])["judge", "uncordon", "release"]));
        Assert.That(_files.Exists("/reboots/state.aside"), Is.True);
    }

    [Test]
    public async Task A_node_that_starts_for_the_first_time_calls_nobody()
    {
        Start("boot-1");
        await UntilAsync(static view => view.Reason == "nobody wants a reboot");
        Assert.That(_machine.Calls, Is.Empty);
    }

    [Test]
    public async Task New_settings_count_at_once()
    {
        _settings = _settings with { Strategy = RebootStrategy.Off };
        _machine.Want = RebootBench.Update;
        Start("boot-1");
        await UntilAsync(static view => view.Reason.Contains("the strategy is off", StringComparison.Ordinal));
        _settings = _settings with { Strategy = RebootStrategy.Reboot };
        await _machine.Restarting.Task.WaitAsync(s_deadline);
        Assert.That(_machine.Calls, Does.Not.Contain("lock"));
    }

    [Test]
    public async Task Those_who_are_logged_in_are_told_and_waited_for()
    {
        _machine.Want = RebootBench.Update;
        _machine.Names = "alice";
        _settings = _settings with { LoginDelay = TimeSpan.FromHours(1) };
        Start("boot-1");
        await UntilAsync(static view => view is { Stage: "warning", NextAt: > 0 });
        Assert.That(_service.Status.Reason, Is.EqualTo("logged in, and told: alice"));
        Assert.That((await OrderAsync(new(RebootWishKind.Cancel))).Refusal, Is.Empty);
        await UntilAsync(static view => view.Stage == "idle");
        Assert.That(_machine.IsLockHeld || _machine.IsCordoned, Is.False);
    }

    private async Task SurviveAsync()
    {
        _machine.Want = RebootBench.Update;
        int boot = 1;
        Start($"boot-{boot}");
        bool wasKilled = false;
        while (_service.Status.Ended.Length == 0)
        {
            Task hanging = wasKilled ? Task.Delay(Timeout.Infinite, _stop.Token) : _machine.Hanging.Task;
            Task restarted = boot > 1 ? Task.Delay(Timeout.Infinite, _stop.Token) : _machine.Restarting.Task;
            Task ended = UntilAsync(static view => view.Ended.Length > 0);
            Task first = await Task.WhenAny(hanging, restarted, ended);
            if (first == ended)
                break;
            wasKilled |= first == hanging;
            await KillAsync();
            if (_machine.WasRestarted && boot == 1)
            {
                boot = 2;
                _machine.Want = RebootWant.None;
            }

            Start($"boot-{boot}");
        }
    }

    private void Start(string boot)
    {
        RebootServiceOptions options = new()
        {
            Folder = "/reboots",
            BootId = boot,
            Seed = 7,
            Interval = TimeSpan.FromMilliseconds(5),
            Pause = TimeSpan.FromMilliseconds(5),
        };
        _stop = new CancellationTokenSource();
        _service = new RebootService(
            options, _machine.Ports, () => _settings, _files, TimeProvider.System, BootClock.Instance,
            NullLogger<RebootService>.Instance)
        {
            Metrics = _metrics,
        };
        _running = _service.RunAsync(_stop.Token);
    }

    private async Task KillAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(s_deadline);
        _stop.Dispose();
    }

    private string Figure(string name) => Figure(_registry, name);

    private static string Figure(MetricRegistry registry, string name)
    {
        ArrayBufferWriter<byte> page = new();
        registry.WriteTo(page);
        string[] lines = Encoding.UTF8.GetString(page.WrittenSpan).Split('\n');
        return Array.Find(lines, line => line.StartsWith(name + " ", StringComparison.Ordinal))!.Split(' ')[1];
    }

    private Task<RebootWishResult> OrderAsync(RebootWish wish) =>
        _service.OrderAsync(wish, CancellationToken.None).WaitAsync(s_deadline);

    private async Task UntilAsync(Func<RebootStatusView, bool> isSo)
    {
        RebootService service = _service;
        CancellationToken stop = _stop.Token;
        for (int i = 0; !isSo(service.Status) && !stop.IsCancellationRequested; i++)
        {
            Assert.That(i, Is.LessThan(10_000), $"{service.Status.Stage}: {service.Status.Reason}");
            await Task.Delay(2, CancellationToken.None);
        }
    }
}
