using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using CoreNode.Systemd.Updates;
using CoreNode.Systemd;
using CoreNode.Tests.EndToEnd.Units.Systemd;
using CoreNode.Tests.Foundation;
using CoreNode.Tests.Hosting.Reboots;
using CoreNode.Tests.Updates.Desk;
using Microsoft.Extensions.Logging;

namespace CoreNode.Tests.EndToEnd.Reboots;

/// <summary>
/// A machine with a systemd of its own whose updates another engine makes, as CoreOS's own did: the test has
/// com.coreos.update1 on its message bus, and the node restarts the machine for it.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native"), CancelAfter(300_000)]
[Parallelizable(ParallelScope.Self)]
internal sealed partial class ForeignEngineTests
{
    // Of the container's own /: the kernel's id of the boot is the same for all containers.
    private const string Root = "/opt/machine";
    private const string BootId = "opt/machine/proc/sys/kernel/random/boot_id";
    private const string Policy = "com.coreos.update1.conf";
    private const string NeedsReboot = "UPDATE_STATUS_UPDATED_NEED_REBOOT";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly FakeDesk _desk = new();
    private readonly RecordedLog _log = new();
    private SystemdCluster? _cluster;
    private UpdateBus? _engine;

    private SystemdNode Node => _cluster![1];

    [TearDown]
    public async Task TearDown()
    {
        _engine?.Dispose();
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        _log.Dispose();
    }

    [Test]
    public async Task A_signal_of_another_engine_restarts_the_machine_by_logind()
    {
        await StartAsync(isLogind: true, "CORENODE_REBOOT_STRATEGY=reboot");
        await Node.SystemctlAsync("start", "systemd-logind.service");
        await ServeAsync();
        _desk.Change(static view => view with { Status = "UPDATE_STATUS_DOWNLOADING", NewVersion = "9.1" });
        await UntilStatusAsync("\"stage\":\"idle\"");
        _desk.Change(static view => view with { Status = NeedsReboot, NewVersion = "9.1" });
        await GoneAsync();
        Assert.That(_desk.Orders, Is.Empty, "that engine is only listened to");
        await BootAsync();
        await UntilStatusAsync("has restarted: the machine");
        string words = await WordsAsync(beforeBoot: true);
        Assert.That(words, Does.Contain("this machine is restarted by \"logind\""));
        Assert.That(words, Does.Not.Contain("the machine's own command is taken"));
    }

    [Test]
    public async Task An_engine_that_waited_before_the_node_began_is_asked_and_without_logind_systemctl_restarts()
    {
        await StartAsync(isLogind: false, "CORENODE_REBOOT_STRATEGY=etcd-lock");
        await Node.SystemctlAsync("stop", SystemdNode.Service);
        _desk.Change(static view => view with { Status = NeedsReboot, NewVersion = "9.2" });
        await ServeAsync();
        await Node.SystemctlAsync("start", SystemdNode.Service);
        await UntilStatusAsync("nobody has accepted that");
        Assert.That(Node.Container.IsRunning, Is.True, "its only member is not taken away by itself");
        await Node.CorenodeAsync("reboot", "now", "--no-block", "--accept-outage");
        await GoneAsync();
        await BootAsync();
        await UntilStatusAsync("has restarted");
        string words = await WordsAsync(beforeBoot: true);
        Assert.That(words, Does.Contain("the machine's own command is taken"));
        Assert.That(words, Does.Contain("this machine is restarted by \"systemctl reboot\""));
        Stopwatch watch = Stopwatch.StartNew();
        while (!(await Node.CorenodeAsync("lock", "status", "-o", "json")).Contains(
            "\"holders\":[]", StringComparison.Ordinal))
        {
            Assert.That(watch.Elapsed, Is.LessThan(s_patience), "the lock is given back");
        }
    }

    [Test]
    public async Task Who_is_logged_in_is_told_on_the_terminal_and_has_the_delay()
    {
        await StartAsync(isLogind: false, "CORENODE_REBOOT_STRATEGY=reboot", "CORENODE_REBOOT_DELAY=10s");
        // As a unit of the machine's own: what nsenter has put into it is in the way when it goes down.
        string login = Node.Write(
            "login.sh", "exec script -qfc 'echo \"login $$ on $(tty).\"; exec sleep 600' /run/typescript\n");
        await Node.Container.RunAsync("systemd-run", "--unit=login", "/bin/sh", login);
        string typescript = Node.Container.OfRunning("/run/typescript");
        string Shown() => File.Exists(typescript) ? File.ReadAllText(typescript) : "";
        await FakeDesk.UntilAsync(() => Terminal().IsMatch(Shown()), "a terminal");
        GroupCollection found = Terminal().Match(Shown()).Groups;
        await File.WriteAllBytesAsync(
            Node.Container.OfRunning("/run/utmp"),
            LoginBytes.Of(7, int.Parse(found[1].Value, CultureInfo.InvariantCulture), found[2].Value, "carol"));
        await ServeAsync();
        _desk.Change(static view => view with { Status = NeedsReboot, NewVersion = "9.3" });
        await FakeDesk.UntilAsync(
            () => Shown().Contains("This machine restarts in 10 seconds", StringComparison.Ordinal),
            "the terminal is not told");
        Stopwatch left = Stopwatch.StartNew();
        Assert.That(Shown(), Does.Contain("9.3").And.Contain("corenode reboot cancel"));
        await UntilStatusAsync("carol");
        await GoneAsync();
        // Less than the ten seconds: on a busy machine the test sees what they were told later than they.
        Assert.That(left.Elapsed, Is.GreaterThan(TimeSpan.FromSeconds(6)), "their time");
    }

    private async Task StartAsync(bool isLogind, params string[] settings) =>
        _cluster = await SystemdCluster.StartAsync(nodes: 1, prepare: async node =>
        {
            node.Set([$"CORENODE_UPDATE_ROOT={Root}", .. settings]);
            Directory.CreateDirectory(Path.GetDirectoryName(node.Container.Inside(BootId))!);
            File.CreateSymbolicLink(node.Container.Inside($"{Root[1..]}/run"), "/run");
            await File.WriteAllTextAsync(node.Container.Inside(BootId), "boot-1\n");
            Directory.CreateDirectory(node.Container.Inside("etc/dbus-1/system.d"));
            File.Copy(
                Repository.File($"packaging/dbus/{Policy}"), node.Container.Inside($"etc/dbus-1/system.d/{Policy}"));
            Directory.CreateDirectory(node.Container.Inside("var/log/journal"));
            if (isLogind)
                node.Container.AllowLogind();
        });

    // The other engine: the product's own service of that name, with another status.
    private async Task ServeAsync()
    {
        BusAddress address = new(Node.Container.BusAddress, IsBus: true);
        _engine = new UpdateBus(_desk, address, _log.CreateLogger<UpdateBus>(), TimeProvider.System);
        _engine.Start();
        Assert.That(await _engine.Claimed, Is.True, () => string.Join('\n', _log.Lines));
    }

    private async Task GoneAsync()
    {
        int code = await Node.Container.EndAsync(s_patience);
        Assert.That(code, Is.EqualTo(SystemdContainer.RebootAsked), "nspawn's exit code");
        _engine?.Dispose();
    }

    private async Task BootAsync()
    {
        await File.WriteAllTextAsync(Node.Container.Inside(BootId), "boot-2\n");
        await Node.Container.BootAsync();
    }

    private Task UntilStatusAsync(string words) => _cluster!.UntilAsync(
        async () => (await Node.TryCorenodeAsync("reboot", "status", "-o", "json")).Output.Contains(
            words, StringComparison.Ordinal),
        $"the status says: {words}", s_patience);

    [GeneratedRegex("login ([0-9]+) on /dev/([^.]+)\\.")]
    private static partial Regex Terminal();

    private async Task<string> WordsAsync(bool beforeBoot) => (await Node.Container.RunAsync(
        "journalctl", "--no-pager", "-o", "cat", "-u", SystemdNode.Service, "-b", beforeBoot ? "-1" : "0")).Output;
}
