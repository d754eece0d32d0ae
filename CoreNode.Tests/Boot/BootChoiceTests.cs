using System.Text.Json.Nodes;
using CoreNode.Boot;
using CoreNode.Disks;
using CoreNode.Disks.Metadata;
using CoreNode.Hosting.Boot;
using CoreNode.Platform.Blocks;
using CoreNode.Tests.Cli;
using CoreNode.Tests.Disks.Gpt;
using CoreNode.Tests.EndToEnd;
using CoreNode.Updates.Applying;
using CoreNode.Updates.Keys;

namespace CoreNode.Tests.Boot;

/// <summary>What the boot stage makes of image files, with the code that it has as the first process.</summary>
[TestFixture, Category("Unit")]
internal sealed class BootChoiceTests
{
    private const ulong SlotSectors = 4096;

    private TestFolder _folder = null!;
    private SigningKey _key = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TestFolder();
        _key = SigningKey.Create(KeyKind.EcdsaP256);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void A_new_slot_is_taken_and_its_try_is_spent()
    {
        string image = Image(TestPartition.Bits(1, 0, 1), TestPartition.Bits(2, 3, 0));
        Sign(image, 1, _key);
        Sign(image, 2, _key);
        BootChoice asked = Choose(image, asks: true);
        Assert.That(asked.Chosen!.Number, Is.EqualTo(2));
        Assert.That(Bits(image, 2), Is.EqualTo("2/3/0"), "nothing is spent when somebody asks");
        Assert.That(Choose(image).Chosen!.Number, Is.EqualTo(2));
        Assert.That(Bits(image, 2), Is.EqualTo("2/2/0"));
    }

    [Test]
    public void Slots_that_do_not_prove_themselves_are_passed_over_and_cost_their_try()
    {
        string image = Image(TestPartition.Bits(1, 0, 1), TestPartition.Bits(2, 1, 0));
        Sign(image, 1, _key);
        Sign(image, 2, SigningKey.Create(KeyKind.EcdsaP256));
        BootChoice choice = Choose(image);
        Assert.That(choice.Chosen!.Number, Is.EqualTo(1));
        Assert.That(choice.Failures, Has.Count.EqualTo(1));
        Assert.That(choice.Failures[0].ToString(),
            Is.EqualTo("USR-B (2) version 1.0: no key that is trusted here signed it"));
        Assert.That(Bits(image, 2), Is.EqualTo("2/0/0"));
    }

    [TestCase("cloud", "cloud", 1)]
    [TestCase("cloud", "metal", null)]
    [TestCase("any", "metal", 1)]
    public void A_slot_of_another_board_is_not_taken(string made, string board, int? chosen)
    {
        string image = Image(TestPartition.Bits(1, 0, 1), 0);
        Sign(image, 1, _key, made);
        using RealBlockDevice device = RealBlockDevice.Open(image, BlockAccess.Write);
        BootChoice choice = BootChoice.Of(new SlotDisk(device), Trust(), board, isUnsigned: false, asks: false);
        Assert.That(choice.Chosen?.Number, Is.EqualTo(chosen));
    }

    [Test]
    public void Where_the_disk_fails_in_one_slot_the_next_is_taken()
    {
        string image = Image(TestPartition.Bits(1, 0, 1), TestPartition.Bits(2, 1, 0));
        Sign(image, 1, _key);
        Sign(image, 2, _key);
        using BrokenDevice device = new(
            RealBlockDevice.Open(image, BlockAccess.Write), (long)(2048 + SlotSectors) * 512,
            (long)(2048 + (2 * SlotSectors)) * 512);
        BootChoice choice = BootChoice.Of(new SlotDisk(device), Trust(), "cloud", isUnsigned: false, asks: false);
        Assert.That(choice.Chosen!.Number, Is.EqualTo(1));
        Assert.That(choice.Failures.Single().ToString(), Does.StartWith("USR-B (2)").And.Contain("Input/output error"));
        Assert.That(Bits(image, 2), Is.EqualTo("2/0/0"));
    }

    [Test]
    public void A_slot_without_tries_is_the_last_resort()
    {
        string image = Image(TestPartition.Bits(1, 0, 0), TestPartition.Bits(2, 1, 0));
        Sign(image, 1, _key);
        BootChoice choice = Choose(image);
        Assert.That(choice.Chosen!.Number, Is.EqualTo(1));
        Assert.That(choice.Reason, Does.StartWith("no other slot starts"));
    }

    [Test]
    public async Task The_command_shows_each_slot_with_why_and_fails_where_none_starts()
    {
        string image = Image(TestPartition.Bits(1, 0, 1), TestPartition.Bits(2, 1, 0));
        Sign(image, 1, _key);
        await File.WriteAllTextAsync(_folder.File("key.pem"), _key.Public.ToPem());
        string[] order = ["boot", "choose", "--disk", image, "--keys", _folder.File("key.pem")];
        (int code, string output, _) = await RunAsync([.. order, "--dry-run"]);
        Assert.That(code, Is.Zero);
        string[] lines = output.Split('\n');
        Assert.That(lines[1], Does.StartWith("2      USR-B -       no      it holds nothing"));
        Assert.That(lines[2], Does.StartWith("1      USR-A 1.0     yes     first of those"));

        (_, output, _) = await RunAsync([.. order, "-o", "json"]);
        JsonNode report = JsonNode.Parse(output)!;
        Assert.That((int)report["chosen"]!, Is.EqualTo(1));
        Assert.That((bool)report["slots"]![0]!["started"]!, Is.False);
        Assert.That(Bits(image, 2), Is.EqualTo("2/0/0"));

        (code, _, string error) = await RunAsync([.. order, "--board", "metal"]);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("the machine would stop at the rescue console"));
        (code, _, error) = await RunAsync(["boot", "choose", "--disk", _folder.File("none.img")]);
        Assert.That(code, Is.EqualTo(4), error);
    }

    [Test]
    public async Task An_archive_that_lacks_something_is_not_written()
    {
        string output = _folder.File("initrd");
        (int code, _, string error) = await RunAsync(
            ["boot", "initrd", "--usr", _folder.Path, "--board", "cloud", "--out", output]);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("lib/corenode/boot/vmlinuz does not exist, and the boot stage needs it"));
        Assert.That(File.Exists(output), Is.False);
        (code, _, error) = await RunAsync(
            ["boot", "initrd", "--usr", _folder.Path, "--board", "cloud9", "--out", output]);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("name one of cloud, metal"));
        (code, _, error) = await RunAsync(["boot", "kernel-version", "/bin/sh"]);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("is no kernel"));
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = await CoreNode.Cli.CommandLine.RunAsAsync(
            "corenode", args, CliRun.Host(output, error) with { Boot = new BootOffice() });
        return (code, output.ToString(), error.ToString());
    }

    private BootChoice Choose(string image, bool asks = false)
    {
        using RealBlockDevice device = RealBlockDevice.Open(image, asks ? BlockAccess.Read : BlockAccess.Write);
        return BootChoice.Of(new SlotDisk(device), Trust(), "cloud", isUnsigned: false, asks);
    }

    private SlotVerifier Trust() => SlotSignatures.Trusting(TrustedKeys.Of([_key.Public]));

    private string Image(ulong bitsA, ulong bitsB)
    {
        string path = _folder.File("disk.img");
        TestDisk disk = new()
        {
            Sectors = 16384,
            Partitions =
            [
                new(1, 2048, 2048 + SlotSectors - 1) { Label = "USR-A", Attributes = bitsA },
                new(2, 2048 + SlotSectors, 2048 + (2 * SlotSectors) - 1) { Label = "USR-B", Attributes = bitsB },
            ],
        };
        using FileStream file = new(path, FileMode.Create, FileAccess.Write);
        disk.WriteTables(file);
        return path;
    }

    private static void Sign(string image, int slot, SigningKey key, string board = "cloud")
    {
        using OpenSlot open = OpenSlot.In(RealBlockDevice.Open(image, BlockAccess.Write), slot, isOwned: true);
        SlotMetadata metadata = new()
        {
            Version = "1.0",
            Counter = 1,
            Board = board,
            Verity = new SlotVerity
            {
                DataBlockBytes = 4096,
                HashBlockBytes = 4096,
                DataBlocks = 1,
                HashOffsetBytes = 4096,
                RootHash = new byte[32],
                Salt = new byte[2],
            },
        };
        SlotMetadataArea.Write(open.Device, SlotMetadataCodec.Encode(metadata, SlotSignatures.By([key])));
    }

    private static string Bits(string image, int slot)
    {
        using RealBlockDevice device = RealBlockDevice.Open(image, BlockAccess.Read);
        return new SlotDisk(device).Table.Find(slot)!.Attributes.ToString();
    }
}
