using System.Text.Json.Nodes;
using CoreNode.Tests.Disks.Gpt;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Cli;

/// <summary>corenode slot on image files.</summary>
[TestFixture, Category("Unit")]
internal sealed class SlotCommandsTests
{
    private TestFolder _folder = null!;
    private TestDisk _disk = null!;

    private string Image => _folder.File("disk.img");

    [SetUp]
    public void MakeImage()
    {
        _folder = new TestFolder();
        _disk = new TestDisk
        {
            Sectors = 12000,
            Partitions =
            [
                new(3, 40, 4135) { Label = "USR-A", Attributes = TestPartition.Bits(1, 0, 1) },
                new(4, 4136, 8231) { Label = "USR-B", Attributes = TestPartition.Bits(2, 1, 0) },
                new(9, 9000, 9999) { Label = "ROOT", Type = Guid.NewGuid() },
            ],
        };
        byte[] image = _disk.Build();
        image.AsSpan(40 * 512, (9000 - 40) * 512).Clear();
        File.WriteAllBytes(Image, image);
    }

    [TearDown]
    public void RemoveImage() => _folder.Dispose();

    [Test]
    public async Task Slots_are_shown()
    {
        CliRun run = await RunAsync("show", Image);
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
        Assert.That(run.Output, Is.EqualTo($"""
            {Image}: 12000 sectors of 512 bytes, disk id 0fc63daf-8483-4772-8e79-3d69d8477de4
            NUMBER LABEL PRIORITY TRIES SUCCESSFUL SIZE  STATE HOLDS
            3      USR-A 1        0     yes        2 MiB -     -
            4      USR-B 2        1     no         2 MiB next  -

            """));
        JsonNode page = JsonNode.Parse((await RunAsync("show", Image, "-o", "json")).Output)!;
        Assert.That((int?)page["sectorSize"], Is.EqualTo(512));
        Assert.That((bool?)page["slots"]![1]!["next"], Is.True);
        Assert.That((string?)page["slots"]![0]!["holds"]!["state"], Is.EqualTo("absent"));
    }

    [Test]
    public async Task Showing_writes_nothing_and_says_what_is_damaged()
    {
        byte[] image = await File.ReadAllBytesAsync(Image);
        image[600] ^= 1;
        await File.WriteAllBytesAsync(Image, image);
        CliRun run = await RunAsync("show", Image);
        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Error, Does.Match(
            "^the primary table is damaged: the header's checksum is [0-9a-f]{8}, [0-9a-f]{8} expected; "
            + $"`corenode slot repair {Image}` mends it\n$"));
        Assert.That(await File.ReadAllBytesAsync(Image), Is.EqualTo(image));
        CliRun repair = await RunAsync("repair", Image);
        Assert.That(repair.Output, Does.StartWith("mended: the primary table is damaged").And.Contain(
            "both copies of the table are whole and equal now, read back "));
        Assert.That((await RunAsync("repair", Image)).Output, Does.EndWith(
            "nothing to mend, both copies of the table are whole and equal\n"));
    }

    [Test]
    public async Task Next_counts_a_try_unless_it_is_only_asked()
    {
        string line = $"4 USR-B {_disk.Partitions[1].Id}\n";
        Assert.That((await RunAsync("next", Image, "--dry-run")).Output, Is.EqualTo(line));
        Assert.That((await RunAsync("next", Image)).Output, Is.EqualTo(line));
        JsonNode second = JsonNode.Parse((await RunAsync("next", Image, "-o", "json")).Output)!;
        Assert.That((int?)second["chosen"], Is.EqualTo(3), "the only try was used");
    }

    [Test]
    public async Task The_last_resort_is_said()
    {
        CliRun run = await RunAsync("next", Image, "--label", "USR-X");
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((4, $"{Image} has no slots: see --type and --label\n")));
        await RunAsync("next", Image);
        CliRun only = await RunAsync("next", Image, "--label", "USR-B");
        Assert.That(only.Error, Is.EqualTo(
            "no slot has tries left or has proved to be good: this is merely the first one\n"));
        Assert.That((only.ExitCode, only.Output), Is.EqualTo((0, $"4 USR-B {_disk.Partitions[1].Id}\n")));
    }

    [Test]
    public async Task A_slot_is_put_first_and_marked_good()
    {
        CliRun first = await RunAsync("prioritize", Image, "--slot", "USR-A", "--priority", "9", "-o", "json");
        JsonNode page = JsonNode.Parse(first.Output)!;
        Assert.That((int?)page["slots"]![0]!["priority"], Is.EqualTo(9), first.Error);
        Assert.That((int?)page["slots"]![1]!["priority"], Is.EqualTo(8));
        Assert.That((string?)page["readBack"], Is.EqualTo("direct").Or.EqualTo("advised"));
        CliRun good = await RunAsync("mark-good", Image, "--slot", "4");
        Assert.That(good.Output, Does.Contain("4      USR-B 2        0     yes        2 MiB next  -"));
        CliRun renumbered = await RunAsync("prioritize", Image);
        Assert.That(renumbered.ExitCode, Is.Zero);
    }

    [TestCase("mark-good IMAGE", 4, "which slot of IMAGE runs is not known: name one with --slot; there are 3 ")]
    [TestCase("mark-good IMAGE --slot 9", 4, "IMAGE has no slot '9': there are 3 (USR-A), 4 (USR-B)")]
    [TestCase("show IMAGE.none", 4, "IMAGE.none does not exist: name a disk, a partition or an image file")]
    [TestCase("show IMAGE --type nothing", 1, "--type: 'nothing' is neither a GUID nor one of coreos-usr, ")]
    [TestCase("show IMAGE --sector-size 520", 2, "--sector-size takes 512 or 4096, not '520'")]
    [TestCase("prioritize IMAGE --priority 16", 2, "--priority takes a number from 1 to 15, not '16'")]
    [TestCase("prioritize IMAGE -f", 1, "--with-equals takes others along with a slot: name that one with --slot")]
    [TestCase("show IMAGE --sector-size 4096", 1, "IMAGE: there is no table to go by: the primary table is missing")]
    public async Task What_cannot_be_done_is_said_with_what_to_do(string line, int code, string error)
    {
        CliRun run = await RunAsync(line.Replace("IMAGE", Image).Split(' '));
        Assert.That(run.ExitCode, Is.EqualTo(code), run.Error);
        Assert.That(run.Error, Does.StartWith(error.Replace("IMAGE", Image)));
        Assert.That(run.Output, Is.Empty);
    }

    private static Task<CliRun> RunAsync(params string[] words) => CliRun.OfAsync(["slot", .. words]);
}
