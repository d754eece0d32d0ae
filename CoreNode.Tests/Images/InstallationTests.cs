using System.Security.Cryptography;
using System.Text;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Foundation;
using CoreNode.Images;
using CoreNode.Platform.Blocks;
using CoreNode.Tests.Disks.Gpt;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Simulation;

namespace CoreNode.Tests.Images;

/// <summary>A system that is written to a disk: what is there afterwards, and at whatever moment the power fails.
/// </summary>
[TestFixture, Category("Fault")]
[Parallelizable(ParallelScope.Self)]
internal sealed class InstallationTests
{
    private const int DiskBytes = 24 << 20;

    private static readonly Guid s_id = new("5d7f1c1e-95ae-4c5e-a4ba-0d1f0e4c0a11");

    [Test]
    public void A_disk_gets_the_image_an_id_of_its_own_and_all_its_room()
    {
        byte[] image = new TestImage().Build();
        SimulatedBlockDevice disk = new(Old(), 512);
        Installation plan = Installation.Plan(TestImage.Source(image), disk, s_id);
        Assert.That(plan.StateBytes, Is.EqualTo(8 << 20), "whole pieces of 2 MiB, the tables' sectors left out");
        Assert.That(disk.Steps, Is.Zero, "planning writes nothing");
        plan.Run(static (_, _, _) => { }, CancellationToken.None);
        SlotDisk made = new(disk);
        Assert.Multiple(() =>
        {
            Assert.That(made.State.Problems(), Is.Empty);
            Assert.That(made.State.BootRecord, Is.EqualTo(BootRecord.Protective));
            Assert.That(made.State.IsBackupAtEnd, Is.True);
            Assert.That(made.Table.DiskId, Is.EqualTo(s_id));
            Assert.That(disk.Image[..440].SequenceEqual(image.AsSpan(0, 440)), Is.True, "a BIOS starts it");
            Assert.That(made.Table.Find(3)!.Attributes.ToString(), Is.EqualTo("1/0/1"));
            Assert.That(made.Table.Find(9)!.Sectors * 512, Is.EqualTo(8 << 20));
        });
        SimulatedBlockDevice source = new(image, 512);
        foreach (int number in new[] { 1, 2, 3, 6 })
            Assert.That(TestImage.Bytes(disk, number).AsSpan().SequenceEqual(TestImage.Bytes(source, number)), Is.True);
        Assert.That(TestImage.Bytes(disk, 9).AsSpan().StartsWith(TestImage.Bytes(source, 9)), Is.True);
        byte[] empty = TestImage.Bytes(disk, 4);
        Assert.That(empty.AsSpan(0, 1 << 20).ContainsAnyExcept((byte)0), Is.False, "an empty slot says nothing");
        Assert.That(empty.AsSpan(empty.Length - (1 << 20)).ContainsAnyExcept((byte)0), Is.False);
        Assert.That(FirstBoot.Plan(made.State, Guid.NewGuid()).Changes, Is.Empty, "nothing is left to do");
    }

    [Test]
    public void A_power_cut_at_any_step_leaves_the_old_disk_or_none_or_the_new_one()
    {
        byte[] old = Old();
        InstallSource source = TestImage.Source(new TestImage().Build());
        SimulatedBlockDevice uncut = new(old, 512);
        Installation.Plan(source, uncut, s_id).Run(static (_, _, _) => { }, CancellationToken.None);
        string wholeNew = Content(uncut.Image);
        string wholeOld = Content(old);
        Dictionary<string, int> seen = [];
        for (int step = 0; step < uncut.Steps; step++)
        {
            for (ulong variant = 0; variant < 4; variant++)
            {
                SimulatedBlockDevice disk = new(old, 512)
                {
                    CutAt = step,
                    Chance = variant == 0 ? null : new Prng(variant).Child($"{step}"),
                    KeptShare = variant == 1 ? 1 : 0.5,
                };
                Assert.Throws<PowerCutException>(() => Installation.Plan(source, disk, s_id)
                    .Run(static (_, _, _) => { }, CancellationToken.None));
                string left = Content(disk.Image);
                string kind = left.Length == 0 ? "none" : left == wholeOld ? "old" : left == wholeNew ? "new" : "half";
                Assert.That(kind, Is.Not.EqualTo("half"), $"step {step} variant {variant}");
                seen[kind] = seen.GetValueOrDefault(kind) + 1;
            }
        }

        Assert.That(seen.Keys, Is.EquivalentTo(new[] { "none", "old", "new" }), "all three were met");
        Assert.That(seen["none"], Is.GreaterThan(seen["old"] + seen["new"]));
    }

    [Test]
    public void A_disk_that_gives_back_something_else_gets_no_table()
    {
        SimulatedBlockDevice disk = new(new byte[DiskBytes], 512);
        Installation plan = Installation.Plan(TestImage.Source(new TestImage().Build()), disk, s_id);
        IOException failed = Assert.Throws<IOException>(() => plan.Run(
            (doing, _, _) => disk.LiesAboutSync = doing == "writing", CancellationToken.None))!;
        Assert.That(failed.Message, Does.Contain("gave back something else than was written"));
        Assert.That(new SlotDisk(new SimulatedBlockDevice(disk.Image, 512)).State.Table, Is.Null);
    }

    [Test]
    public void What_is_stopped_starts_nothing()
    {
        SimulatedBlockDevice disk = new(Old(), 512);
        using CancellationTokenSource stop = new();
        Installation plan = Installation.Plan(TestImage.Source(new TestImage().Build()), disk, s_id);
        Assert.Throws<OperationCanceledException>(() => plan.Run((_, _, _) => stop.Cancel(), stop.Token));
        Assert.That(new SlotDisk(disk).State.Table, Is.Null);
    }

    [Test]
    public async Task What_is_stopped_before_anything_is_written_leaves_the_disk_as_it_was()
    {
        using CancellationTokenSource stop = new();
        await stop.CancelAsync();
        SimulatedBlockDevice disk = new(Old(), 512);
        Installation plan = Installation.Plan(TestImage.Source(new TestImage().Build()), disk, s_id);
        Assert.Throws<OperationCanceledException>(() => plan.Run(
            static (doing, _, _) => Assert.Fail($"{doing} was told"), stop.Token));
        Assert.That(disk.Steps, Is.Zero);
        bool isTold = false;
        Installation.Plan(TestImage.Source(new TestImage().Build()), disk, s_id).Run(
            (doing, _, _) =>
            {
                Assert.That(isTold || disk.Steps == 0, Is.True, "whoever is told of writing can say what is left");
                isTold |= doing == "writing";
            },
            CancellationToken.None);
        Assert.That(isTold, Is.True);
    }

    [Test]
    public async Task The_running_system_becomes_the_only_slot_and_nothing_kept_goes_along()
    {
        using TestFolder folder = new();
        TestImage made = new() { Running = 4 };
        byte[] running = (made with
        {
            Disk = made.Disk with
            {
                Sectors = 20 * 2048,
                Partitions =
                [
                    made.Disk.Partitions[0], made.Disk.Partitions[1],
                    made.Disk.Partitions[2] with { Attributes = TestPartition.Bits(1, 0, 1) },
                    made.Disk.Partitions[3] with { Attributes = TestPartition.Bits(2, 0, 1) },
                    new(7, 3 * 2048, 3 * 2048 + 99) { Label = "mine", Type = Guid.NewGuid() },
                    made.Disk.Partitions[4],
                    new(9, 14 * 2048, 19 * 2048 - 1) { Label = "STATE", Type = TestImage.StateType },
                ],
            },
        }).Build();
        InstallSource source = InstallSource.OfMachine(
            new SimulatedBlockDevice(running, 512), 4, TestImage.Trust, static (_, _, _) => { });
        await using (FileStream file = File.Create(folder.File("disk.img")))
            file.SetLength(300 << 20);
        using RealBlockDevice disk = RealBlockDevice.Open(folder.File("disk.img"), BlockAccess.WriteAlone);
        Installation plan = Installation.Plan(source, disk, s_id);
        plan.Run(static (_, _, _) => { }, CancellationToken.None);
        GptTable table = new SlotDisk(disk).Table;
        byte[] slot = TestImage.Bytes(new SimulatedBlockDevice(running, 512), 4);
        Assert.Multiple(() =>
        {
            Assert.That(source.Slot.Version, Is.EqualTo("1.2.0"));
            Assert.That(table.Partitions.Select(one => one.Number), Is.EqualTo(new[] { 1, 2, 3, 4, 6, 9 }));
            Assert.That(table.Find(3)!.Attributes.ToString(), Is.EqualTo("1/0/1"));
            Assert.That(table.Find(4)!.Attributes.ToString(), Is.EqualTo("0/0/0"));
            Assert.That(TestImage.Bytes(disk, 3).AsSpan().SequenceEqual(slot), Is.True);
            Assert.That(TestImage.Bytes(disk, 9).AsSpan(0, 1 << 20).ContainsAnyExcept((byte)0), Is.False);
            Assert.That(plan.StateBytes, Is.EqualTo(284 << 20));
        });
        Assert.DoesNotThrow(() => InstallSource.OfImage(disk, TestImage.Trust, static (_, _, _) => { }));
    }

    [Test]
    public async Task Another_tool_finds_no_fault_in_the_table()
    {
        string sgdisk = TestPrograms.Sgdisk();
        using TestFolder folder = new();
        string file = folder.File("disk.img");
        await File.WriteAllBytesAsync(file, Old());
        using (RealBlockDevice disk = RealBlockDevice.Open(file, BlockAccess.WriteAlone))
        {
            Installation.Plan(TestImage.Source(new TestImage().Build()), disk, s_id)
                .Run(static (_, _, _) => { }, CancellationToken.None);
        }

        ProgramResult verified = await ProgramResult.OfAsync(sgdisk, ["-v", file]);
        Assert.That(verified.Output, Does.Contain("No problems found"));
    }

    // Another system, of which nothing may be left that could be taken for the new one.
    private static byte[] Old() => new TestDisk
    {
        Sectors = DiskBytes / 512,
        Partitions = [new(1, 3000, 20000) { Type = Guid.Parse("0fc63daf-8483-4772-8e79-3d69d8477de4") }],
    }.Build();

    // Table and partitions of a disk as whoever starts from it would find them; empty: it has no table.
    private static string Content(ReadOnlySpan<byte> image)
    {
        SimulatedBlockDevice disk = new(image, 512);
        GptTable? table = new SlotDisk(disk).State.Table;
        if (table is null)
            return "";
        List<byte> all = [.. table.DiskId.ToByteArray()];
        foreach (GptPartition one in table.Partitions)
        {
            all.AddRange(Encoding.UTF8.GetBytes(one.ToString()));
            all.AddRange(SHA256.HashData(TestImage.Bytes(disk, one.Number)));
        }

        return Convert.ToHexString(SHA256.HashData([.. all]));
    }
}
