using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Foundation;
using CoreNode.Tests.Disks.Gpt;
using CoreNode.Tests.Images;
using CoreNode.Tests.Simulation;

namespace CoreNode.Tests.Disks;

/// <summary>A disk that an image was written to as it is, at its first start and when it has grown.</summary>
[TestFixture, Category("Fault")]
[Parallelizable(ParallelScope.Self)]
internal sealed class FirstBootTests
{
    private const int Grown = 9 << 20;

    private static readonly Guid s_id = new("d0c7f3a2-0d5b-4a4e-8f5e-0c6a4b4f2c10");
    private static readonly TestDisk s_image = new TestImage().Disk;

    [Test]
    public void It_gets_an_id_its_backup_at_the_end_and_STATE_all_of_it()
    {
        SimulatedBlockDevice device = new([.. s_image.Build(), .. new byte[Grown]], 512);
        SlotDisk disk = new(device);
        FirstBoot done = disk.Fit(s_id);
        Assert.Multiple(() =>
        {
            Assert.That(done.Changes, Is.EqualTo(new[]
            {
                $"the disk gets an id of its own, {s_id}", "partition 9 (STATE) grows from 1 to 10 MiB",
            }));
            Assert.That(disk.State.Problems(), Is.Empty);
            Assert.That(disk.State.IsBackupAtEnd, Is.True);
            Assert.That(disk.Table.DiskId, Is.EqualTo(s_id));
            Assert.That(disk.Table.Find(9)!.Sectors, Is.EqualTo(10 * 2048UL));
            Assert.That(done.State!.LastSector, Is.EqualTo(disk.Table.Find(9)!.LastSector));
        });
        int steps = device.Steps;
        Assert.That(disk.Fit(Guid.NewGuid()).Changes, Is.Empty, "at the next start there is nothing to do");
        Assert.That(device.Steps, Is.EqualTo(steps));
    }

    [Test]
    public void A_disk_with_an_id_of_its_own_keeps_it()
    {
        TestDisk own = s_image with { DiskId = Guid.NewGuid() };
        SlotDisk disk = new(new SimulatedBlockDevice(own.Build(), 512));
        Assert.That(disk.Fit(s_id).Changes, Is.Empty);
        Assert.That(disk.Table.DiskId, Is.EqualTo(own.DiskId));
    }

    [Test]
    public void What_lies_behind_STATE_or_at_the_end_of_the_disk_stops_it()
    {
        TestDisk more = s_image with
        {
            Sectors = 40 * 2048,
            Partitions = [.. s_image.Partitions, new(10, 20 * 2048, 21 * 2048) { Label = "mine" }],
        };
        SlotDisk disk = new(new SimulatedBlockDevice(more.Build(), 512));
        disk.Fit(s_id);
        Assert.That(disk.Table.Find(9)!.LastSector, Is.EqualTo(20 * 2048UL - 1));
        byte[] raid = [.. s_image.Build(), .. new byte[Grown]];
        raid[^5] = 1;
        SlotDisk kept = new(new SimulatedBlockDevice(raid, 512));
        Assert.That(kept.Fit(s_id).Changes, Has.Count.EqualTo(1), "only the id: the end belongs to somebody");
        Assert.That(kept.Table.Find(9)!.Sectors, Is.EqualTo(2048UL));
    }

    [Test]
    public void A_disk_without_a_table_gives_a_plan_that_says_why()
    {
        SlotDisk disk = new(new SimulatedBlockDevice(new byte[1 << 20], 512));
        Assert.That(FirstBoot.Plan(disk.State, s_id).Table.Obstacle, Does.StartWith("there is no table to go by"));
    }

    [Test]
    public void A_power_cut_at_any_step_leaves_a_table_with_every_partition_in_its_place(
        [Values] bool isPrimaryDamaged)
    {
        byte[] image = [.. s_image.Build(), .. new byte[Grown]];
        if (isPrimaryDamaged)
            image.AsSpan(1024 + 16, 20).Fill(0x5A);
        SimulatedBlockDevice uncut = new(image, 512);
        new SlotDisk(uncut).Fit(s_id);
        int cuts = 0;
        for (int step = 0; step < uncut.Steps; step++)
        {
            for (ulong variant = 0; variant < 12; variant++, cuts++)
            {
                SimulatedBlockDevice cut = new(image, 512)
                {
                    CutAt = step,
                    Chance = variant == 0 ? null : new Prng(variant).Child($"{step}"),
                    KeptShare = variant == 1 ? 1 : 0.5,
                };
                Assert.Throws<PowerCutException>(() => new SlotDisk(cut).Fit(s_id));
                SimulatedBlockDevice next = new(cut.Image, 512);
                SlotDisk disk = new(next);
                Assert.That(disk.State.Table, Is.Not.Null, $"step {step} variant {variant}");
                GptPartition state = disk.Table.Find(9)!;
                Assert.That(state.FirstSector, Is.EqualTo(14 * 2048UL));
                Assert.That(state.Sectors, Is.EqualTo(2048UL).Or.EqualTo(10 * 2048UL));
                disk.Fit(s_id);
                Assert.That(disk.Table.Find(9)!.Sectors, Is.EqualTo(10 * 2048UL), "the next start ends it");
                Assert.That(disk.State.Problems(), Is.Empty);
            }
        }

        Assert.That(cuts, Is.GreaterThan(12 * 8));
    }
}
