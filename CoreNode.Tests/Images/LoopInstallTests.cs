using System.Globalization;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Images;
using CoreNode.Platform.Blocks;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Images;

/// <summary>
/// Real disks of the kernel: a system is written to one, one that is in use is refused by both, the machine's own
/// account and the kernel's, and the kernel follows a partition that has grown. Needs root and loop devices.
/// </summary>
[TestFixture, Category("Conformance")]
internal sealed class LoopInstallTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TestFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task A_disk_is_written_and_the_kernel_knows_its_partitions_grow()
    {
        string file = await MakeAsync("disk.img", 24 << 20);
        await using LoopDisk loop = await LoopDisk.AttachAsync(file);
        DiskPlace place = new DiskUse("/").Find(loop.Path);
        Assert.That(place.IsMachine, Is.True);
        using (RealBlockDevice disk = RealBlockDevice.Open(place.Disk, BlockAccess.WriteAlone))
        {
            Installation.Plan(TestImage.Source(new TestImage().Build()), disk, Guid.NewGuid())
                .Run(static (_, _, _) => { }, CancellationToken.None);
        }

        ProgramResult verified = await ProgramResult.OfAsync(TestPrograms.Sgdisk(), ["-v", loop.Path]);
        Assert.That(verified.Output, Does.Contain("No problems found"));
    }

    [Test]
    public async Task The_kernel_follows_a_partition_that_has_grown_and_so_does_its_file_system()
    {
        TestPrograms.MkfsExt4();
        string file = await MakeAsync("disk.img", 0);
        byte[] image = new TestImage().Build();
        await File.WriteAllBytesAsync(file, [.. image, .. new byte[48 << 20]]);
        await using LoopDisk loop = await LoopDisk.AttachAsync(file, partitions: 9);
        string node = loop.Partition(9);
        ProgramResult made = await ProgramResult.OfAsync(TestPrograms.MkfsExt4(), ["-q", "-F", node]);
        Assert.That(made.ExitCode, Is.Zero, made.Error);
        SlotDisk slots;
        FirstBoot done;
        using (RealBlockDevice disk = RealBlockDevice.Open(loop.Path, BlockAccess.Write))
        {
            slots = new SlotDisk(disk);
            done = slots.Fit(Guid.NewGuid());
        }

        MachineDisks machine = new("/");
        string mountPoint = _folder.File("state");
        Directory.CreateDirectory(mountPoint);
        ProgramResult mounted = await ProgramResult.OfAsync("mount", [node, mountPoint]);
        if (mounted.ExitCode != 0)
            Assert.Ignore($"nothing can be mounted here: {mounted.Error.Trim()}");
        try
        {
            Assert.That(
                StateGrowth.TellKernel(machine, loop.Path, slots.State.Shape, done.State!),
                Is.EqualTo($"{node} has 48 MiB now"), "also while it is mounted");
            string size = await File.ReadAllTextAsync($"/sys/class/block/{Path.GetFileName(node)}/size");
            Assert.That(long.Parse(size, CultureInfo.InvariantCulture) * 512, Is.EqualTo(48L << 20));
            Assert.That(StateGrowth.TellKernel(machine, loop.Path, slots.State.Shape, done.State!), Is.Null);
            IOException refused = Assert.Throws<IOException>(() => new DiskUse("/").Find(loop.Path))!;
            Assert.That(refused.Message, Does.Contain($"{node} is mounted at {mountPoint}"));
            Assert.That(
                Assert.Throws<IOException>(() => RealBlockDevice.Open(loop.Path, BlockAccess.WriteAlone))!.Message,
                Does.Contain("it is in use: mounted, swap, or part of another device"));
            GrowMounted(mountPoint, node);
        }
        finally
        {
            await ProgramResult.OfAsync("umount", [mountPoint]);
        }
    }

    // The kernel asks for CAP_SYS_RESOURCE, which not every place with root has.
    private static void GrowMounted(string mountPoint, string node)
    {
        try
        {
            string? grown = StateGrowth.GrowFileSystem(mountPoint, node);
            Assert.That(grown, Is.EqualTo($"the file system at {mountPoint} grew from 1 MiB to 48 MiB"));
            Assert.That(new DriveInfo(mountPoint).TotalSize, Is.GreaterThan(30 << 20));
            Assert.That(StateGrowth.GrowFileSystem(mountPoint, node), Is.Null);
        }
        catch (IOException refused) when (refused.HResult == 1)
        {
            Assert.That(refused.Message, Does.Contain($"the file system at {mountPoint} cannot be grown"));
        }
    }

    private async Task<string> MakeAsync(string name, long bytes)
    {
        string file = _folder.File(name);
        await using FileStream made = File.Create(file);
        made.SetLength(bytes);
        return file;
    }
}
