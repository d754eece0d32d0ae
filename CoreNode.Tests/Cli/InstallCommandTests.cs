using System.Text.Json.Nodes;
using CoreNode.Cli;
using CoreNode.Disks;
using CoreNode.Hosting.Provision;
using CoreNode.Platform.Blocks;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Images;
using CoreNode.Updates.Applying;
using CoreNode.Updates.Keys;

namespace CoreNode.Tests.Cli;

/// <summary>corenode install, as it is typed, with files for disks.</summary>
[TestFixture, Category("Unit")]
internal sealed class InstallCommandTests
{
    private TestFolder _folder = null!;
    private string _image = "";
    private string _disk = "";

    [SetUp]
    public async Task SetUp()
    {
        _folder = new TestFolder();
        _image = _folder.File("image");
        _disk = _folder.File("disk");
        SigningKey key = SigningKey.Create(KeyKind.EcdsaP256);
        await File.WriteAllTextAsync(_folder.File("key.pem"), key.Public.ToPem());
        await File.WriteAllBytesAsync(_image, new TestImage { Sign = SlotSignatures.By([key]) }.Build());
        await MakeDiskAsync(24);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Without_yes_it_checks_and_says_what_it_would_do()
    {
        CliRun run = await RunAsync();
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Is.EqualTo("nothing was written: --yes does it\n"));
        Assert.That(run.Output, Is.EqualTo(
            $"{_disk} (24 MiB) would get 1.2.0 (release 12) for cloud, from {_image}\n"
            + "room for what the machine keeps: 8 MiB; its configuration: what its sources give\n"));
        Assert.That((await File.ReadAllBytesAsync(_disk)).AsSpan().ContainsAnyExcept((byte)0), Is.False);
    }

    [Test]
    public async Task With_yes_the_disk_has_the_system()
    {
        CliRun run = await RunAsync("--yes", "-o", "json");
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
        JsonNode page = JsonNode.Parse(run.Output)!;
        Assert.That((string?)page["version"], Is.EqualTo("1.2.0"));
        Assert.That((bool?)page["written"], Is.True);
        using RealBlockDevice disk = RealBlockDevice.Open(_disk, BlockAccess.Read);
        SlotDisk slots = new(disk);
        Assert.That(slots.State.Problems(), Is.Empty);
        Assert.That(slots.Table.DiskId.ToString(), Is.EqualTo((string?)page["diskId"]));
    }

    [Test]
    public async Task A_packed_image_is_installed()
    {
        ProgramResult packed = await ProgramResult.OfAsync(TestPrograms.Zstd(), ["-q", "--rm", _image]);
        Assert.That(packed.ExitCode, Is.Zero, packed.Error);
        _image += ".zst";
        CliRun run = await RunAsync("--yes");
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
    }

    [Test]
    public async Task A_disk_that_holds_something_is_told_and_wiped_only_when_asked()
    {
        Assert.That((await RunAsync("--yes")).ExitCode, Is.Zero);
        byte[] before = await File.ReadAllBytesAsync(_disk);
        CliRun again = await RunAsync("--yes");
        Assert.That(again.ExitCode, Is.EqualTo(1));
        Assert.That(again.Error, Does.Contain($"{_disk} is not empty: it holds partition 1 (EFI-SYSTEM), 1 MiB")
            .And.Contain("partition 9 (STATE), 8 MiB; nothing was written").And.Contain("--wipe"));
        Assert.That((await File.ReadAllBytesAsync(_disk)).AsSpan().SequenceEqual(before), Is.True);
        CliRun wiped = await RunAsync("--yes", "--wipe");
        Assert.That((wiped.ExitCode, wiped.Error), Is.EqualTo((0, "")));
        Assert.That(wiped.Output, Does.Contain($"{_disk} held partition 9 (STATE), 8 MiB"));
    }

    [Test]
    public async Task An_image_of_another_board_is_refused()
    {
        CliRun refused = await RunAsync("--yes", "--board", "metal");
        Assert.That(refused.ExitCode, Is.EqualTo(1));
        Assert.That(refused.Error, Is.EqualTo(
            $"{_image} is for the board cloud, and this is for metal: nothing was written; take the image of that "
            + "board, or say --board cloud if the disk goes there\n"));
        Assert.That((await File.ReadAllBytesAsync(_disk)).AsSpan().ContainsAnyExcept((byte)0), Is.False);
        Assert.That((await RunAsync("--yes", "--board", "cloud")).ExitCode, Is.Zero);
    }

    [Test]
    public async Task An_image_by_an_unknown_key_is_refused()
    {
        await File.WriteAllTextAsync(
            _folder.File("key.pem"), SigningKey.Create(KeyKind.EcdsaP256).Public.ToPem());
        CliRun refused = await RunAsync("--yes");
        Assert.That(refused.ExitCode, Is.EqualTo(1));
        Assert.That(refused.Error, Does.Contain("no key that is trusted here signed it"));
    }

    [Test]
    public async Task A_disk_that_is_too_small_or_not_there_is_refused()
    {
        await MakeDiskAsync(14);
        Assert.That(
            (await RunAsync("--yes")).Error, Does.Contain($"{_disk} has 14 MiB, and {_image} needs 16 MiB: 2 MiB"));
        File.Delete(_disk);
        Assert.That((await RunAsync("--yes")).Error, Does.Contain($"{_disk} does not exist"));
    }

    [Test]
    public async Task An_image_is_not_written_over_itself()
    {
        byte[] before = await File.ReadAllBytesAsync(_image);
        _disk = _image;
        CliRun refused = await RunAsync("--yes", "--wipe");
        Assert.That(refused.ExitCode, Is.EqualTo(1));
        Assert.That(refused.Error, Does.Contain("is what --image names, too: nothing was written"));
        Assert.That((await File.ReadAllBytesAsync(_image)).AsSpan().SequenceEqual(before), Is.True);
    }

    [Test]
    public async Task What_is_no_file_or_packed_otherwise_is_refused()
    {
        string image = _image;
        _image = "https://example.com/disk.raw";
        CliRun url = await RunAsync("--yes");
        Assert.That((url.ExitCode, url.Output), Is.EqualTo((2, "")));
        Assert.That(url.Error, Does.Contain("--image takes a file"));
        _image = image;
        await File.WriteAllBytesAsync(_image, [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
        Assert.That((await RunAsync("--yes")).Error, Does.Contain("is packed with gzip or bzip2: unpack it"));
    }

    [Test]
    public async Task A_configuration_with_mistakes_is_refused_before_anything_is_written()
    {
        string config = _folder.File("config");
        await File.WriteAllTextAsync(config, "hostname: one\n");
        CliRun refused = await RunAsync("--yes", "--config", config);
        Assert.That(refused.ExitCode, Is.EqualTo(1));
        Assert.That(refused.Error, Does.Contain("without its first line").And.Contain(
            $"{config} cannot be used: nothing was written"));
        Assert.That((await File.ReadAllBytesAsync(_disk)).AsSpan().ContainsAnyExcept((byte)0), Is.False);
        File.Delete(config);
        Assert.That((await RunAsync("--yes", "--config", config)).Error, Does.Contain($"{config} does not exist"));
    }

    [TestCase("#cloud-config\nhostname: one\n", "cloud-config.yml")]
    [TestCase("{\"ignition\": {\"version\": \"3.4.0\"}}", "config.ign")]
    public async Task A_configuration_lies_where_the_machine_looks_for_it(string text, string name)
    {
        string debugfs = TestPrograms.Debugfs();
        string mkfs = TestPrograms.MkfsExt4();
        await MakeOemAsync(mkfs);
        string config = _folder.File("config");
        await File.WriteAllTextAsync(config, text);
        CliRun run = await RunAsync("--yes", "--config", config);
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
        Assert.That(run.Output, Does.Contain($"its configuration: {name}"));
        byte[] oem;
        using (RealBlockDevice disk = RealBlockDevice.Open(_disk, BlockAccess.Read))
            oem = TestImage.Bytes(disk, TestImage.OemNumber);
        await File.WriteAllBytesAsync(_folder.File("oem"), oem);
        ProgramResult read = await ProgramResult.OfAsync(debugfs, ["-R", $"cat {name}", _folder.File("oem")]);
        Assert.That(read.Output, Is.EqualTo(text));
    }

    [Test]
    public async Task A_machine_that_runs_from_no_slot_needs_an_image()
    {
        if (new MachineDisks("/").FindRunning() is not null)
            Assert.Ignore("this machine says from which slot it runs");
        CliRun refused = await CliRun.OfAsync(["install", "--disk", _disk, "--yes"]);
        Assert.That(refused.ExitCode, Is.EqualTo(1));
        Assert.That(refused.Error, Does.Contain("this machine runs from no slot").And.Contain("--image"));
    }

    private async Task<CliRun> RunAsync(params string[] words)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        CliHost host = CliRun.Host(output, error) with
        {
            Configurations = new ConfigOffice(error, static _ => null, TimeProvider.System),
        };
        int code = await CommandLine.RunAsAsync(
            "corenode",
            ["install", "--disk", _disk, "--image", _image, "--keys", _folder.File("key.pem"), .. words], host);
        return new CliRun(code, output.ToString(), error.ToString());
    }

    private async Task MakeDiskAsync(int mebibytes)
    {
        await using FileStream made = File.Create(_disk);
        made.SetLength((long)mebibytes << 20);
    }

    private async Task MakeOemAsync(string mkfs)
    {
        string file = _folder.File("oem.made");
        await using (FileStream made = File.Create(file))
            made.SetLength(4 << 20);
        ProgramResult result = await ProgramResult.OfAsync(mkfs, ["-q", "-F", file]);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        await using FileStream image = new(_image, FileMode.Open);
        image.Position = 10 << 20;
        await image.WriteAsync(await File.ReadAllBytesAsync(file));
    }
}
