using CoreNode.Systemd.Updates;
using CoreNode.Tests.Foundation;
using CoreNode.Tests.Updates.Desk;
using Microsoft.Extensions.Logging;

namespace CoreNode.Tests.Systemd.Updates;

/// <summary>Another update engine on a message bus of the test's own, and who looks whether it waits.</summary>
[TestFixture, Category("Conformance"), CancelAfter(120_000)]
internal sealed class EngineWatchTests
{
    private const string NeedsReboot = "UPDATE_STATUS_UPDATED_NEED_REBOOT";
    private const string Waiting = "the machine's update engine has installed 2.0";

    private readonly FakeDesk _desk = new();
    private RecordedLog _log = null!;
    private MessageBus _bus = null!;

    [SetUp]
    public async Task SetUp()
    {
        (_log, _bus) = (new RecordedLog(), new MessageBus());
        await _bus.StartAsync();
        _desk.Change(static view => view with { Status = NeedsReboot, NewVersion = "2.0" });
    }

    [TearDown]
    public void TearDown()
    {
        _bus.Dispose();
        _log.Dispose();
    }

    [Test]
    public async Task An_engine_that_waits_already_is_asked_and_then_listened_to()
    {
        using UpdateBus engine = await ServeAsync();
        using EngineWatch watch = new(_bus.Address);
        Assert.That(watch.Waiting, Is.Empty);
        watch.Start();
        await UntilAsync(watch, Waiting);
        _desk.Change(static view => view with { Status = "UPDATE_STATUS_IDLE" });
        await UntilAsync(watch, "");
        _desk.Change(static view => view with { Status = NeedsReboot });
        await UntilAsync(watch, Waiting);
        Assert.That(_desk.Orders, Is.Empty);
    }

    [Test]
    public async Task An_engine_that_comes_later_is_asked_too_and_what_it_waited_with_stays_when_it_goes()
    {
        using EngineWatch watch = new(_bus.Address);
        watch.Start();
        await FakeDesk.UntilAsync(() => watch.IsListening, "it does not listen");
        using (await ServeAsync())
            await UntilAsync(watch, Waiting);
        Assert.That(await _bus.HasNameAsync(), Is.False);
        Assert.That(watch.Waiting, Is.EqualTo(Waiting));
        _desk.Change(static view => view with { Status = "UPDATE_STATUS_IDLE" });
        using UpdateBus again = await ServeAsync();
        await UntilAsync(watch, "");
    }

    private static Task UntilAsync(EngineWatch watch, string waiting) => FakeDesk.UntilAsync(
        () => watch.Waiting == waiting, $"it does not wait with: {waiting}");

    private async Task<UpdateBus> ServeAsync()
    {
        UpdateBus engine = new(_desk, _bus.Address, _log.CreateLogger<UpdateBus>(), TimeProvider.System);
        engine.Start();
        Assert.That(await engine.Claimed, Is.True, () => string.Join('\n', _log.Lines));
        return engine;
    }
}
