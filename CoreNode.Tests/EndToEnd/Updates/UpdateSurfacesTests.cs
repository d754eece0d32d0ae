using System.Text.Json;
using CoreNode.Tests.Systemd.Updates;
using CoreNode.Tests.Updates.Desk;

namespace CoreNode.Tests.EndToEnd.Updates;

/// <summary>What people and other programs do with the updates of a native node: its command line, D-Bus.</summary>
[TestFixture, Category("EndToEnd"), Category("Native"), CancelAfter(300_000)]
internal sealed class UpdateSurfacesTests
{
    private UpdatedMachine _machine = null!;

    [SetUp]
    public async Task SetUp() => _machine = await UpdatedMachine.MakeAsync();

    [TearDown]
    public ValueTask TearDown() => _machine.DisposeAsync();

    [Test]
    public async Task An_update_is_driven_over_D_Bus_and_followed_there()
    {
        Directory.CreateDirectory(Path.Combine(_machine.Root, "run/systemd/system"));
        Directory.CreateDirectory(Path.Combine(_machine.Root, "run/dbus"));
        using MessageBus bus = new() { Socket = Path.Combine(_machine.Root, "run/dbus/system_bus_socket") };
        await bus.StartAsync();
        await _machine.StartAsync();
        await FakeDesk.UntilAsync(
            () => _machine.Node.StandardError.Contains("served on D-Bus", StringComparison.Ordinal),
            "the name is not served");
        await BegunAsync();
        ProgramResult status = await bus.CallAsync("GetStatus");
        Assert.That(status.Output, Is.EqualTo("xdssx 0 0 \"UPDATE_STATUS_IDLE\" \"0.0.0\" 0\n"), status.Error);
        using RunningProgram monitor = await bus.MonitorAsync();
        ProgramResult attempt = await bus.CallAsync("AttemptUpdate");
        Assert.That(attempt.ExitCode, Is.Zero, attempt.Error);
        await FakeDesk.UntilAsync(
            () => monitor.StandardOutput.Contains("UPDATE_STATUS_UPDATED_NEED_REBOOT", StringComparison.Ordinal),
            "the end is not told");
        foreach (string name in (string[])["CHECKING_FOR_UPDATE", "UPDATE_AVAILABLE", "VERIFYING", "FINALIZING"])
            Assert.That(monitor.StandardOutput, Does.Contain($"UPDATE_STATUS_{name}"));
        status = await bus.CallAsync("GetStatus");
        Assert.That(status.Output, Does.Contain(" \"UPDATE_STATUS_UPDATED_NEED_REBOOT\" \"2.0\" "));
        Assert.That((await bus.CallAsync("ResetStatus")).ExitCode, Is.Zero);
        await _machine.UntilStageAsync("idle");
        Assert.That(_machine.Attributes("USR-B").MayStart, Is.False, "the running version stays");
    }

    [Test]
    public async Task The_command_line_shows_each_step_and_takes_it_back()
    {
        await _machine.StartAsync();
        await BegunAsync();
        ProgramResult now = await RunAsync("update", "now");
        Assert.That(now.ExitCode, Is.Zero, now.Error);
        string[] lines = now.Output.Split('\n');
        Assert.That(lines[0], Is.EqualTo("checking: the server is asked for an update"));
        Assert.That(lines[^2], Is.EqualTo("2.0 is installed in slot USR-B and waits for a reboot"));
        Assert.That(now.Error, Is.Empty);
        ProgramResult status = await RunAsync("update", "status");
        Assert.That(status.Output, Does.StartWith("STAGE    need-reboot\nRUNS     1.0 in USR-A\nNEW      2.0 in "));
        Assert.That(status.Output, Does.Contain("\nNEXT     the reboot: `corenode reboot status` says when\n"));
        ProgramResult again = await RunAsync("update", "now");
        Assert.That((again.ExitCode, again.Output), Is.EqualTo((1, "")));
        Assert.That(again.Error, Does.StartWith("update now: "));
        ProgramResult reset = await RunAsync("update", "reset");
        Assert.That(reset.ExitCode, Is.Zero, reset.Error);
        Assert.That(reset.Output, Does.Contain("taken back: the next boot stays on 1.0"));
        ProgramResult history = await RunAsync("update", "history");
        Assert.That(history.Output.Split('\n')[1], Does.Contain("1.0  2.0 107 Cancelled"));
    }

    [Test]
    public async Task A_server_that_is_away_is_a_failure_and_scripts_of_the_older_tool_see_it()
    {
        await _machine.StartAsync();
        await BegunAsync();
        string link = Path.Combine(_machine.Root, "update_engine_client");
        File.CreateSymbolicLink(link, TestPrograms.Corenode());
        ProgramResult shown = await ProgramResult.OfAsync(link, ["-status"], Endpoints());
        Assert.That(shown.Output, Is.EqualTo(
            "LAST_CHECKED_TIME=0\nPROGRESS=0.000000\nCURRENT_OP=UPDATE_STATUS_IDLE\nNEW_VERSION=0.0.0\nNEW_SIZE=0\n"),
            shown.Error);
        ProgramResult done = await ProgramResult.OfAsync(link, ["-update"], Endpoints());
        Assert.That(done.ExitCode, Is.Zero, done.Error);
        Assert.That(done.Output, Does.Contain("CURRENT_OP=UPDATE_STATUS_UPDATED_NEED_REBOOT\nNEW_VERSION=2.0\n"));
        Assert.That((await ProgramResult.OfAsync(link, ["-reset_status"], Endpoints())).ExitCode, Is.Zero);
        await _machine.UntilStageAsync("idle");
        await _machine.Server.DisposeAsync();
        ProgramResult failed = await RunAsync("update", "check");
        Assert.That(failed.ExitCode, Is.EqualTo(1), failed.Output);
        Assert.That(failed.Error, Does.StartWith("the check failed: ").And.Contain("\nnext: "));
        JsonElement status = await _machine.StatusAsync();
        Assert.That(status.GetProperty("lastFailure").ValueKind, Is.EqualTo(JsonValueKind.Object));
    }

    private Dictionary<string, string> Endpoints() => new()
    {
        ["CORENODE_ENDPOINTS"] = $"unix://{_machine.Node.Place.SocketPath}",
    };

    // The node serves before its updates have begun.
    private Task<JsonElement> BegunAsync() => _machine.UntilAsync(
        static now => now.GetProperty("runningVersion").GetString() == "1.0");

    private Task<ProgramResult> RunAsync(params string[] args) =>
        ProgramResult.OfAsync(TestPrograms.Corenode(), args, Endpoints());
}
