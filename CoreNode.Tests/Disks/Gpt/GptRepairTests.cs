using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Tests.Simulation;

namespace CoreNode.Tests.Disks.Gpt;

/// <summary>Damaged, stale and misplaced copies are mended, and nothing else of the disk changes.</summary>
[TestFixture(512), TestFixture(4096), Category("Unit")]
internal sealed class GptRepairTests(int sectorBytes)
{
    private readonly TestDisk _disk = new()
    {
        SectorBytes = sectorBytes,
        Partitions =
        [
            new(1, 40, 49) { Label = "USR-A", Attributes = TestPartition.Bits(2, 1, 0) },
            new(2, 50, 59) { Label = "USR-B", Attributes = TestPartition.Bits(1, 0, 1) },
        ],
    };

    private int BackupStart => (_disk.Sectors - 1 - _disk.EntrySectors) * sectorBytes;

    [Test]
    public void Either_copy_is_rebuilt_byte_by_byte_from_the_other([Values] GptRole role, [Values] bool headerOnly)
    {
        byte[] whole = _disk.Build();
        byte[] image = [.. whole];
        int header = role == GptRole.Primary ? sectorBytes : (_disk.Sectors - 1) * sectorBytes;
        int entries = role == GptRole.Primary ? 2 * sectorBytes : BackupStart;
        image.AsSpan(headerOnly ? header : entries, headerOnly ? 40 : 200).Fill(0xDB);
        SimulatedBlockDevice device = new(image, sectorBytes);
        SlotDisk disk = new(device);
        IReadOnlyList<string> mended = disk.Repair();
        Assert.That(mended.Single(), Does.StartWith($"the {role.ToString().ToLowerInvariant()} table is "));
        Assert.That(device.Image.SequenceEqual(whole), Is.True);
        Assert.That(device.Written, Has.Count.EqualTo(2), "only the damaged copy is written");
        Assert.That(disk.Repair(), Is.Empty);
    }

    [Test]
    public void Both_copies_are_whole_before_an_attribute_is_written([Values] GptRole role)
    {
        byte[] image = _disk.Build();
        int header = role == GptRole.Primary ? sectorBytes : (_disk.Sectors - 1) * sectorBytes;
        image.AsSpan(header, sectorBytes).Clear();
        SimulatedBlockDevice device = new(image, sectorBytes);
        new SlotDisk(device).Change(table => table.With(1, new SlotAttributes(TestPartition.Bits(3, 0, 1))));
        long last = device.LengthBytes - sectorBytes;
        long[] headers = [.. device.Written.Select(one => one.Offset).Where(at => at == sectorBytes || at == last)];
        long[] expected = role == GptRole.Primary ? [sectorBytes, last, sectorBytes] : [last, last, sectorBytes];
        Assert.That(headers, Is.EqualTo(expected));
    }

    [Test]
    public void What_is_written_is_what_the_specification_says()
    {
        SimulatedBlockDevice device = new(_disk.Build(), sectorBytes);
        new SlotDisk(device).Change(table => table.With(2, new SlotAttributes(TestPartition.Bits(3, 0, 1))));
        TestDisk expected = _disk with
        {
            Partitions = [_disk.Partitions[0], _disk.Partitions[1] with { Attributes = TestPartition.Bits(3, 0, 1) }],
        };
        Assert.That(device.Image.SequenceEqual(expected.Build()), Is.True);
    }

    [Test]
    public void The_same_attributes_write_nothing()
    {
        SimulatedBlockDevice device = new(_disk.Build(), sectorBytes);
        new SlotDisk(device).Change(static table => table);
        Assert.That(device.Steps, Is.Zero);
    }

    [Test]
    public void On_a_disk_that_has_grown_the_backup_goes_to_the_end([Values(1, 3, 40, 300)] int more)
    {
        byte[] image = [.. _disk.Build(), .. new byte[more * sectorBytes]];
        SimulatedBlockDevice device = new(image, sectorBytes);
        SlotDisk disk = new(device);
        Assert.That(disk.State.Problems().Single(), Does.Contain($"but the disk has grown to {256 + more} sectors"));
        disk.Repair();
        byte[] expected = (_disk with { Sectors = 256 + more }).Build();
        int primary = (int)_disk.FirstUsable * sectorBytes;
        int backup = expected.Length - (1 + _disk.EntrySectors) * sectorBytes;
        Assert.That(device.Image[sectorBytes..primary].SequenceEqual(expected.AsSpan(sectorBytes..primary)), Is.True);
        Assert.That(device.Image[..sectorBytes].SequenceEqual(image.AsSpan(0, sectorBytes)), Is.True);
        Assert.That(device.Image[backup..].SequenceEqual(expected.AsSpan(backup)), Is.True);
        Assert.That(disk.State.Problems(), Is.Empty);
    }

    [Test]
    public void What_lies_at_the_end_of_a_grown_disk_is_not_overwritten()
    {
        byte[] image = [.. _disk.Build(), .. new byte[60 * sectorBytes]];
        "RAID metadata"u8.CopyTo(image.AsSpan(image.Length - sectorBytes));
        SimulatedBlockDevice device = new(image, sectorBytes);
        SlotDisk disk = new(device);
        Assert.That(disk.State.Problems().Single(), Does.Contain("holds something else at its end, so it stays there"));
        disk.Change(table => table.With(1, new SlotAttributes(TestPartition.Bits(3, 0, 1))));
        Assert.That(device.Image[(256 * sectorBytes)..].SequenceEqual(image.AsSpan(256 * sectorBytes)), Is.True);
        Assert.That(disk.Table.Find(1)!.Attributes.Priority, Is.EqualTo(3));
        Assert.That(disk.State.IsBackupCurrent, Is.True);
    }

    [Test]
    public void Entries_that_are_torn_on_a_grown_disk_come_from_where_the_backup_still_is()
    {
        byte[] image = [.. _disk.Build(), .. new byte[60 * sectorBytes]];
        image.AsSpan(2 * sectorBytes, 100).Clear();
        SlotDisk disk = new(new SimulatedBlockDevice(image, sectorBytes));
        Assert.That(disk.Table.Partitions, Has.Count.EqualTo(2));
        Assert.That(disk.Repair(), Has.Count.EqualTo(2));
        Assert.That(disk.State.IsBackupAtEnd, Is.True);
    }

    [Test]
    public void A_hybrid_boot_record_stays_as_it_is()
    {
        byte[] image = _disk.Build();
        image[446 + 16 + 4] = 0x83;
        image[446 + 16 + 8] = 40;
        byte[] before = image[..sectorBytes];
        image.AsSpan(sectorBytes, sectorBytes).Clear();
        SimulatedBlockDevice device = new(image, sectorBytes);
        new SlotDisk(device).Change(table => table.With(1, default));
        Assert.That(device.Image[..sectorBytes].SequenceEqual(before), Is.True);
        Assert.That(device.Written.All(one => one.Offset >= sectorBytes), Is.True);
    }

    [Test]
    public void A_disk_that_does_not_keep_what_it_was_given_is_found_out()
    {
        SimulatedBlockDevice device = new(_disk.Build(), sectorBytes) { LiesAboutSync = true };
        SlotDisk disk = new(device);
        IOException? fault = Assert.Throws<IOException>(() => disk.Change(table => table.With(1, default)));
        Assert.That(fault!.Message, Does.StartWith("disk gave back something else than was written, at byte "));
        Assert.That(device.Written.All(one => one.Offset >= BackupStart), Is.True, "the primary copy was not touched");
    }

    [Test]
    public void The_sector_size_of_an_image_is_found()
    {
        Assert.That(
            new SlotDisk(new SizelessDevice(_disk.Build())).State.Shape.SectorSizeBytes, Is.EqualTo(sectorBytes));
        byte[] image = _disk.Build();
        image.AsSpan(sectorBytes, sectorBytes).Clear();
        Assert.That(new SlotDisk(new SizelessDevice(image)).State.Shape.SectorSizeBytes, Is.EqualTo(sectorBytes));
    }
}
