using CoreNode.Tests.EndToEnd.Vm;
using NUnit.Framework.Interfaces;

#pragma warning disable CS0618 // what NUnit has in its place (DependsOnTest) refuses fixtures that run beside others

namespace CoreNode.Tests.EndToEnd.Image;

/// <summary>
/// The whole image takes an update from a server in the network, through power cuts at the worst moments and damage of
/// its disk. One machine goes through all of it, since each start of one takes half a minute at least.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native"), Parallelizable(ParallelScope.Self)]
internal sealed class ImageUpdateTests
{
    // What a kernel says that another one has started; GRUB is 114.
    private const string Kexec = "208";

    private const string Next = "900.1.0";
    private const string AfterNext = "900.2.0";
    private const int TableBytes = 33 * 512;
    private const string SlotA = "USR-A (3)";
    private const string SlotB = "USR-B (4)";

    private TestFolder _folder = null!;
    private BuiltImage _image = null!;
    private ImageGuest _guest = null!;
    private bool _hasFailed;

    [OneTimeSetUp]
    public async Task MakeAsync()
    {
        _ = TestPrograms.Qemu();
        _image = BuiltImage.Find();
        _folder = new TestFolder();
        _guest = await ImageGuest.MakeAsync(_folder, _image);
        await _guest.OfferAsync(await ImageRelease.RepackAsync(_folder, _image, Next));
    }

    [OneTimeTearDown]
    public async Task RemoveAsync()
    {
        if (_guest is not null)
            await _guest.DisposeAsync();
        _folder?.Dispose();
    }

    // Each goes on where the one before ended.
    [SetUp]
    public void HasComeSoFar()
    {
        if (_hasFailed)
            Assert.Inconclusive("what comes before this has failed");
    }

    [TearDown]
    public void HasFailed() => _hasFailed = TestContext.CurrentContext.Result.Outcome.Status != TestStatus.Passed;

    [Test, Order(1)]
    public async Task Power_may_go_during_the_download_and_the_backup_table_with_it()
    {
        _guest.Start();
        Assert.That(await _guest.ServesAsync(), Is.EqualTo(SlotA));
        await _guest.RunAsync("corenode kv set /kept by-the-store; echo by-the-disk >/var/kept; sync");
        await _guest.BeginAsync("corenode update now </dev/null >/dev/null 2>&1");
        await _guest.CutPowerWhenAsync(
            () => _guest.IsWritten(ImageGuest.SlotB + (96L << 20)), "a third of slot B is written");
        Assert.That(_guest.BitsB(), Is.EqualTo("0/0/0"), "a slot that is written is not started");
        TinyDisk.Wipe(_guest.Disk, -TableBytes, TableBytes);
    }

    [Test, Order(2)]
    public async Task Power_may_go_while_the_table_is_written()
    {
        _guest.Start();
        Assert.That(await _guest.ServesAsync(), Is.EqualTo(SlotA));
        Assert.That(await AccountAsync(), Does.Contain("mended: the backup table is missing"));
        await _guest.BeginAsync("corenode update now </dev/null >/dev/null 2>&1");
        await _guest.CutPowerWhenAsync(() => _guest.RawB().Backup != 0, "the backup table says that B is next");
        (ulong primary, ulong backup) = _guest.RawB();
        Assert.That(backup, Is.Not.Zero);
        await _guest.SayAsync($"the primary table says {primary:x}, the backup {backup:x}");
    }

    [Test, Order(3)]
    public async Task Power_may_go_during_the_first_start_and_the_primary_table_with_it()
    {
        // The primary table counts: what it did not say yet has not happened, and is done now.
        bool isNext = _guest.BitsB() != "0/0/0";
        _guest.Start();
        if (!isNext)
        {
            Assert.That(await _guest.ServesAsync(), Is.EqualTo(SlotA));
            // It may be at it by itself already: what was written and not announced is gone on with.
            await _guest.UpdateAsync();
            await _guest.UntilBitsBAsync("2/1/0");
            await _guest.RestartAsync();
        }

        await _guest.ShellAsync();
        Assert.That(await _guest.RunAsync("sed -n 's/^slot //p' /var/lib/corenode/boot/last"), Is.EqualTo(SlotB));
        Assert.That(_guest.BitsB(), Is.EqualTo("2/0/0"), "its try is spent, and it has not proven itself");
        _guest.CutPower();
        TinyDisk.Wipe(_guest.Disk, 512, TableBytes);
        _guest.Start();
        Assert.That(await _guest.ServesAsync(), Is.EqualTo(SlotA));
        Assert.That(await AccountAsync(), Does.Contain("mended: the primary table is missing"));
        string history = await _guest.RunAsync("corenode update history -o json");
        await _guest.SayAsync(history);
        Assert.That(history, Does.Contain($"{Next} did not stay (it was booted and did not come up)"));
        Assert.That(await _guest.UpdateAsync(), Does.Match(ImageGuest.NotAgain));
        Assert.That(_guest.BitsB(), Is.EqualTo("2/0/0"), "nothing was written");
    }

    [Test, Order(4)]
    public async Task A_newer_version_is_good_once_it_is_healthy_and_has_what_was_kept()
    {
        await _guest.OfferAsync(await ImageRelease.RepackAsync(_folder, _image, AfterNext));
        await _guest.UpdateAsync();
        Assert.That(_guest.BitsB(), Is.EqualTo("2/1/0"));
        await _guest.RestartByKexecAsync();
        await _guest.ShellAsync();
        Assert.That(_guest.BitsB(), Is.EqualTo("2/0/0"), "before the gate has judged it");
        Assert.That(
            await _guest.RunAsync("cat /proc/sys/kernel/bootloader_type"), Is.EqualTo(Kexec), "not by the firmware");
        await _guest.UntilBitsBAsync("2/0/1");
        await _guest.SayAsync("slot B is marked good");
        Assert.That(await _guest.RunAsync("sed -n 's/^slot //p' /var/lib/corenode/boot/last"), Is.EqualTo(SlotB));
        string kept = await _guest.RunAsync("corenode kv get /kept; cat /var/kept");
        Assert.That(kept, Is.EqualTo("by-the-store\nby-the-disk"));
        Assert.That(await _guest.RunAsync(". /usr/lib/os-release; echo $VERSION_ID"), Is.EqualTo(AfterNext));
        Assert.That(await _guest.RunAsync("grep ' /usr ' /proc/mounts"), Does.StartWith("/dev/dm-0 /usr erofs ro"));
        string history = await _guest.RunAsync("corenode update history -o json");
        await _guest.SayAsync(history);
        Assert.That(history, Does.Contain($"{AfterNext} runs and has proven itself"));
        await _guest.PowerOffAsync();
    }

    [Test, Order(5)]
    public async Task It_starts_by_kexec_and_without_its_state()
    {
        TinyDisk.Wipe(_guest.Disk, ImageGuest.State, 4 << 20);
        _guest.Start("corenode.way=kexec");
        Assert.That(await _guest.ServesAsync(), Is.EqualTo(SlotB));
        Assert.That(await AccountAsync("before-kexec"), Does.Contain("way kexec"));
        Assert.That(await AccountAsync(), Does.Contain("way switch-root"));
        Assert.That(await _guest.RunAsync("cat /proc/cmdline"), Does.Contain("corenode.stage=2"));
        Assert.That(await _guest.RunAsync("hostname"), Is.EqualTo("box"), "it is as its user data wants it, again");
        Assert.That(await _guest.RunAsync("cat /var/kept 2>&1"), Does.Contain("No such file"));
        Assert.That(await _guest.RunAsync("corenode kv get /kept 2>&1"), Does.Contain("not found").IgnoreCase);
    }

    private Task<string> AccountAsync(string name = "last") => _guest.RunAsync($"cat /var/lib/corenode/boot/{name}");
}
