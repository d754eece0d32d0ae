using System.Buffers.Binary;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Tests.Simulation;

namespace CoreNode.Tests.Disks.Gpt;

/// <summary>What a table says is read, and every field that UEFI fixes is checked.</summary>
[TestFixture(512), TestFixture(4096), Category("Unit")]
internal sealed class GptReadingTests(int sectorBytes)
{
    private readonly TestDisk _disk = new()
    {
        SectorBytes = sectorBytes,
        Partitions =
        [
            new(1, 40, 49) { Label = "USR-A", Attributes = TestPartition.Bits(2, 1, 0) },
            new(2, 50, 50) { Label = "USR-B", Attributes = TestPartition.Bits(1, 0, 1) },
            new(128, 60, 99) { Label = new string('ü', 36), Attributes = 5 },
        ],
    };

    [Test]
    public void A_whole_table_is_read_as_it_was_written()
    {
        GptDisk read = Read(_disk.Build());
        Assert.Multiple(() =>
        {
            Assert.That(read.Problems(), Is.Empty);
            Assert.That(read.BootRecord, Is.EqualTo(BootRecord.Protective));
            Assert.That(read.Table!.DiskId, Is.EqualTo(_disk.DiskId));
            Assert.That(read.Table.EntryCount, Is.EqualTo(128));
            Assert.That(read.Table.FirstUsable, Is.EqualTo(_disk.FirstUsable));
            Assert.That(read.Table.LastUsable, Is.EqualTo(_disk.LastUsable));
            Assert.That(read.Table.Partitions.Select(Seen), Is.EqualTo(_disk.Partitions));
            Assert.That(GptPlan.Repair(read).Stages, Is.Empty);
        });
    }

    // Offset in the header, bytes of the value, what it becomes, and what is said of it.
    [TestCase(8, 4, 0x00010001ul, GptFaultKind.Revision)]
    [TestCase(12, 4, 91ul, GptFaultKind.HeaderSize)]
    [TestCase(12, 4, 5000ul, GptFaultKind.HeaderSize)]
    [TestCase(12, 4, 0xFFFFFFFFul, GptFaultKind.HeaderSize)]
    [TestCase(20, 4, 1ul, GptFaultKind.Reserved)]
    [TestCase(24, 8, 7ul, GptFaultKind.OwnSector)]
    [TestCase(32, 8, 256ul, GptFaultKind.DiskTooSmall)]
    [TestCase(32, 8, ulong.MaxValue, GptFaultKind.DiskTooSmall)]
    [TestCase(32, 8, 1ul, GptFaultKind.UsableRange)]
    [TestCase(40, 8, 0ul, GptFaultKind.UsableRange)]
    [TestCase(40, 8, 255ul, GptFaultKind.UsableRange)]
    [TestCase(40, 8, 3ul, GptFaultKind.EntriesPlace)]
    [TestCase(48, 8, 255ul, GptFaultKind.UsableRange)]
    [TestCase(48, 8, ulong.MaxValue, GptFaultKind.DiskTooSmall)]
    [TestCase(72, 8, 0ul, GptFaultKind.EntriesPlace)]
    [TestCase(72, 8, 30ul, GptFaultKind.EntriesPlace)]
    [TestCase(72, 8, ulong.MaxValue, GptFaultKind.EntriesPlace)]
    [TestCase(80, 4, 0ul, GptFaultKind.EntryCount)]
    [TestCase(80, 4, 0xFFFFFFFFul, GptFaultKind.EntryCount)]
    [TestCase(80, 4, 127ul, GptFaultKind.EntriesChecksum)]
    [TestCase(84, 4, 0ul, GptFaultKind.EntrySize)]
    [TestCase(84, 4, 64ul, GptFaultKind.EntrySize)]
    [TestCase(84, 4, 384ul, GptFaultKind.EntrySize)]
    [TestCase(84, 4, 0x80000000ul, GptFaultKind.EntrySize)]
    [TestCase(88, 4, 0ul, GptFaultKind.EntriesChecksum)]
    public void A_field_that_is_wrong_is_told(int at, int bytes, ulong value, GptFaultKind fault)
    {
        byte[] image = _disk.Build();
        Span<byte> header = image.AsSpan(sectorBytes + at);
        if (bytes == 4)
            BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)value);
        else
            BinaryPrimitives.WriteUInt64LittleEndian(header, value);
        _disk.Sign(image, 1);
        GptDisk read = Read(image);
        Assert.That(read.Primary.Faults.Select(one => one.Kind), Does.Contain(fault));
        Assert.That(read.Problems().Single(), Does.StartWith("the primary table is damaged: "));
        Assert.That(read.Table!.Partitions, Has.Count.EqualTo(3), "the backup counts");
    }

    [Test]
    public void Any_bit_of_a_header_that_flips_is_noticed([Values(1, -1)] int sector)
    {
        int start = sector == 1 ? sectorBytes : (_disk.Sectors - 1) * sectorBytes;
        byte[] whole = _disk.Build();
        for (int bit = 0; bit < 92 * 8; bit++)
        {
            byte[] image = [.. whole];
            image[start + bit / 8] ^= (byte)(1 << (bit % 8));
            GptDisk read = Read(image);
            GptCopy copy = sector == 1 ? read.Primary : read.Backup;
            Assert.That(copy.Table, Is.Null, $"bit {bit}");
            Assert.That(read.Table!.Partitions, Has.Count.EqualTo(3), $"bit {bit}");
        }
    }

    [Test]
    public void A_header_that_is_gone_is_told()
    {
        byte[] image = _disk.Build();
        image.AsSpan(sectorBytes, sectorBytes).Clear();
        Assert.That(Read(image).Problems(), Is.EqualTo(
            new[] { "the primary table is missing: no header in sector 1" }));
        image.AsSpan((_disk.Sectors - 1) * sectorBytes).Clear();
        Assert.That(Read(image).Table, Is.Null);
        Assert.That(
            GptPlan.Repair(Read(image)).Obstacle, Does.StartWith("there is no table to go by: the primary table"));
    }

    [Test]
    public void A_backup_that_names_another_primary_is_damaged()
    {
        byte[] image = _disk.Build();
        int last = _disk.Sectors - 1;
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(last * sectorBytes + 32), 2);
        _disk.Sign(image, last);
        Assert.That(Read(image).Backup.Faults.Single().Kind, Is.EqualTo(GptFaultKind.OtherSector));
    }

    [TestCase(32, 5ul, GptFaultKind.PartitionBounds)]
    [TestCase(32, 70ul, GptFaultKind.PartitionBounds)]
    [TestCase(40, 255ul, GptFaultKind.PartitionBounds)]
    [TestCase(40, ulong.MaxValue, GptFaultKind.PartitionBounds)]
    [TestCase(40, 50ul, GptFaultKind.PartitionOverlap)]
    [TestCase(40, 80ul, GptFaultKind.PartitionOverlap)]
    public void A_partition_that_cannot_be_is_told(int at, ulong value, GptFaultKind fault)
    {
        byte[] image = _disk.Build();
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(2 * sectorBytes + at), value);
        _disk.SignEntries(image, 1, 2);
        Assert.That(Read(image).Primary.Faults.Select(one => one.Kind), Does.Contain(fault));
    }

    [Test]
    public void Two_partitions_with_one_id_are_told()
    {
        byte[] image = _disk.Build();
        image.AsSpan(2 * sectorBytes + 16, 16).CopyTo(image.AsSpan(2 * sectorBytes + 128 + 16));
        _disk.SignEntries(image, 1, 2);
        Assert.That(Read(image).Primary.Faults.Single().Kind, Is.EqualTo(GptFaultKind.PartitionId));
        image.AsSpan(2 * sectorBytes + 16, 16).Clear();
        _disk.SignEntries(image, 1, 2);
        Assert.That(Read(image).Primary.Faults.Single().Kind, Is.EqualTo(GptFaultKind.PartitionId));
    }

    [Test]
    public void Copies_that_differ_are_told_and_the_primary_counts()
    {
        byte[] image = _disk.Build();
        TestDisk other = _disk with { Partitions = [_disk.Partitions[0]] };
        byte[] newer = other.Build();
        int backup = (_disk.Sectors - 1 - _disk.EntrySectors) * sectorBytes;
        newer.AsSpan(backup).CopyTo(image.AsSpan(backup));
        GptDisk read = Read(image);
        Assert.That(
            read.Problems(), Is.EqualTo(new[] { "the backup table differs from the primary one, which counts" }));
        Assert.That(read.Table!.Partitions, Has.Count.EqualTo(3));
        Assert.That(GptPlan.Repair(read).Stages.Select(one => one.Role), Is.EqualTo(new[] { GptRole.Backup }));
    }

    [Test]
    public void A_disk_that_lost_its_end_is_told()
    {
        byte[] image = _disk.Build()[..(200 * sectorBytes)];
        GptDisk read = Read(image);
        Assert.That(read.Table, Is.Null);
        Assert.That(read.Problems()[0], Is.EqualTo(
            "the primary table is damaged: the table needs sector 255, but the disk ends with sector 199"));
    }

    [TestCase(0, 0, BootRecord.Empty)]
    [TestCase(0xEE, 0, BootRecord.Protective)]
    [TestCase(0xEE, 0x83, BootRecord.Hybrid)]
    [TestCase(0x07, 0x83, BootRecord.OldKind)]
    public void Sector_zero_is_looked_at(int first, int second, BootRecord expected)
    {
        byte[] image = _disk.Build();
        image[446 + 4] = (byte)first;
        image[446 + 16 + 4] = (byte)second;
        GptDisk read = Read(image);
        Assert.That(read.BootRecord, Is.EqualTo(expected));
        string? obstacle = GptPlan.Change(read, read.Table!.With(1, default)).Obstacle;
        Assert.That(obstacle is not null, Is.EqualTo(expected == BootRecord.OldKind), obstacle);
    }

    private static TestPartition Seen(GptPartition one) => new(one.Number, one.FirstSector, one.LastSector)
    {
        Type = one.Type,
        Id = one.Id,
        Attributes = one.Attributes.Bits,
        Label = one.Label,
    };

    private GptDisk Read(byte[] image) => new SlotDisk(new SimulatedBlockDevice(image, sectorBytes)).State;
}
