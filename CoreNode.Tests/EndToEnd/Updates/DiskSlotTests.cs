using System.Text.Json.Nodes;
using CoreNode.Platform.Blocks;
using CoreNode.Tests.Disks.Gpt;

namespace CoreNode.Tests.EndToEnd.Updates;

/// <summary>
/// corenode slot on a disk of the kernel and on its partitions, one of which is held open as a mounted root would.
/// Needs root and loop devices.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class DiskSlotTests
{
    private TestFolder _folder = null!;
    private TestDisk _made = null!;
    private LoopDisk _disk = null!;
    private FileStream _mounted = null!;

    [SetUp]
    public async Task AttachAsync()
    {
        _folder = new TestFolder();
        _made = new TestDisk
        {
            Sectors = 12000,
            Partitions =
            [
                new(3, 40, 4135) { Label = "USR-A", Attributes = TestPartition.Bits(1, 0, 1) },
                new(4, 4136, 8231) { Label = "USR-B", Attributes = TestPartition.Bits(2, 1, 0) },
            ],
        };
        await File.WriteAllBytesAsync(_folder.File("disk.img"), _made.Build());
        _disk = await LoopDisk.AttachAsync(_folder.File("disk.img"), partitions: 4);
        _mounted = File.OpenRead(_disk.Partition(3));
    }

    [TearDown]
    public async Task DetachAsync()
    {
        if (_mounted is not null)
            await _mounted.DisposeAsync();
        if (_disk is not null)
            await _disk.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_partition_stands_for_its_disk_and_names_the_slot()
    {
        ProgramResult shown = await SlotAsync("show", _disk.Path);
        Assert.That(shown.Output, Does.StartWith($"{_disk.Path}: 12000 sectors of 512 bytes, disk id "));
        Assert.That(shown.Output, Does.Contain("4      USR-B 2        1     no         2 MiB next"));
        Assert.That((await SlotAsync("show", _disk.Partition(3))).Output, Is.EqualTo(shown.Output));
        string line = $"4 USR-B {_made.Partitions[1].Id}\n";
        Assert.That((await SlotAsync("next", _disk.Path, "--dry-run")).Output, Is.EqualTo(line));
        Assert.That((await SlotAsync("next", _disk.Partition(3))).Output, Is.EqualTo(line));
        Assert.That(await SlotsAsync(), Is.EqualTo((string[])["3: 1/0/1", "4: 2/0/0"]), "it was tried");

        JsonNode good = JsonNode.Parse((await SlotAsync("mark-good", _disk.Partition(4), "-o", "json")).Output)!;
        Assert.That((string?)good["disk"], Is.EqualTo(_disk.Path));
        Assert.That((int?)good["chosen"], Is.EqualTo(4));
        Assert.That((string?)good["readBack"], Is.EqualTo("direct"));
        Assert.That(await SlotsAsync(), Is.EqualTo((string[])["3: 1/0/1", "4: 2/0/1"]));
        await SlotAsync("prioritize", _disk.Partition(3));
        Assert.That(await SlotsAsync(), Is.EqualTo((string[])["3: 2/0/1", "4: 1/0/1"]));
        ProgramResult read = await ProgramResult.OfAsync(TestPrograms.Sfdisk(), ["--json", _disk.Path]);
        JsonNode table = JsonNode.Parse(read.Output)!["partitiontable"]!;
        Assert.That((string?)table["partitions"]![0]!["attrs"], Is.EqualTo("GUID:49,56"));
        Assert.That((string?)table["partitions"]![1]!["attrs"], Is.EqualTo("GUID:48,56"));
    }

    [Test]
    public async Task A_damaged_table_is_mended_also_by_way_of_a_partition([Values(0, 3)] int named)
    {
        string path = named == 0 ? _disk.Path : _disk.Partition(named);
        using (RealBlockDevice device = RealBlockDevice.Open(_disk.Path, BlockAccess.Write))
        {
            device.Write(512, new byte[512]);
            device.Sync();
        }

        Assert.That((await SlotAsync("show", path)).Error, Does.Contain("the primary table is "));
        ProgramResult mended = await SlotAsync("repair", path);
        Assert.That(mended.Output, Does.StartWith("mended: the primary table is ").And.Contain(
            $"{_disk.Path}: both copies of the table are whole and equal now, read back "));
        ProgramResult verified = await ProgramResult.OfAsync(TestPrograms.Sgdisk(), ["-v", _disk.Path]);
        Assert.That(verified.Output, Does.Contain("No problems found"));
        byte[] whole = await File.ReadAllBytesAsync(_folder.File("disk.img"));
        Assert.That(whole.AsSpan().SequenceEqual(_made.Build()), Is.True, "as it was");
    }

    private static async Task<ProgramResult> SlotAsync(params string[] words)
    {
        ProgramResult result = await ProgramResult.OfAsync(TestPrograms.Corenode(), ["slot", .. words]);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        return result;
    }

    private async Task<string[]> SlotsAsync()
    {
        JsonNode page = JsonNode.Parse((await SlotAsync("show", _disk.Path, "-o", "json")).Output)!;
        return
        [
            .. page["slots"]!.AsArray().Select(static slot => $"{slot!["number"]}: {slot["priority"]}/{slot["tries"]}/"
                + ((bool)slot["successful"]! ? "1" : "0")),
        ];
    }
}
