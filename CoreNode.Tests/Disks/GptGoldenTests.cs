using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Tests.Simulation;
using CoreNode.Tests.Wal;

namespace CoreNode.Tests.Disks;

/// <summary>
/// A table that sgdisk 1.0.9 wrote (`sgdisk-table.bin`: the first 34 and the last 33 sectors of a disk of 4096) is
/// read, and changing an attribute gives the same bytes as ever.
/// </summary>
[TestFixture, Category("Unit")]
internal sealed class GptGoldenTests
{
    private const int Front = 34 * 512;
    private const int Back = 33 * 512;
    private const int Whole = 4096 * 512;

    [Test]
    public void A_table_of_sgdisk_is_read_and_changed_to_the_same_bytes_as_ever()
    {
        byte[] kept = GoldenFile.Read("sgdisk-table.bin");
        byte[] image = new byte[Whole];
        kept.AsSpan(0, Front).CopyTo(image);
        kept.AsSpan(Front).CopyTo(image.AsSpan(Whole - Back));
        SimulatedBlockDevice device = new(image, 512);
        SlotDisk disk = new(device);
        Assert.That(disk.State.Problems(), Is.Empty);
        Assert.That(
            disk.Table.Partitions.Select(static one => $"{one.Number} {one.Label} {one.Attributes}"),
            Is.EqualTo(new[] { "3 USR-A 1/0/1", "4 USR-B 0/0/0", "9 ROOT 0/0/0" }));
        disk.Change(static table => SlotOrder.MarkForTrial(table, new SlotRule(), 4, tries: 1));
        GoldenFile.AssertIs("slot-table.bin", [.. device.Image[..Front], .. device.Image[^Back..]]);
    }
}
