using CoreNode.Systemd;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Systemd;

/// <summary>Units of the machine itself on a real systemd, ordered as provisioning does.</summary>
[TestFixture, Category("EndToEnd"), Category("Native"), CancelAfter(120_000)]
[Parallelizable(ParallelScope.Self)]
internal sealed class SystemUnitsTests
{
    private const string Folder = "/run/systemd/system";

    private SystemdMachine _machine = null!;
    private SystemUnits _units = null!;

    [OneTimeSetUp]
    public async Task BootAsync()
    {
        _machine = new SystemdMachine();
        await _machine.BootAsync();
        _units = new SystemUnits(_machine.Options);
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        _units?.Dispose();
        await _machine.DisposeAsync();
    }

    [Test]
    public async Task A_unit_is_started_restarted_and_stopped_and_its_state_is_told(CancellationToken cancellation)
    {
        await WriteAsync("a.service", "ExecStart=/bin/sleep infinity", cancellation);
        Assert.That(await _units.FindStateAsync("a.service", cancellation), Is.EqualTo("inactive"));
        await _units.RunAsync("start", "a.service", waits: true, cancellation);
        Assert.That(await _units.FindStateAsync("a.service", cancellation), Is.EqualTo("active"));
        string before = await SayAsync("systemctl show -P MainPID a.service");
        await _units.RunAsync("start", "a.service", waits: true, cancellation);
        Assert.That(await SayAsync("systemctl show -P MainPID a.service"), Is.EqualTo(before), "it runs already");
        await _units.RunAsync("reload-or-restart", "a.service", waits: true, cancellation);
        Assert.That(await SayAsync("systemctl show -P MainPID a.service"), Is.Not.EqualTo(before));
        await _units.RunAsync("stop", "a.service", waits: true, cancellation);
        await _units.RunAsync("try-restart", "a.service", waits: true, cancellation);
        Assert.That(await _units.FindStateAsync("a.service", cancellation), Is.EqualTo("inactive"));
        Assert.That(await _units.FindStateAsync("unheard-of.service", cancellation), Is.EqualTo("inactive"));
    }

    [Test]
    public async Task What_cannot_be_started_says_why(CancellationToken cancellation)
    {
        await WriteAsync("broken.service", "Type=oneshot\nExecStart=/bin/false", cancellation);
        IOException? fault = await Assert.ThrowsAsync<IOException>(
            () => _units.RunAsync("start", "broken.service", waits: true, cancellation));
        Assert.That(
            fault!.Message,
            Is.EqualTo("start broken.service: systemd says failed; see `journalctl -u broken.service`"));
        fault = await Assert.ThrowsAsync<IOException>(
            () => _units.RunAsync("start", "unheard-of.service", waits: true, cancellation));
        Assert.That(fault!.Message, Does.StartWith("start unheard-of.service: ").And.Contain("not found"));
    }

    [Test]
    public async Task An_order_that_is_not_waited_for_stands(CancellationToken cancellation)
    {
        await WriteAsync("slow.service", "Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sleep 2", cancellation);
        await _units.RunAsync("start", "slow.service", waits: false, cancellation);
        // systemd has queued it; it may not have begun.
        Assert.That(
            await _units.FindStateAsync("slow.service", cancellation), Is.EqualTo("activating").Or.EqualTo("inactive"));
        while (await _units.FindStateAsync("slow.service", cancellation) != "active")
            await Task.Delay(50, cancellation);
    }

    [Test]
    public async Task A_program_runs_in_the_machines_environment_again_and_again(CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(_machine.Outside("/etc/environment"), "GREETING=hello\n", cancellation);
        string script = _machine.Outside("/run/say");
        await File.WriteAllTextAsync(script, "#!/bin/sh\necho \"$GREETING $(pwd)\" >>/run/said\n", cancellation);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        for (int i = 0; i < 2; i++)
            await _units.RunProgramAsync("script.service", "A script", "/run/say", waits: true, cancellation);
        Assert.That(await SayAsync("cat /run/said"), Is.EqualTo("hello /\nhello /\n"));

        await File.WriteAllTextAsync(script, "#!/bin/sh\nexit 3\n", cancellation);
        IOException? fault = await Assert.ThrowsAsync<IOException>(
            () => _units.RunProgramAsync("script.service", "A script", "/run/say", waits: true, cancellation));
        Assert.That(fault!.Message, Does.Contain("systemd says failed"));
        Assert.That(await SayAsync("journalctl --no-pager -o cat -u script.service"), Does.Contain("status=3"));
    }

    private async Task WriteAsync(string unit, string service, CancellationToken cancellation)
    {
        Directory.CreateDirectory(_machine.Outside(Folder));
        await File.WriteAllTextAsync(_machine.Outside($"{Folder}/{unit}"), $"[Service]\n{service}\n", cancellation);
        await _units.ReloadAsync(cancellation);
    }

    private async Task<string> SayAsync(string line)
    {
        ProgramResult result = await _machine.Container.RunAsync("/bin/sh", "-c", line);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        return result.Output;
    }
}
