using System.Text.Json.Nodes;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Platform.Blocks;
using CoreNode.Tests.Disks.Gpt;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Disks;

/// <summary>
/// A real disk of the kernel, with sectors of either size: what it says of itself, reading past its cache, and other
/// tools as judges. Needs root and loop devices.
/// </summary>
[TestFixture, Category("Conformance")]
internal sealed class LoopDeviceTests
{
    [Test]
    public async Task A_disk_is_changed_and_read_back_past_its_cache([Values(512, 4096)] int sectorBytes)
    {
        using TestFolder folder = new();
        TestDisk made = new()
        {
            SectorBytes = sectorBytes,
            Sectors = 1024,
            Partitions =
            [
                new(3, 40, 49) { Label = "USR-A", Attributes = TestPartition.Bits(1, 0, 1) },
                new(4, 50, 59) { Label = "USR-B" },
            ],
        };
        string image = folder.File("disk.img");
        byte[] damaged = made.Build();
        damaged.AsSpan(sectorBytes, sectorBytes).Clear();
        await File.WriteAllBytesAsync(image, damaged);
        await using (LoopDisk loop = await LoopDisk.AttachAsync(image, sectorBytes))
        {
            string device = loop.Path;
            using (RealBlockDevice disk = RealBlockDevice.Open(device, BlockAccess.Write))
            {
                Assert.That(disk.SectorSizeBytes, Is.EqualTo(sectorBytes));
                Assert.That(disk.LengthBytes, Is.EqualTo(damaged.Length));
                SlotDisk slots = new(disk);
                slots.Change(table => SlotOrder.MarkForTrial(table, new SlotRule(), 4, tries: 1));
                Assert.That(slots.ReadBackWay, Is.EqualTo(ReadBackWay.Direct));
            }

            ProgramResult verified = await ProgramResult.OfAsync(TestPrograms.Sgdisk(), ["-v", device]);
            Assert.That(verified.Output, Does.Contain("No problems found"));
            ProgramResult read = await ProgramResult.OfAsync(TestPrograms.Sfdisk(), ["--json", device]);
            JsonNode table = JsonNode.Parse(read.Output)!["partitiontable"]!;
            Assert.That((int?)table["sectorsize"], Is.EqualTo(sectorBytes));
            Assert.That((string?)table["partitions"]![0]!["attrs"], Is.EqualTo("GUID:48,56"));
            Assert.That((string?)table["partitions"]![1]!["attrs"], Is.EqualTo("GUID:49,52"));
        }

        TestDisk expected = made with
        {
            Partitions =
            [
                made.Partitions[0], made.Partitions[1] with { Attributes = TestPartition.Bits(2, 1, 0) },
            ],
        };
        Assert.That((await File.ReadAllBytesAsync(image)).AsSpan().SequenceEqual(expected.Build()), Is.True);
    }
}
