using System.Buffers.Binary;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Foundation;
using CoreNode.Platform.Blocks;
using CoreNode.Tests.Simulation;

namespace CoreNode.Tests.Disks.Gpt;

/// <summary>
/// Disks with random damage, also such that all checksums fit: reading ends without a crash and within a bound of
/// memory, and whatever is written afterwards lies in no partition and not in sector 0.
/// </summary>
[TestFixture, Category("Unit")]
[Parallelizable(ParallelScope.Self)]
internal sealed class GptFuzzTests
{
    private const int Runs = 4000;
    private const long MostBytes = 16 << 20;

    [Test]
    public void Random_damage_never_crashes_and_never_moves_a_partition()
    {
        int repaired = 0;
        int refused = 0;
        for (ulong seed = 0; seed < Runs; seed++)
        {
            Prng chance = new(seed);
            byte[] image = Damaged(chance, out int sectorBytes);
            SimulatedBlockDevice device = new(image, sectorBytes);
            long before = GC.GetAllocatedBytesForCurrentThread();
            SlotDisk? disk = Open(device);
            long taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.That(taken, Is.LessThan(MostBytes), $"seed {seed}");
            if (disk?.State.Table is not { } table)
                continue;
            CheckTable(table, disk.State.Shape, seed);
            try
            {
                disk.Change(
                    static now => now.Partitions.Count == 0 ? now : now.With(now.Partitions[0].Number, default));
                repaired++;
            }
            catch (IOException refusal)
            {
                Assert.That(refusal.Message, Does.Contain("nothing was written"), $"seed {seed}");
                Assert.That(device.Steps, Is.Zero, $"seed {seed}");
                refused++;
            }

            CheckWrites(device, table, sectorBytes, seed);
        }

        Assert.That(repaired, Is.GreaterThan(Runs / 10));
        Assert.That(refused, Is.GreaterThan(0));
    }

    [Test]
    public void Noise_is_no_table()
    {
        for (ulong seed = 0; seed < 300; seed++)
        {
            Prng chance = new(seed);
            byte[] image = new byte[chance.Next(1, 100_000)];
            for (int at = 0; at < image.Length; at++)
                image[at] = (byte)chance.Next(256);
            if (image.Length > 600)
                "EFI PART"u8.CopyTo(image.AsSpan(512));
            Assert.That(Open(new SizelessDevice(image))?.State.Table, Is.Null);
        }
    }

    private static SlotDisk? Open(IBlockDevice device)
    {
        try
        {
            return new SlotDisk(device);
        }
        catch (IOException tooSmall)
        {
            Assert.That(tooSmall.Message, Does.Contain("too few for a partition table"));
            return null;
        }
    }

    private static void CheckTable(GptTable table, DiskShape shape, ulong seed)
    {
        Assert.That(table.LastUsable, Is.LessThan(shape.Sectors), $"seed {seed}");
        ulong end = table.FirstUsable;
        foreach (GptPartition one in table.Partitions.OrderBy(static one => one.FirstSector))
        {
            Assert.That(one.FirstSector, Is.GreaterThanOrEqualTo(end), $"seed {seed}");
            Assert.That(one.LastSector, Is.InRange(one.FirstSector, table.LastUsable), $"seed {seed}");
            end = one.LastSector + 1;
        }
    }

    private static void CheckWrites(SimulatedBlockDevice device, GptTable table, int sectorBytes, ulong seed)
    {
        foreach ((long offset, int length) in device.Written)
        {
            ulong first = (ulong)offset / (ulong)sectorBytes;
            ulong last = (ulong)(offset + length - 1) / (ulong)sectorBytes;
            Assert.That(first, Is.GreaterThan(0), $"seed {seed}");
            Assert.That(last < table.FirstUsable || first > table.LastUsable, Is.True, $"seed {seed}");
        }
    }

    private static byte[] Damaged(Prng chance, out int sectorBytes)
    {
        sectorBytes = chance.Chance(0.8) ? 512 : 4096;
        TestDisk made = RandomDisks.Draw(chance, sectorBytes, TestPartition.SlotType);
        byte[] image = made.Build();
        int last = made.Sectors - 1;
        for (int times = chance.Next(4); times >= 0; times--)
        {
            int header = chance.Chance(0.6) ? 1 : last;
            int entries = header == 1 ? 2 : last - made.EntrySectors;
            switch (chance.Next(6))
            {
                case 0:
                    BinaryPrimitives.WriteUInt64LittleEndian(
                        image.AsSpan(header * sectorBytes + 8 * chance.Next(1, 11)), Number(chance, made));
                    made.Sign(image, header);
                    break;
                case 1:
                    BinaryPrimitives.WriteUInt32LittleEndian(
                        image.AsSpan(header * sectorBytes + 4 * chance.Next(2, 23)),
                        (uint)(Number(chance, made) & uint.MaxValue));
                    made.Sign(image, header);
                    break;
                case 2:
                    int entry = entries * sectorBytes + chance.Next(8) * made.EntryBytes;
                    BinaryPrimitives.WriteUInt64LittleEndian(
                        image.AsSpan(entry + 8 * chance.Next(16)), Number(chance, made));
                    made.SignEntries(image, header, entries);
                    break;
                case 3:
                    image[446 + 4 + 16 * chance.Next(4)] = (byte)(chance.Chance(0.5) ? 0x83 : 0);
                    break;
                case 4:
                    image.AsSpan(chance.Next(image.Length - 700), chance.Next(700)).Fill((byte)chance.Next(256));
                    break;
                default:
                    int area = made.Sectors < 100 ? image.Length : 40 * sectorBytes;
                    image[chance.Next(area)] ^= (byte)(1 << chance.Next(8));
                    break;
            }
        }

        return chance.Next(8) switch
        {
            0 => [.. image, .. new byte[chance.Next(80) * sectorBytes + chance.Next(sectorBytes)]],
            1 => image[..chance.Next(image.Length)],
            _ => image,
        };
    }

    private static ulong Number(Prng chance, TestDisk made) => chance.Next(5) switch
    {
        0 => chance.NextUInt64(),
        1 => ulong.MaxValue - (ulong)chance.Next(3),
        2 => (ulong)chance.Next(made.Sectors + 5),
        3 => (ulong)chance.Next(40),
        _ => (ulong)chance.Next(1 << 30) << chance.Next(4),
    };
}
