using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Disks.Metadata;
using CoreNode.Platform.Blocks;
using CoreNode.Tests.Disks.Gpt;
using CoreNode.Tests.EndToEnd;
using CoreNode.Updates.Client.Slots;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Updates.Client;

/// <summary>What the client says of slots, and does to them, on an image with a real table.</summary>
[TestFixture, Category("Unit")]
internal sealed class DiskSlotsTests
{
    private const ulong SlotSectors = (4 << 20) / 512;

    private static readonly MachineDisks s_disks = new("/");

    private TestFolder _folder = null!;

    private string Disk => _folder.File("disk.img");

    [SetUp]
    public void SetUp() => _folder = new TestFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase("1/0/1", "0/0/0", true, false, false, false)]
    [TestCase("1/0/1", "2/1/0", true, false, false, true)]
    [TestCase("1/0/1", "2/0/0", true, false, true, false)]
    [TestCase("2/0/0", "1/0/1", false, true, false, true)]
    [TestCase("2/0/1", "1/0/1", true, true, false, false)]
    public void The_bits_of_both_slots_say_how_the_machine_stands(
        string own, string other, bool isGood, bool isOtherGood, bool isTried, bool isNext)
    {
        WriteDisk(own, other);
        BootFacts boot = Slots().Read();
        Assert.That((boot.Slot, boot.OtherSlot, boot.BootId), Is.EqualTo(("USR-A", "USR-B", "boot-7")));
        Assert.That(
            (boot.IsMarkedGood, boot.IsOtherGood, boot.IsOtherTried, boot.IsOtherNext),
            Is.EqualTo((isGood, isOtherGood, isTried, isNext)));
        Assert.That((boot.Version, boot.Counter), Is.EqualTo(("1.0", 0UL)), "as the release file says");
    }

    [Test]
    public void What_a_slot_says_of_itself_counts_before_the_release_file_if_it_is_trusted()
    {
        WriteDisk("1/0/1", "0/0/0");
        Slots().MakeNext("USR-B", Metadata("2.0", 9));
        Assert.That(Slots().Read().OtherVersion, Is.EqualTo("2.0"));
        BootFacts there = Slots("USR-B").Read();
        Assert.That((there.Slot, there.Version, there.Counter), Is.EqualTo(("USR-B", "2.0", 9UL)));
        BootFacts untrusted = Slots("USR-B", isTrusted: false).Read();
        Assert.That((untrusted.Version, untrusted.Counter), Is.EqualTo(("1.0", 0UL)));
    }

    [Test]
    public void A_slot_is_cleared_marked_for_one_try_and_marked_good()
    {
        WriteDisk("1/0/1", "2/0/1");
        DiskSlots slots = Slots();
        slots.Clear("USR-B");
        Assert.That(Bits(), Is.EqualTo("1/0/1 0/0/0"));
        slots.MakeNext("USR-B", Metadata("2.0", 9));
        Assert.That(Bits(), Is.EqualTo("1/0/1 2/1/0"));
        slots.Clear("USR-B");
        Assert.That(Slots().Read().OtherVersion, Is.Empty, "what it said of itself is gone, too");
        slots.MakeNext("USR-B", default);
        Slots("USR-B").MarkGood("USR-B");
        Assert.That(Bits(), Is.EqualTo("1/0/1 2/0/1"));
    }

    [Test]
    public void The_slot_that_runs_is_never_written()
    {
        WriteDisk("1/0/1", "0/0/0");
        byte[] before = File.ReadAllBytes(Disk);
        Assert.That(() => Slots().Clear("USR-A"), Throws.InstanceOf<IOException>().With.Message.Contains("runs"));
        Assert.That(
            () => Slots().MakeNext("USR-A", default), Throws.InstanceOf<IOException>().With.Message.Contains("runs"));
        Assert.That(File.ReadAllBytes(Disk), Is.EqualTo(before));
    }

    [Test]
    public void Going_back_needs_a_slot_that_was_good_and_staying_gives_up_what_never_was()
    {
        WriteDisk("2/0/0", "1/0/1");
        Slots().SwitchTo("USR-B");
        Assert.That(Bits(), Is.EqualTo("1/0/0 2/0/1"));
        WriteDisk("1/0/1", "2/1/0");
        Assert.That(
            () => Slots().SwitchTo("USR-B"), Throws.InstanceOf<IOException>().With.Message.Contains("not marked good"));
        Slots().KeepRunning("USR-A");
        Assert.That(Bits(), Is.EqualTo("1/0/1 0/0/0"));
        WriteDisk("1/0/1", "2/0/1");
        Slots().KeepRunning("USR-A");
        Assert.That(Bits(), Is.EqualTo("2/0/1 1/0/1"), "a version that was good is kept to go back to");
    }

    [Test]
    public void Kernels_beside_slots_are_called_by_the_letters_of_their_labels()
    {
        WriteDisk("1/0/1", "0/0/0");
        Assert.That(Slots().LetterOf("USR-A"), Is.EqualTo("a"));
        Assert.That(Slots().LetterOf("USR-B"), Is.EqualTo("b"));
        Assert.That(() => Slots().LetterOf("USR-C"), Throws.InstanceOf<IOException>());
    }

    [Test]
    public void A_machine_whose_running_slot_is_not_on_the_disk_is_told_so()
    {
        WriteDisk("1/0/1", "0/0/0");
        Assert.That(
            () => Slots("USR-C").Read(),
            Throws.InstanceOf<IOException>().With.Message.Contains("USR-A, USR-B"));
        DiskSlots unknown = new(Options(), s_disks, static () => null, Verifier(isTrusted: true));
        Assert.That(() => unknown.Read(), Throws.InstanceOf<IOException>().With.Message.Contains("corenode.slot="));
    }

    private static SlotAttributes Parse(string bits)
    {
        string[] parts = bits.Split('/');
        return new SlotAttributes(TestPartition.Bits(parts[0][0] - '0', parts[1][0] - '0', parts[2][0] - '0'));
    }

    private static byte[] Metadata(string version, ulong counter) => SlotMetadataCodec.Encode(
        new SlotMetadata
        {
            Version = version,
            Counter = counter,
            Board = "any",
            Verity = new SlotVerity
            {
                DataBlockBytes = 4096,
                HashBlockBytes = 4096,
                DataBlocks = 16,
                HashOffsetBytes = 65536,
                RootHash = new byte[32],
                Salt = default,
            },
        },
        static _ => [new SlotSignature(new byte[] { 1 }, new byte[] { 2 })]);

    private static Func<SlotVerifier> Verifier(bool isTrusted) => () => (_, _) => isTrusted ? null : "a stranger";

    private DiskSlots Slots(string running = "USR-A", bool isTrusted = true) => new(
        Options(), s_disks, () => new RunningSlot { Source = "the test", Label = running }, Verifier(isTrusted));

    private SlotsOptions Options() =>
        new() { Disk = Disk, BootId = "boot-7", ReleaseVersion = static () => "1.0" };

    private string Bits()
    {
        using RealBlockDevice device = RealBlockDevice.Open(Disk, BlockAccess.Read);
        return string.Join(
            ' ', new SlotRule().Find(new SlotDisk(device).Table).Select(static one => one.Attributes.ToString()));
    }

    private void WriteDisk(string own, string other)
    {
        TestDisk disk = new()
        {
            Sectors = (int)(2048 + (2 * SlotSectors) + 2048),
            Partitions =
            [
                new TestPartition(3, 2048, 2047 + SlotSectors) { Label = "USR-A", Attributes = Parse(own).Bits },
                new TestPartition(4, 2048 + SlotSectors, 2047 + (2 * SlotSectors))
                {
                    Label = "USR-B",
                    Attributes = Parse(other).Bits,
                },
            ],
        };
        File.WriteAllBytes(Disk, disk.Build());
    }
}
