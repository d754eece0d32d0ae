using CoreNode.Cluster.Clients;
using CoreNode.Hosting.Reboots;
using CoreNode.RebootLock;
using CoreNode.Reboots;
using CoreNode.Reboots.Service.Ports;
using CoreNode.Tests.Api;
using CoreNode.Tests.Reboots;
using CoreNode.Updates.Desk;

namespace CoreNode.Tests.Hosting.Reboots;

/// <summary>A release that went back on one machine, as that one and the others see it.</summary>
[TestFixture, Category("Unit")]
[CancelAfter(60_000)]
internal sealed class ReleaseStopTests
{
    private static readonly UpdateStatusView s_installed = new() { Stage = "need-reboot", NewVersion = "2.0" };
    private static readonly UpdateStatusView s_back = new()
    {
        RunningVersion = "1.0",
        WentBack = new WentBackView("2.0", 1_795_316_400, "not healthy in time"),
    };

    private FailedReleases _notes = null!;
    private FakeRebootMachine _machine = null!;

    [SetUp]
    public void Begin()
    {
        ManualTime time = new(DateTimeOffset.UnixEpoch);
        _notes = new FailedReleases(new LocalKvClient(new MemoryKeyStore(time), time));
        _machine = new FakeRebootMachine();
    }

    [Test]
    public async Task The_others_do_not_restart_into_it_before_it_is_allowed(CancellationToken stop)
    {
        Assert.That((await Quorum("m2", s_installed).LookAsync(true, stop)).Breaks, Is.Empty);
        await Gate("m1", s_back).LookAsync(stop);
        RebootPermission denied = await Quorum("m2", s_installed).LookAsync(true, stop);
        Assert.That(denied.IsUnavoidable, Is.False);
        Assert.That(denied.Breaks, Is.EqualTo(
            "2.0 went back on m1 at 2026-11-22 03:00:00 UTC (not healthy in time); publish a newer one, or corenode "
            + "lock allow 2.0 --group g"));
        await _notes.AllowAsync("g", "2.0", stop);
        Assert.That((await Quorum("m2", s_installed).LookAsync(true, stop)).Breaks, Is.Empty);
    }

    [Test]
    public async Task A_newer_release_and_a_restart_without_one_go_on(CancellationToken stop)
    {
        await Gate("m1", s_back).LookAsync(stop);
        UpdateStatusView[] others =
            [s_installed with { NewVersion = "2.1" }, s_installed with { Stage = "downloading" }, s_back];
        foreach (UpdateStatusView view in others)
            Assert.That((await Quorum("m2", view).LookAsync(true, stop)).Breaks, Is.Empty, view.Stage);
        Assert.That(
            (await Quorum("m1", s_installed).LookAsync(true, stop)).Breaks, Is.Empty,
            "there a person has asked for it once more");
    }

    [Test]
    public async Task It_is_noted_before_the_machine_counts_as_healthy(
        [Values(RebootVerdict.Waiting, RebootVerdict.Unhealthy)] RebootVerdict verdict)
    {
        _machine.Verdict = verdict;
        Assert.That((await Gate("m1", s_back).LookAsync(CancellationToken.None)).Verdict, Is.EqualTo(verdict));
        Assert.That(await _notes.ListAsync("g", CancellationToken.None), Is.Empty);
        _machine.Verdict = RebootVerdict.Healthy;
        GateLook healthy = await Gate("m1", s_back).LookAsync(CancellationToken.None);
        Assert.That(healthy.Verdict, Is.EqualTo(RebootVerdict.Healthy));
        Assert.That(await _notes.ListAsync("g", CancellationToken.None), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task What_else_would_break_is_said_too(CancellationToken stop)
    {
        _machine.Permission = new RebootPermission("the store would lose its quorum", false);
        RebootPermission denied = await Quorum("m2", s_installed).LookAsync(true, stop);
        Assert.That(denied, Is.EqualTo(_machine.Permission));
    }

    private IQuorum Quorum(string id, UpdateStatusView view) => Stop(id, view);

    private IGate Gate(string id, UpdateStatusView view) => Stop(id, view);

    private ReleaseStop Stop(string id, UpdateStatusView view) => new(_notes, () => view, "g", id, _machine, _machine);
}
