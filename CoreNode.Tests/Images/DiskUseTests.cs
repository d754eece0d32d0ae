using CoreNode.Images;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Images;

/// <summary>Who uses a disk, as a machine's /sys and /proc tell it; here in a folder.</summary>
[TestFixture, Category("Unit")]
internal sealed class DiskUseTests
{
    private TestFolder _root = null!;

    [SetUp]
    public void MakeMachine()
    {
        _root = new TestFolder();
        Device("pci0/block/vda", "254:0");
        Partition("pci0/block/vda/vda3", "254:3", 3);
        Device("pci1/block/vdb", "254:16");
        Partition("pci1/block/vdb/vdb1", "254:17", 1);
        Write("proc/cmdline", "quiet\n");
        Write("proc/self/mountinfo", "22 1 254:3 / / rw - ext4 /dev/vda3 rw\n");
        Write("proc/swaps", "Filename Type Size Used Priority\n");
    }

    [TearDown]
    public void RemoveMachine() => _root.Dispose();

    [Test]
    public void A_disk_that_nobody_uses_may_be_written()
    {
        Assert.That(new DiskUse(_root.Path).Find("/dev/vdb").Disk, Is.EqualTo("/dev/vdb"));
        Assert.That(new DiskUse(_root.Path).Find("/nowhere/a.img").IsMachine, Is.False);
    }

    [Test]
    public void A_partition_is_no_disk() => Assert.That(
        Refusal("/dev/vdb1"), Is.EqualTo("/dev/vdb1 is partition 1 of /dev/vdb: name the whole disk"));

    [Test]
    public void The_disk_that_the_machine_runs_from_is_refused() => Assert.That(
        Refusal("/dev/vda"), Does.Contain("is the disk that this machine runs from"));

    [TestCase("23 22 254:17 / /mnt rw,relatime - ext4 /dev/vdb1 rw", "/dev/vdb1 is mounted at /mnt: unmount it first")]
    [TestCase("23 22 254:16 / /mnt rw - ext4 /dev/vdb rw", "/dev/vdb is mounted at /mnt")]
    [TestCase("23 22 0:44 / /mnt rw shared:1 - btrfs /dev/vdb1 rw", "/dev/vdb1 is mounted at /mnt")]
    public void A_mounted_one_is_refused(string mount, string told)
    {
        File.AppendAllText(_root.File("proc/self/mountinfo"), mount + "\n");
        Assert.That(Refusal("/dev/vdb"), Does.Contain($"is in use: {told}").And.Contain("nothing was written"));
    }

    [Test]
    public void Swap_and_parts_of_other_devices_are_refused()
    {
        File.AppendAllText(_root.File("proc/swaps"), "/dev/vdb1 partition 1000 0 -2\n");
        Assert.That(Refusal("/dev/vdb"), Does.Contain("/dev/vdb1 is swap space: end it first"));
        Write("proc/swaps", "");
        Directory.CreateDirectory(_root.File("sys/devices/pci1/block/vdb/vdb1/holders/dm-3"));
        Assert.That(Refusal("/dev/vdb"), Does.Contain("/dev/vdb1 is a part of /dev/dm-3"));
    }

    [Test]
    public void One_that_can_only_be_read_is_refused()
    {
        Write("sys/devices/pci1/block/vdb/ro", "1\n");
        Assert.That(Refusal("/dev/vdb"), Does.Contain("can only be read"));
    }

    [Test]
    public void A_file_that_a_loop_device_is_made_of_is_refused()
    {
        Write("sys/block/loop4/loop/backing_file", "/srv/a.img\n");
        Assert.That(Refusal("/srv/a.img"), Does.Contain("/dev/loop4 is made of it"));
        Assert.That(new DiskUse(_root.Path).Find("/srv/b.img").Disk, Is.EqualTo("/srv/b.img"));
    }

    private string Refusal(string path) =>
        Assert.Throws<IOException>(() => new DiskUse(_root.Path).Find(path))!.Message;

    private void Device(string place, string number)
    {
        string folder = _root.File($"sys/devices/{place}");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "dev"), number + "\n");
        foreach (string links in new[] { "sys/class/block", "sys/dev/block" })
        {
            Directory.CreateDirectory(_root.File(links));
            string name = links.EndsWith("dev/block", StringComparison.Ordinal) ? number : Path.GetFileName(place);
            File.CreateSymbolicLink(_root.File($"{links}/{name}"), folder);
        }
    }

    private void Partition(string place, string number, int partition)
    {
        Device(place, number);
        Write($"sys/devices/{place}/partition", $"{partition}\n");
    }

    private void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root.File(file))!);
        File.WriteAllText(_root.File(file), text);
    }
}
