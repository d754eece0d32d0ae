using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Platform.Blocks;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Images;

namespace CoreNode.Tests.Cli;

/// <summary>corenode slot grow, on image files.</summary>
[TestFixture, Category("Unit")]
internal sealed class SlotGrowTests
{
    private TestFolder _folder = null!;

    private string Image => _folder.File("disk.img");

    [SetUp]
    public void SetUp() => _folder = new TestFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task STATE_gets_what_has_come_to_the_disk_once()
    {
        byte[] image = new TestImage().Build();
        await File.WriteAllBytesAsync(Image, [.. image, .. new byte[9 << 20]]);
        CliRun run = await CliRun.OfAsync(["slot", "grow", Image]);
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
        string[] lines = run.Output.TrimEnd().Split('\n');
        Assert.That(lines, Has.Length.EqualTo(3));
        Assert.That(lines[0], Does.Contain("the disk has grown to 51200 sectors"));
        Assert.That(lines[1], Does.StartWith("the disk gets an id of its own, "));
        Assert.That(lines[2], Is.EqualTo("partition 9 (STATE) grows from 1 to 10 MiB"));
        using (RealBlockDevice disk = RealBlockDevice.Open(Image, BlockAccess.Read))
        {
            GptTable table = new SlotDisk(disk).Table;
            Assert.That(lines[1], Does.EndWith(table.DiskId.ToString()));
            byte[] state = TestImage.Bytes(disk, TestImage.StateNumber);
            Assert.That(state.AsSpan(0, 1 << 20).SequenceEqual(image.AsSpan(14 << 20, 1 << 20)), Is.True);
        }

        byte[] before = await File.ReadAllBytesAsync(Image);
        CliRun again = await CliRun.OfAsync(["slot", "grow", Image]);
        Assert.That(again.Output, Is.EqualTo($"{Image}: nothing to do, STATE ends where the disk ends\n"));
        Assert.That((await File.ReadAllBytesAsync(Image)).AsSpan().SequenceEqual(before), Is.True);
    }

    [Test]
    public async Task A_disk_without_STATE_has_nothing_to_grow()
    {
        TestImage image = new();
        await File.WriteAllBytesAsync(
            Image, (image with { Disk = image.Disk with { Partitions = [image.Disk.Partitions[2]] } }).Build());
        byte[] before = await File.ReadAllBytesAsync(Image);
        CliRun run = await CliRun.OfAsync(["slot", "grow", Image]);
        Assert.That(run.ExitCode, Is.EqualTo(4));
        Assert.That((await File.ReadAllBytesAsync(Image)).AsSpan().SequenceEqual(before), Is.True);
        Assert.That(run.Error, Does.Contain("has no partition labelled STATE, so nothing there grows"));
    }
}
