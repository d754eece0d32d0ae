using CoreNode.Tests.EndToEnd.Vm;

#pragma warning disable CS0618 // what NUnit has in its place (DependsOnTest) refuses fixtures that run beside others

namespace CoreNode.Tests.EndToEnd.Image;

/// <summary>
/// Versions that are no good: each ends back in the version before, which says why and does not take it again. One
/// machine goes from one to the next, as long as nothing fails.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native"), Parallelizable(ParallelScope.Self)]
internal sealed class ImageHealTests
{
    private const string Marker = "a program of somebody";

    // For the version without a node the machine waits a quarter of an hour otherwise.
    private const string Quick = """
          - path: /etc/systemd/system/corenode-trial.timer.d/quick.conf
            content: |
              [Timer]
              OnBootSec=
              OnBootSec=20s
          - path: /etc/systemd/system/corenode-trial.service.d/quick.conf
            content: |
              [Service]
              Environment=TRIAL_SECONDS=10
        """;

    private BuiltImage _image = null!;
    private TestFolder? _folder;
    private ImageGuest? _guest;

    [SetUp]
    public async Task BeginAsync()
    {
        if (_guest is not null)
            return;
        _ = TestPrograms.Qemu();
        _image = BuiltImage.Find();
        _folder = new TestFolder();
        _guest = await ImageGuest.MakeAsync(_folder, _image, Quick);
        // It keeps what a kernel says before it stops.
        _guest.Firmware = "uefi";
        _guest.Start();
        await _guest.ServesAsync();
    }

    // After a failure nobody knows how the machine is.
    [TearDown]
    public Task EndAsync() =>
        TestContext.CurrentContext.Result.FailCount > 0 ? RemoveAsync() : Task.CompletedTask;

    [OneTimeTearDown]
    public async Task RemoveAsync()
    {
        if (_guest is not null)
            await _guest.DisposeAsync();
        _folder?.Dispose();
        (_guest, _folder) = (null, null);
    }

    [Test, Order(1)]
    public async Task One_that_panics()
    {
        ImageRelease bad = await ProgramAsync("901.0.0", "return 1;");
        await TryAsync(bad);
        await _guest!.RestartAsync();
        await IsBackAsync(
            bad, "it did not come up: its kernel stopped: Attempted to kill init! exitcode=0x00000100");
        Assert.That(_guest.Console, Does.Contain("Kernel panic"));
        Assert.That(
            await _guest.RunAsync("cd /var/lib/corenode/boot && stat -c %a panic && cat panic"),
            Does.StartWith("600").And.Contain("Kernel panic - not syncing: Attempted to kill init!"));
        Assert.That(await _guest.RunAsync("ls /sys/fs/pstore"), Is.Empty, "there is room for the next");
    }

    [Test, Order(2)]
    public async Task One_whose_user_space_hangs()
    {
        ImageRelease bad = await ProgramAsync("902.0.0", "for (;;) pause();");
        await TryAsync(bad);
        await _guest!.RestartAsync();
        await IsBackAsync(bad, "it did not come up: its kernel stopped: Software Watchdog Timer expired");
        Assert.That(_guest.Console, Does.Contain("softdog: Initiating panic"));
    }

    [Test, Order(3)]
    public async Task One_whose_blocks_are_damaged()
    {
        ImageRelease bad = await ProgramAsync("903.0.0", "return 1;");
        await TryAsync(bad);
        _guest!.CutPower();
        long at = File.ReadAllBytes(bad.Usr).AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(Marker));
        Assert.That(at, Is.Positive);
        TinyDisk.Wipe(_guest.Disk, ImageGuest.SlotB + at, 4);
        // Either firmware starts the same disk, and this one is faster.
        _guest.Firmware = "bios";
        _guest.Start();
        await IsBackAsync(bad, "/usr/lib/systemd/systemd cannot be read: its blocks are damaged");
        Assert.That(_guest.Console, Does.Not.Contain("Kernel panic"), "it was not started");
    }

    [Test, Order(4)]
    public async Task One_whose_node_never_comes_up()
    {
        ImageRelease bad = await ImageRelease.RepackAsync(_folder!, _image, "904.0.0", static usr =>
        {
            string unit = Path.Combine(usr, "lib/systemd/system/corenode.service");
            string text = File.ReadAllText(unit);
            Assert.That(text, Does.Contain("ExecStart=/usr/bin/corenode node"));
            File.WriteAllText(unit, text.Replace("/usr/bin/corenode node", "/usr/bin/false", StringComparison.Ordinal));
        });
        await TryAsync(bad);
        await _guest!.RestartAsync();
        await _guest.SaysAsync($"USR-B (4) version {bad.Version}: its node did not come up");
        await IsBackAsync(bad, "its node did not come up");
    }

    private Task<ImageRelease> ProgramAsync(string version, string body) => ImageRelease.OfProgramAsync(
        _folder!, _image, version, $$"""
            #include <stdio.h>
            #include <unistd.h>
            int main(void) { puts("{{Marker}}"); fflush(stdout); {{body}} }
            """);

    private async Task TryAsync(ImageRelease bad)
    {
        await _guest!.OfferAsync(bad);
        await _guest.UpdateAsync();
        Assert.That(_guest.BitsB(), Is.EqualTo("2/1/0"));
    }

    private async Task IsBackAsync(ImageRelease bad, string reason)
    {
        Assert.That(await _guest!.ServesAsync(), Is.EqualTo("USR-A (3)"));
        Assert.That(_guest.BitsB(), Is.EqualTo("2/0/0"));
        string history = await _guest.RunAsync("corenode update history -o json");
        await _guest.SayAsync(history);
        Assert.That(history, Does.Contain($"{bad.Version} did not stay").And.Contain(reason));
        Assert.That(await _guest.UpdateAsync(), Does.Match(ImageGuest.NotAgain));
        Assert.That(_guest.BitsB(), Is.EqualTo("2/0/0"), "nothing was written");
    }
}
