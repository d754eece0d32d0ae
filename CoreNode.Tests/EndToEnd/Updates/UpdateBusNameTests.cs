using CoreNode.Systemd;
using CoreNode.Systemd.Updates;
using CoreNode.Tests.EndToEnd.Units.Systemd;
using CoreNode.Tests.Foundation;
using CoreNode.Tests.Updates.Desk;
using Microsoft.Extensions.Logging;

namespace CoreNode.Tests.EndToEnd.Updates;

/// <summary>
/// com.coreos.update1 on the system bus of a machine with systemd, with packaging's policy where an administrator would
/// put it, asked by systemd's busctl as root and as others.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native"), CancelAfter(300_000)]
[Parallelizable(ParallelScope.Self)]
internal sealed class UpdateBusNameTests
{
    private const string Name = "com.coreos.update1";
    private const string Idle = "xdssx 0 0 \"UPDATE_STATUS_IDLE\" \"0.0.0\" 0\n";
    private const string Stranger = "65534";

    private UpdatedContainer _machine = null!;

    [SetUp]
    public async Task SetUp()
    {
        _machine = await UpdatedContainer.StartAsync();
        await UntilServedAsync();
    }

    [TearDown]
    public async Task TearDown()
    {
        if (_machine is not null)
            await _machine.DisposeAsync();
    }

    [Test]
    public async Task Root_and_core_may_call_and_nobody_else()
    {
        string[] owner = (await _machine.RunAsync("busctl", "list", "--acquired", "--no-legend"))
            .Split('\n').Single(static line => line.StartsWith(Name + " ", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(owner[2..], Does.Contain("corenode").And.Contain("root").And.Contain(SystemdNode.Service));
        Assert.That((await AskAsync("0", "GetStatus")).Output, Is.EqualTo(Idle));
        Assert.That((await AskAsync("core", "GetStatus")).Output, Is.EqualTo(Idle));
        foreach (string method in (string[])["GetStatus", "AttemptUpdate", "ResetStatus"])
        {
            ProgramResult refused = await AskAsync(Stranger, method);
            Assert.That(refused.ExitCode, Is.Not.Zero, method);
            Assert.That(refused.Error, Does.Contain("denied").IgnoreCase.Or.Contain("not allowed").IgnoreCase);
        }

        string[] introspect = ["busctl", "introspect", "--no-pager", Name, "/com/coreos/update1"];
        Assert.That((await _machine.RunAsAsync("0", introspect)).Output, Does.Contain(".AttemptUpdate"));
        Assert.That((await _machine.RunAsAsync("core", introspect)).ExitCode, Is.Not.Zero, "only the three methods");
        Assert.That(_machine.Server.Events, Is.Empty, "nothing was begun");
    }

    [Test]
    public async Task Core_updates_the_machine_each_step_is_a_signal_and_the_older_tool_sees_the_end()
    {
        using RunningProgram monitor = RunningProgram.Start(
            "nsenter",
            ["-t", $"{_machine.Container.First}", "-a", "--", "busctl", "--json=short", "monitor", Name]);
        await FakeDesk.UntilAsync(
            () => (monitor.StandardOutput + monitor.StandardError).Contains("Monitoring", StringComparison.Ordinal),
            "the monitor does not begin");
        ProgramResult attempt = await AskAsync("core", "AttemptUpdate");
        Assert.That(attempt.ExitCode, Is.Zero, attempt.Error);
        await _machine.UntilAsync(static now => now.GetProperty("stage").GetString() == "need-reboot");
        await FakeDesk.UntilAsync(
            () => monitor.StandardOutput.Contains("UPDATE_STATUS_UPDATED_NEED_REBOOT", StringComparison.Ordinal),
            "the end is not told");
        string[] signals = [.. monitor.StandardOutput.Split('\n').Where(static line =>
            line.Contains("\"StatusUpdate\"", StringComparison.Ordinal))];
        Assert.That(signals, Has.All.Contains("\"/com/coreos/update1\"").And.All.Contains("\"xdssx\""));
        string[] steps = ["CHECKING_FOR_UPDATE", "UPDATE_AVAILABLE", "DOWNLOADING", "VERIFYING", "FINALIZING"];
        foreach (string step in steps)
            Assert.That(signals, Has.Some.Contains($"\"UPDATE_STATUS_{step}\""));

        const string older = "/opt/update_engine_client";
        File.CreateSymbolicLink(_machine.Container.Inside(older[1..]), SystemdContainer.Binary);
        Assert.That(await _machine.RunAsync(older, "-status"), Does.Match(
            "^LAST_CHECKED_TIME=[1-9][0-9]+\nPROGRESS=1.000000\nCURRENT_OP=UPDATE_STATUS_UPDATED_NEED_REBOOT\n"
            + "NEW_VERSION=2.0\nNEW_SIZE=[1-9][0-9]+\n$"));
        Assert.That((await AskAsync("core", "ResetStatus")).ExitCode, Is.Zero);
        await _machine.UntilAsync(static now => now.GetProperty("stage").GetString() == "idle");
        Assert.That(await _machine.RunAsync(older, "-status"), Does.Contain("CURRENT_OP=UPDATE_STATUS_IDLE\n"));
    }

    [Test]
    public async Task A_bus_that_is_started_anew_is_served_again()
    {
        string before = (await _machine.RunAsync("systemctl", "show", "-P", "MainPID", SystemdNode.Service)).Trim();
        for (int restart = 0; restart < 2; restart++)
        {
            await _machine.RunAsync("systemctl", "restart", "dbus.service");
            await UntilServedAsync();
        }

        Assert.That(
            (await _machine.RunAsync("systemctl", "show", "-P", "MainPID", SystemdNode.Service)).Trim(),
            Is.EqualTo(before), "the node went on");
        Assert.That((await AskAsync("core", "GetStatus")).Output, Is.EqualTo(Idle));
    }

    [Test]
    public async Task The_name_of_another_engine_is_left_to_it_until_the_node_starts_anew()
    {
        await _machine.RunAsync("systemctl", "stop", SystemdNode.Service);
        using RecordedLog log = new();
        FakeDesk desk = new();
        BusAddress address = new(_machine.Container.BusAddress, IsBus: true);
        using (UpdateBus other = new(desk, address, log.CreateLogger<UpdateBus>(), TimeProvider.System))
        {
            other.Start();
            Assert.That(await other.Claimed, Is.True, () => string.Join('\n', log.Lines));
            desk.Change(static view => view with { Status = "UPDATE_STATUS_VERIFYING" });
            await _machine.RunAsync("systemctl", "start", SystemdNode.Service);
            await UntilLoggedAsync("another update engine has it");
            Assert.That((await AskAsync("core", "GetStatus")).Output, Does.Contain("UPDATE_STATUS_VERIFYING"));
        }

        // The one that has gone may come back at any time.
        await _machine.UntilAsync(async () => (await AskAsync("0", "GetStatus")).ExitCode != 0, "it is gone");
        await _machine.UntilAsync(static now => now.GetProperty("runningVersion").GetString() == "1.0");
        Assert.That((await AskAsync("0", "GetStatus")).ExitCode, Is.Not.Zero, "nobody has the name");
        await _machine.RunAsync("systemctl", "restart", SystemdNode.Service);
        await UntilServedAsync();
    }

    [Test]
    public async Task The_name_of_an_engine_that_is_installed_to_be_started_is_left_to_it()
    {
        Directory.CreateDirectory(_machine.Container.Inside("opt/services"));
        await File.WriteAllTextAsync(
            _machine.Container.Inside($"opt/services/{Name}.service"),
            $"[D-BUS Service]\nName={Name}\nExec=/bin/false\nUser=root\n");
        await File.WriteAllTextAsync(
            _machine.Container.Inside("etc/dbus-1/system.d/other.conf"), """
            <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
             "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
            <busconfig><servicedir>/opt/services</servicedir></busconfig>

            """);
        await _machine.RunAsync("systemctl", "reload", "dbus.service");
        await _machine.RunAsync("systemctl", "restart", SystemdNode.Service);
        await UntilLoggedAsync("another update engine is installed for it");
        string names = await _machine.RunAsync("busctl", "list", "--acquired", "--no-legend");
        Assert.That(names, Does.Not.Contain(Name + " "));
        await _machine.UntilAsync(static now => now.GetProperty("runningVersion").GetString() == "1.0");
    }

    private Task<ProgramResult> AskAsync(string user, string method) =>
        _machine.RunAsAsync(user, [.. UpdatedContainer.Call, method]);

    private Task UntilServedAsync() => _machine.UntilAsync(
        async () => (await AskAsync("0", "GetStatus")).Output == Idle, "the name is served");

    private Task UntilLoggedAsync(string words) => _machine.UntilAsync(
        async () => (await _machine.Container.JournalAsync(SystemdNode.Service)).Contains(
            words, StringComparison.Ordinal),
        words);
}
