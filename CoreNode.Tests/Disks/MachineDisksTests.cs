using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Disks;

/// <summary>Which disk, partition and slot is meant, as a machine's /sys and /proc tell it; here in a folder.</summary>
[TestFixture, Category("Unit")]
internal sealed class MachineDisksTests
{
    private const string SlotId = "7130c94a-213a-4e5a-8e26-6cce9662f132";

    private TestFolder _root = null!;

    [SetUp]
    public void MakeMachine()
    {
        _root = new TestFolder();
        // A disk with two partitions, an NVMe one with one, and dm-verity over the first partition.
        Device("pci0/block/vda", "254:0");
        Partition("pci0/block/vda/vda3", "254:3", 3);
        Partition("pci0/block/vda/vda4", "254:4", 4);
        Device("pci1/block/nvme0n1", "259:0");
        Partition("pci1/block/nvme0n1/nvme0n1p2", "259:2", 2);
        Device("virtual/block/dm-0", "253:0");
        Directory.CreateDirectory(_root.File("sys/devices/virtual/block/dm-0/slaves/vda3"));
        Write("proc/cmdline", "quiet\n");
    }

    [TearDown]
    public void RemoveMachine() => _root.Dispose();

    [Test]
    public void A_partition_stands_for_its_disk()
    {
        MachineDisks machine = new(_root.Path);
        Assert.Multiple(() =>
        {
            Assert.That(machine.Resolve("/dev/vda4"), Is.EqualTo(new DiskPlace("/dev/vda", 4, true)));
            Assert.That(machine.Resolve("/dev/vda"), Is.EqualTo(new DiskPlace("/dev/vda", null, true)));
            Assert.That(machine.Resolve("/dev/nvme0n1p2"), Is.EqualTo(new DiskPlace("/dev/nvme0n1", 2, true)));
            Assert.That(machine.Resolve("/tmp/vda4"), Is.EqualTo(new DiskPlace("/tmp/vda4", null, false)));
            Assert.That(machine.FindNode("/dev/vda", 4), Is.EqualTo("/dev/vda4"));
            Assert.That(machine.FindNode("/dev/vda", 5), Is.Null);
            Assert.That(machine.FindNode("/dev/nvme0n1", 2), Is.EqualTo("/dev/nvme0n1p2"));
        });
    }

    [TestCase($"usr=PARTUUID={SlotId}", 3)]
    [TestCase($"mount.usr=PARTUUID={SlotId} corenode.slot=/dev/vda4", 4)]
    [TestCase("root=LABEL=ROOT usr=PARTLABEL=USR-B", 4)]
    [TestCase("x=\"a usr=/dev/vda3\" usr=/dev/vda4", 4)]
    [TestCase("usr=/dev/vda3 usr=/dev/vda4", 4)]
    [TestCase("usr=/dev/dm-0", 3)]
    [TestCase("usr=/dev/sdz9 root=LABEL=ROOT", null)]
    [TestCase("nousr=/dev/vda3 usr", null)]
    public void The_command_line_says_which_slot_runs(string words, int? number)
    {
        Write("proc/cmdline", words + "\n");
        RunningSlot? running = new MachineDisks(_root.Path).FindRunning();
        GptPartition[] slots = [Slot(3, SlotId, "USR-A"), Slot(4, Guid.NewGuid().ToString(), "USR-B")];
        int? found = slots.FirstOrDefault(one => running?.Is(one, "/dev/vda") == true)?.Number;
        Assert.That(found, Is.EqualTo(number));
    }

    [TestCase("253:0 / /usr ro - erofs /dev/dm-0 ro", 3)]
    [TestCase("254:4 / /usr ro - ext4 /dev/vda4 ro", 4)]
    [TestCase("254:4 / / rw - ext4 /dev/vda4 rw", 4)]
    [TestCase("0:25 / /usr rw - overlay overlay rw", null)]
    [TestCase("254:0 / / rw - ext4 /dev/vda rw", null)]
    public void Mounts_say_it_where_the_command_line_does_not(string mount, int? number)
    {
        Write("proc/self/mountinfo", $"21 1 0:20 / /proc rw - proc proc rw\n22 1 {mount}\n");
        RunningSlot? running = new MachineDisks(_root.Path).FindRunning();
        Assert.That(running?.Place, Is.EqualTo(number is null ? null : new DiskPlace("/dev/vda", number, true)));
    }

    private static GptPartition Slot(int number, string id, string label) => new()
    {
        Number = number,
        Type = PartitionTypes.CoreOsUsr,
        Id = new Guid(id),
        FirstSector = 40,
        LastSector = 50,
        Attributes = default,
        Label = label,
    };

    private void Partition(string device, string numbers, int number)
    {
        Device(device, numbers);
        Write($"sys/devices/{device}/partition", $"{number}\n");
    }

    private void Device(string device, string numbers)
    {
        string folder = _root.File($"sys/devices/{device}");
        Directory.CreateDirectory(folder);
        foreach (string link in new[] { $"sys/class/block/{Path.GetFileName(device)}", $"sys/dev/block/{numbers}" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_root.File(link))!);
            Directory.CreateSymbolicLink(_root.File(link), folder);
        }
    }

    private void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root.File(file))!);
        File.WriteAllText(_root.File(file), text);
    }
}
