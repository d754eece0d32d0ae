using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Reboots;
using CoreNode.Reboots.Desk;
using CoreNode.Reboots.Service;
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

    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private RebootService _service = null!;

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
            NullLogger<RebootService>.Instance);
        _running = _service.RunAsync(_stop.Token);
    }

    private async Task KillAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(s_deadline);
        _stop.Dispose();
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
