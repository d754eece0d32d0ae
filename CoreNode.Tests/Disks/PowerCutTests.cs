using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Foundation;
using CoreNode.Tests.Disks.Gpt;
using CoreNode.Tests.Simulation;

namespace CoreNode.Tests.Disks;

/// <summary>
/// The power fails at every write and every sync of a change of the table, on disks that forget and tear what was not
/// synced: there is always a table, its partitions are where they were, the attributes are all old or all new, and
/// whatever lies outside of the table is untouched.
/// </summary>
[TestFixture, Category("Fault")]
[Parallelizable(ParallelScope.Self)]
internal sealed class PowerCutTests
{
    private const int Tables = 12;
    private const int Variants = 8;

    /// <summary>What the disk is like before the change begins.</summary>
    public enum Before
    {
        Whole,
        PrimaryDamaged,
        PrimaryEntriesDamaged,
        BackupDamaged,
        BackupStale,
        Grown,
        GrownALittle,
        GrownAndDamaged,
    }

    [Test]
    public void A_power_cut_at_any_step_leaves_one_whole_table(
        [Values(512, 4096)] int sectorBytes, [Values] Before before)
    {
        int cuts = 0;
        for (ulong seed = 1; seed <= Tables; seed++)
        {
            Prng chance = new Prng(seed).Child($"{sectorBytes}/{before}");
            byte[] image = Image(chance, sectorBytes, before);
            SlotDisk start = new(new SimulatedBlockDevice(image, sectorBytes));
            GptTable old = start.Table;
            GptTable wanted = Other(old, chance);
            SimulatedBlockDevice uncut = new(image, sectorBytes);
            new SlotDisk(uncut).Change(table => Copy(table, wanted));
            for (int step = 0; step < uncut.Steps; step++)
            {
                for (int variant = 0; variant < Variants; variant++, cuts++)
                {
                    Prng kept = new Prng(seed).Child($"{step}/{variant}");
                    byte[] left = Cut(image, sectorBytes, wanted, step, kept, variant);
                    Check(left, image, sectorBytes, old, wanted, $"seed {seed} step {step} variant {variant}");
                    // The power fails again while the next start repairs it.
                    byte[] again = CutRepair(left, sectorBytes, kept);
                    Check(again, image, sectorBytes, old, wanted, $"seed {seed} step {step}/{variant}, second cut");
                }
            }
        }

        Assert.That(cuts, Is.GreaterThan(Tables * Variants * 5));
    }

    [Test]
    public void The_way_of_the_original_tool_loses_the_table()
    {
        TestDisk made = RandomDisks.Draw(new Prng(7), 512, TestPartition.SlotType);
        byte[] image = made.Build();
        image.AsSpan(512, 512).Clear();
        int lost = 0;
        for (ulong seed = 0; seed < 200; seed++)
        {
            // The only whole copy is overwritten first.
            SimulatedBlockDevice device = new(image, 512) { Chance = new Prng(seed), CutAt = 1 };
            GptDisk disk = new SlotDisk(device).State;
            GptTable changed = disk.Table!.With(disk.Table.Partitions[0].Number, new SlotAttributes(ulong.MaxValue));
            GptStage naive = GptPlan.Change(disk, changed).Stages.First(one => one.Role == GptRole.Backup);
            try
            {
                foreach (GptWrite one in naive.Writes)
                    device.Write(one.Offset, one.Data.Span);
                device.Sync();
            }
            catch (PowerCutException)
            {
                lost += new SlotDisk(new SimulatedBlockDevice(device.Image, 512)).State.Table is null ? 1 : 0;
            }
        }

        Assert.That(lost, Is.GreaterThan(20), "these cuts find what is wrong with it");
    }

    private static byte[] Cut(
        byte[] image, int sectorBytes, GptTable wanted, int step, Prng kept, int variant)
    {
        SimulatedBlockDevice device = new(image, sectorBytes)
        {
            CutAt = step,
            Chance = variant == 0 ? null : kept,
            KeptShare = variant == 1 ? 1 : kept.NextDouble(),
        };
        Assert.Throws<PowerCutException>(() => new SlotDisk(device).Change(table => Copy(table, wanted)));
        return device.Image.ToArray();
    }

    private static byte[] CutRepair(byte[] image, int sectorBytes, Prng chance)
    {
        SimulatedBlockDevice uncut = new(image, sectorBytes);
        new SlotDisk(uncut).Repair();
        if (uncut.Steps == 0)
            return image;
        SimulatedBlockDevice device = new(image, sectorBytes) { CutAt = chance.Next(uncut.Steps), Chance = chance };
        Assert.Throws<PowerCutException>(() => new SlotDisk(device).Repair());
        return device.Image.ToArray();
    }

    private static void Check(
        byte[] left, byte[] image, int sectorBytes, GptTable old, GptTable wanted, string where)
    {
        SimulatedBlockDevice device = new(left, sectorBytes);
        SlotDisk disk = new(device);
        Assert.That(disk.State.Table, Is.Not.Null, $"{where}: {string.Join("; ", disk.State.Problems())}");
        string found = Bits(disk.Table);
        Assert.That(found == Bits(old) || found == Bits(wanted), Is.True, $"{where}: {found}");
        Assert.That(Layout(disk.Table), Is.EqualTo(Layout(old)), where);
        int first = (int)old.FirstUsable * sectorBytes;
        int end = (int)(old.LastUsable + 1) * sectorBytes;
        Assert.That(left.AsSpan(0, sectorBytes).SequenceEqual(image.AsSpan(0, sectorBytes)), Is.True, where);
        Assert.That(left.AsSpan(first..end).SequenceEqual(image.AsSpan(first..end)), Is.True, where);
        disk.Repair();
        Assert.That(disk.State.Problems(), Is.Empty, where);
        Assert.That(Bits(disk.Table), Is.EqualTo(found), $"{where}: a repair decides nothing anew");
    }

    private static byte[] Image(Prng chance, int sectorBytes, Before before)
    {
        TestDisk made = RandomDisks.Draw(chance, sectorBytes, TestPartition.SlotType);
        byte[] image = made.Build();
        int backup = image.Length - (1 + made.EntrySectors) * sectorBytes;
        switch (before)
        {
            case Before.Whole:
                break;
            case Before.PrimaryDamaged:
                image.AsSpan(sectorBytes, sectorBytes).Fill(0x5A);
                break;
            case Before.PrimaryEntriesDamaged:
                image.AsSpan(2 * sectorBytes + 16, 20).Fill(0x5A);
                break;
            case Before.BackupDamaged:
                image.AsSpan(backup + 3, 9).Fill(0x5A);
                break;
            case Before.BackupStale:
                byte[] stale = (made with { Partitions = [made.Partitions[0] with { Attributes = 1 }] }).Build();
                stale.AsSpan(backup).CopyTo(image.AsSpan(backup));
                break;
            case Before.Grown:
                return [.. image, .. new byte[100 * sectorBytes]];
            case Before.GrownALittle:
                return [.. image, .. new byte[3 * sectorBytes]];
            case Before.GrownAndDamaged:
                image.AsSpan(2 * sectorBytes + 16, 20).Fill(0x5A);
                return [.. image, .. new byte[50 * sectorBytes]];
            default:
                throw new ArgumentOutOfRangeException(nameof(before), before, "no such beginning");
        }

        return image;
    }

    private static GptTable Other(GptTable table, Prng chance)
    {
        foreach (GptPartition one in table.Partitions)
        {
            // At least one bit of each differs, so that old and new cannot be taken for one another.
            ulong flipped = (chance.NextUInt64() & 0x01FF_0000_0000_0000) | 0x0010_0000_0000_0000;
            table = table.With(one.Number, new SlotAttributes(one.Attributes.Bits ^ flipped));
        }

        return table;
    }

    private static GptTable Copy(GptTable table, GptTable from)
    {
        foreach (GptPartition one in from.Partitions)
            table = table.With(one.Number, one.Attributes);
        return table;
    }

    private static string Bits(GptTable table) =>
        string.Join(' ', table.Partitions.Select(one => $"{one.Attributes.Bits:x}"));

    private static string Layout(GptTable table) => string.Join(
        '\n',
        table.Partitions.Select(one => (one with { Attributes = default }).ToString()).Prepend($"{table.DiskId}"));
}
