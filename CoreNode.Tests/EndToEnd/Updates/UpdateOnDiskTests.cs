using System.Globalization;
using System.Text.Json;

namespace CoreNode.Tests.EndToEnd.Updates;

/// <summary>
/// A whole update of a disk of the kernel, whose partitions have nodes of their own, by the native node. Needs root and
/// loop devices.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native"), CancelAfter(300_000)]
internal sealed class UpdateOnDiskTests
{
    private const int HeldBytes = UpdatedMachine.ImageBytes / 2;
    private const string Marker = "run/update_engine_autoupdate_completed";

    [Test]
    public async Task A_disk_writes_what_changes_and_hardly_more_and_boots_what_it_got()
    {
        await using UpdatedMachine machine = await UpdatedMachine.MakeAsync();
        LoopDisk disk = await machine.AttachAsync(HeldBytes);
        // As the mounted root of the version that runs: the disk is never closed, so nothing leaves its cache.
        await using FileStream mounted = File.OpenRead(disk.Partition(3));
        long before = disk.WrittenBytes();
        await machine.StartAsync();
        await machine.NowAsync();
        JsonElement status = await machine.UntilStageAsync("need-reboot");
        long written = disk.WrittenBytes() - before;
        Assert.That(status.GetProperty("newSlot").GetString(), Is.EqualTo("USR-B"));
        Assert.That(machine.Attributes("USR-B").ToString(), Is.EqualTo("2/1/0"));
        Assert.That(File.Exists(Path.Combine(machine.Root, Marker)), Is.True, "who restarts machines looks there");
        machine.AssertBootable();
        double share = 100.0 * written / (UpdatedMachine.ImageBytes - HeldBytes);
        TestContext.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"the disk counted {written} bytes, {share:0.0} % of what changed"));
        Assert.That(share, Is.InRange(100, 105));

        Assert.That(await machine.RestartMachineAsync(), Is.EqualTo("USR-B"));
        await machine.UntilAsync(static now => now.GetProperty("stage").GetString() == "idle"
            && now.GetProperty("runningVersion").GetString() == "2.0");
        Assert.That(machine.Attributes("USR-B").ToString(), Is.EqualTo("2/0/1"));
        Assert.That(machine.Attributes("USR-A").IsSuccessful, Is.True);
    }

    [Test]
    public async Task Killed_in_the_middle_it_goes_on_and_the_disk_is_whole()
    {
        await using UpdatedMachine machine = await UpdatedMachine.MakeAsync();
        LoopDisk disk = await machine.AttachAsync(held: 0);
        await using FileStream mounted = File.OpenRead(disk.Partition(3));
        await machine.StartAsync("--update-rate", "6000000");
        await machine.NowAsync();
        await machine.UntilAsync(static now => now.GetProperty("progress").GetDouble() > 0.3);
        await machine.Node.KillAsync();
        machine.AssertBootable();
        Assert.That(machine.Attributes("USR-B").MayStart, Is.False);
        await machine.StartAsync();
        await machine.NowAsync();
        await machine.UntilStageAsync("need-reboot");
        machine.AssertBootable();
        Assert.That(machine.Attributes("USR-B").ToString(), Is.EqualTo("2/1/0"));
        ProgramResult verified = await ProgramResult.OfAsync(TestPrograms.Sgdisk(), ["-v", disk.Path]);
        Assert.That(verified.Output, Does.Contain("No problems found"), verified.Error);
    }
}
