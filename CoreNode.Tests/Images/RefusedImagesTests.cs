using CoreNode.Images;
using CoreNode.Tests.Disks.Gpt;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Simulation;

namespace CoreNode.Tests.Images;

/// <summary>Images and disks that are refused, before anything is written, with what to do.</summary>
[TestFixture, Category("Unit")]
[Parallelizable(ParallelScope.Self)]
internal sealed class RefusedImagesTests
{
    private const int SlotAt = 4 << 20;

    private static readonly TestImage s_good = new();

    [Test]
    public void An_image_that_nobody_signed_is_refused()
    {
        Assert.That(Refusal((s_good with { HasSignature = false }).Build()), Does.Contain("partition 3 of disk is not "
            + "signed").And.Contain("nothing was written"));
        Assert.That(Refusal((s_good with { Sign = static _ => [] }).Build()), Does.Contain(
            "holds 1.2.0 for cloud, but no key that is trusted here signed it (see --keys); nothing was written"));
    }

    [TestCase(SlotAt + 5)]
    [TestCase(SlotAt + 299 * 4096 + 4095)]
    [TestCase(SlotAt + 301 * 4096 + 17)]
    [TestCase(SlotAt + 303 * 4096 + 1)]
    public void A_bit_that_flipped_in_the_data_or_in_the_hashes_is_found(int at)
    {
        byte[] image = s_good.Build();
        image[at] ^= 4;
        Assert.That(Refusal(image), Does.Contain("is damaged: its blocks").And.Contain("nothing was written"));
    }

    [Test]
    public void A_kernel_that_was_put_into_a_signed_slot_is_refused()
    {
        byte[] image = s_good.Build();
        new byte[100_000].AsSpan().CopyTo(image.AsSpan(SlotAt + 8192));
        Assert.That(Refusal(image), Does.Contain("is damaged: its blocks and their hashes differ"));
    }

    [Test]
    public void An_image_that_was_cut_off_says_so()
    {
        byte[] image = s_good.Build();
        Assert.That(Refusal(image[..(8 << 20)]), Does.Contain("disk was cut off: the table needs sector 32767")
            .And.Contain("nothing was written; fetch it again"));
    }

    [Test]
    public void What_is_no_image_of_a_disk_is_refused()
    {
        Assert.That(Refusal(new byte[4 << 20]), Does.Contain("disk is no image of a disk").And.Contain(
            "take the raw disk image"));
        byte[] qcow = new byte[1 << 20];
        "QFI\u00fb"u8[..3].CopyTo(qcow);
        qcow[3] = 0xfb;
        Assert.That(Refusal(qcow), Does.Contain("qemu-img convert -O raw"));
    }

    [TestCase(1, "EFI system partition")]
    [TestCase(9, "partition labelled STATE")]
    public void An_image_that_lacks_a_partition_is_refused(int number, string what)
    {
        byte[] image = Without(number);
        Assert.That(Refusal(image), Does.Contain($"disk has no {what}").And.Contain("nothing was written"));
    }

    [Test]
    public void An_image_without_slots_or_with_none_to_start_is_refused()
    {
        Guid other = Guid.NewGuid();
        TestDisk none = s_good.Disk with
        {
            Partitions = [.. s_good.Disk.Partitions.Select(one =>
                one.Number is 3 or 4 ? one with { Type = other } : one)],
        };
        Assert.That(Refusal((s_good with { Disk = none }).Build()), Does.Contain("disk has no slot"));
        TestDisk idle = s_good.Disk with
        {
            Partitions = [.. s_good.Disk.Partitions.Select(one => one with { Attributes = 0 })],
        };
        Assert.That(Refusal((s_good with { Disk = idle }).Build()), Does.Contain("no slot that could be started"));
    }

    [Test]
    public void A_partition_behind_STATE_or_a_damaged_table_is_refused()
    {
        TestDisk more = s_good.Disk with
        {
            Partitions = [.. s_good.Disk.Partitions, new(10, 31000, 31100) { Label = "mine", Type = Guid.NewGuid() }],
        };
        Assert.That(
            Refusal((s_good with { Disk = more }).Build()), Does.Contain("partition 10 (mine) lies behind STATE"));
        byte[] image = s_good.Build();
        image[^40] ^= 1;
        image[^500] ^= 1;
        Assert.That(Refusal(image), Does.Contain("disk is damaged: the backup table is damaged"));
    }

    [Test]
    public void A_disk_that_is_too_small_is_told_by_how_much()
    {
        InstallSource source = TestImage.Source(s_good.Build());
        SimulatedBlockDevice disk = new(new byte[13 << 20], 512);
        IOException refused = Assert.Throws<IOException>(() => Installation.Plan(source, disk, Guid.NewGuid()))!;
        Assert.That(refused.Message, Is.EqualTo(
            "disk has 13 MiB, and disk needs 16 MiB: 3 MiB more; nothing was written; take a larger disk"));
        Assert.That(disk.Steps, Is.Zero);
    }

    [Test]
    public void A_disk_with_other_sectors_is_refused()
    {
        SimulatedBlockDevice disk = new(new byte[32 << 20], 4096);
        IOException refused = Assert.Throws<IOException>(
            () => Installation.Plan(TestImage.Source(s_good.Build()), disk, Guid.NewGuid()))!;
        Assert.That(refused.Message, Does.Contain("has sectors of 4096 bytes").And.Contain("nothing was written"));
    }

    [Test]
    public void What_a_disk_holds_is_told()
    {
        Assert.That(At(new byte[4 << 20]), Is.Empty);
        Assert.That(At(s_good.Build()), Does.Contain("partition 9 (STATE), 1 MiB"));
        Assert.That(At(With(1080, 0x53, 0xEF)), Is.EqualTo("an ext file system"));
        Assert.That(At(With(0, "XFSB"u8)), Is.EqualTo("an XFS file system"));
        Assert.That(At(With(0, "LUKS"u8)), Is.EqualTo("an encrypted volume (LUKS)"));
        Assert.That(At(With(4086, "SWAPSPACE2"u8)), Is.EqualTo("swap space"));
        Assert.That(At(With(65600, "_BHRfS_M"u8)), Is.EqualTo("a Btrfs file system"));
        Assert.That(At(With(512, "LABELONE"u8)), Is.EqualTo("an LVM volume"));
        Assert.That(At(With(3 << 20, 1)), Is.EqualTo("something that is not known"), "at its end");
        byte[] old = With(510, 0x55, 0xAA);
        old[446 + 4] = 0x83;
        old[446 + 13] = 0x20;
        Assert.That(At(old), Is.EqualTo("partition 1 of the type 83, 4 MiB"));
    }

    [Test]
    public async Task A_packed_image_reads_as_the_raw_one([Values("zstd", "xz")] string packer)
    {
        using TestFolder folder = new();
        byte[] image = s_good.Build();
        string packed = await PackAsync(folder, packer, image);
        long told = 0;
        using PackedImage read = new(packed, bytes => told = bytes, CancellationToken.None);
        Assert.That((read.LengthBytes, told), Is.EqualTo((image.Length, image.Length)));
        // Forwards, from the middle back, and over both kept edges.
        foreach ((int at, int length) in new[]
        {
            (0, 512), (5 << 20, 1 << 20), (3 << 20, 4096), (image.Length - 512, 512), ((1 << 20) - 5, 10),
            (image.Length - (1 << 20) - 7, 100), (0, image.Length),
        })
        {
            byte[] found = new byte[length];
            read.Read(at, found);
            Assert.That(found.AsSpan().SequenceEqual(image.AsSpan(at, length)), Is.True, $"{length} at {at}");
        }

        Assert.Throws<IOException>(() => read.Read(image.Length - 1, new byte[2]));
        Assert.DoesNotThrow(() => InstallSource.OfImage(read, TestImage.Trust, static (_, _, _) => { }));
    }

    [Test]
    public async Task A_packed_image_that_was_cut_off_or_changed_is_refused([Values("zstd", "xz")] string packer)
    {
        using TestFolder folder = new();
        string packed = await PackAsync(folder, packer, s_good.Build());
        byte[] whole = await File.ReadAllBytesAsync(packed);
        await File.WriteAllBytesAsync(packed, whole[..(whole.Length * 2 / 3)]);
        IOException cut = Assert.Throws<IOException>(() => Read(packed))!;
        Assert.That(cut.Message, Does.Contain("was cut short: fetch it again"));
        byte[] changed = [.. whole];
        changed.AsSpan(whole.Length / 2, 40).Fill(0xA5);
        await File.WriteAllBytesAsync(packed, changed);
        IOException damaged = Assert.Throws<IOException>(() => Read(packed))!;
        Assert.That(damaged.Message, Does.Contain("is damaged: fetch it again"));

        static void Read(string file)
        {
            using PackedImage image = new(file, static _ => { }, CancellationToken.None);
        }
    }

    private static async Task<string> PackAsync(TestFolder folder, string packer, byte[] image)
    {
        string program = packer == "zstd" ? TestPrograms.Zstd() : TestPrograms.Xz();
        string raw = folder.File("image");
        await File.WriteAllBytesAsync(raw, image);
        ProgramResult packed = await ProgramResult.OfAsync(program, ["-q", "-3", "-k", raw]);
        Assert.That(packed.ExitCode, Is.Zero, packed.Error);
        return raw + (packer == "zstd" ? ".zst" : ".xz");
    }

    private static string Refusal(byte[] image)
    {
        SimulatedBlockDevice device = new(image, 512);
        return Assert.Throws<IOException>(
            () => InstallSource.OfImage(device, TestImage.Trust, static (_, _, _) => { }))!.Message;
    }

    private static byte[] Without(int number) => (s_good with
    {
        Disk = s_good.Disk with { Partitions = [.. s_good.Disk.Partitions.Where(one => one.Number != number)] },
    }).Build();

    private static string At(byte[] disk) => string.Join("; ", TargetLook.At(new SimulatedBlockDevice(disk, 512)));

    private static byte[] With(int at, params ReadOnlySpan<byte> bytes)
    {
        byte[] disk = new byte[4 << 20];
        bytes.CopyTo(disk.AsSpan(at));
        return disk;
    }
}
