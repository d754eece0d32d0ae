using CoreNode.Hosting.Reboots;
using CoreNode.Systemd.Updates;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Foundation;
using CoreNode.Tests.Systemd.Updates;
using CoreNode.Tests.Updates.Desk;
using Microsoft.Extensions.Logging;

namespace CoreNode.Tests.Hosting.Reboots;

/// <summary>An update engine of others, whose message bus comes after the node.</summary>
[TestFixture, Category("Conformance"), CancelAfter(120_000)]
internal sealed class ForeignEngineTests
{
    [Test]
    public async Task A_bus_and_an_engine_that_come_late_are_listened_to_once_the_node_may_restart_the_machine()
    {
        using TestFolder folder = new();
        using RecordedLog log = new();
        FakeDesk desk = new();
        desk.Change(static view => view with { Status = "UPDATE_STATUS_UPDATED_NEED_REBOOT", NewVersion = "2.0" });
        string socket = folder.File("bus");
        bool mayRestart = false;
        using ForeignEngine foreign = new(socket, () => mayRestart);
        Assert.That(foreign.Waiting, Is.Empty);
        using MessageBus bus = new() { Socket = socket };
        await bus.StartAsync();
        using UpdateBus engine = new(desk, bus.Address, log.CreateLogger<UpdateBus>(), TimeProvider.System);
        engine.Start();
        Assert.That(await engine.Claimed, Is.True, () => string.Join('\n', log.Lines));
        Assert.That(foreign.Waiting, Is.Empty, "it may not");
        mayRestart = true;
        await FakeDesk.UntilAsync(
            () => foreign.Waiting == "the machine's update engine has installed 2.0", "it is not seen");
    }
}
