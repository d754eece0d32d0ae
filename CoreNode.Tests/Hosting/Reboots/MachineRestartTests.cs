using CoreNode.Hosting;
using CoreNode.Hosting.Reboots;
using CoreNode.Tests.Foundation;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Hosting.Reboots;

/// <summary>How a machine is restarted, on one that only notes it.</summary>
[TestFixture, Category("Unit"), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class MachineRestartTests
{
    private readonly List<string> _done = [];
    private string _fault = "";
    private bool _hasSystemd = true;
    private bool _hasKernel;
    private bool _hasStage;

    [TestCase(RestartWay.Firmware, true, "logind", "")]
    [TestCase(RestartWay.Auto, false, "logind", "")]
    [TestCase(RestartWay.Auto, true, "systemctl kexec", "straight into the kernel, without the firmware")]
    [TestCase(RestartWay.Kexec, true, "systemctl kexec", "straight into the kernel, without the firmware")]
    [TestCase(RestartWay.Kexec, false, "systemctl kexec", "straight into the kernel, without the firmware")]
    public async Task The_way_is_as_asked_for(RestartWay way, bool hasKernel, string done, string note)
    {
        _hasKernel = hasKernel;
        MachineRestart restart = Restart(way);
        await restart.RestartAsync("", default);
        Assert.That(_done, Is.EqualTo((string[])[done]));
        Assert.That(restart.Note, Is.EqualTo(note));
    }

    [Test]
    public async Task What_cannot_go_straight_into_a_kernel_goes_through_the_firmware_and_says_so()
    {
        using RecordedLog log = new();
        _fault = "systemctl kexec";
        MachineRestart restart = Restart(RestartWay.Kexec, log.CreateLogger("test"));
        await restart.RestartAsync("", default);
        Assert.That(_done, Is.EqualTo((string[])["systemctl kexec", "logind"]));
        const string note = "through the firmware, as there is no way straight into the kernel: "
            + "\"systemctl kexec\" ended with exit code 1";
        Assert.That(restart.Note, Is.EqualTo(note));
        Assert.That(log.Lines, Has.Some.Contains("the machine restarts through its firmware"));
    }

    [TestCase(RestartWay.Firmware, "kexec", "systemctl kexec")]
    [TestCase(RestartWay.Kexec, "firmware", "logind")]
    [TestCase(RestartWay.Kexec, "auto", "logind")]
    public async Task Once_it_may_be_another_way(RestartWay way, string by, string done)
    {
        await Restart(way).RestartAsync(by, default);
        Assert.That(_done, Is.EqualTo((string[])[done]));
    }

    [TestCase(RestartWay.Auto)]
    [TestCase(RestartWay.Kexec)]
    public async Task The_boot_stage_is_loaded_where_no_other_kernel_is(RestartWay way)
    {
        _hasStage = true;
        await Restart(way).RestartAsync("", default);
        Assert.That(_done, Is.EqualTo((string[])["load", "systemctl kexec"]));
        _done.Clear();
        _hasKernel = true;
        await Restart(way).RestartAsync("", default);
        Assert.That(_done, Is.EqualTo((string[])["systemctl kexec"]));
        _done.Clear();
        (_hasKernel, _fault) = (false, "load");
        MachineRestart restart = Restart(way);
        await restart.RestartAsync("", default);
        Assert.That(_done, Is.EqualTo((string[])["load", "logind"]));
        Assert.That(restart.Note, Does.Contain("\"load\" ended with exit code 1"));
    }

    [Test]
    public async Task A_machine_that_did_not_go_down_is_asked_again_by_the_other_way()
    {
        MachineRestart restart = Restart(RestartWay.Kexec);
        await restart.RestartAsync("", default);
        await restart.RestartAsync("", default);
        Assert.That(_done, Is.EqualTo((string[])["systemctl kexec", "logind"]));
        Assert.That(restart.Note, Does.EndWith(": the machine did not go down"));
    }

    [Test]
    public async Task A_command_comes_before_all()
    {
        _hasSystemd = false;
        MachineRestart restart = Restart(RestartWay.Firmware, null, "true");
        await restart.RestartAsync("", default);
        Assert.That(_done, Is.Empty);
        await restart.RestartAsync("kexec", default);
        Assert.That(_done, Is.Empty);
        Assert.That(restart.Note, Does.StartWith("by --reboot-command"));
        MachineRestart failing = Restart(RestartWay.Firmware, null, "false");
        Assert.That(() => failing.RestartAsync("", default), Throws.TypeOf<IOException>());
    }

    private MachineRestart Restart(RestartWay way, ILogger? logger = null, params string[] command)
    {
        RestartTools tools = new()
        {
            HasSystemd = () => _hasSystemd,
            HasKernel = () => _hasKernel,
            HasStage = () => _hasStage,
            LoadStage = () => DoAsync("load").GetAwaiter().GetResult(),
            AskLogind = _ => DoAsync("logind"),
            RunAsync = (words, _) => DoAsync(string.Join(' ', words)),
        };
        return new MachineRestart(
            new UpdateOptions { IsOn = true, RebootCommand = command }, way, tools,
            logger ?? NullLogger.Instance);
    }

    private Task DoAsync(string what)
    {
        _done.Add(what);
        return _fault == what
            ? Task.FromException(new IOException($"\"{what}\" ended with exit code 1"))
            : Task.CompletedTask;
    }
}
