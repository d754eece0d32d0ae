using System.Globalization;
using System.Text.Json;
using CoreNode.Boot;
using CoreNode.Boot.Model;

namespace CoreNode.Tests.EndToEnd.Image;

/// <summary>The disk of the image, as other programs see it.</summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
internal sealed class ImageDiskTests
{
    private const long Mib = 1 << 20;
    private const long SlotOffset = 516 * Mib;
    private const long SlotBytes = 1024 * Mib;

    private BuiltImage _image = null!;

    [OneTimeSetUp]
    public void FindImage() => _image = BuiltImage.Find();

    [Test]
    public async Task Sgdisk_finds_nothing_wrong_with_the_table()
    {
        ProgramResult result = await ProgramResult.OfAsync(TestPrograms.Sgdisk(), ["-v", "-p", _image.Disk]);
        Assert.That(result.Output, Does.Contain("No problems found"));
        Assert.That(result.Output, Does.Contain("00000000-0000-0000-0000-000000000001"), "random at the first boot");
    }

    [TestCase(1, "EFI-SYSTEM", "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", 512, "0000000000000000")]
    [TestCase(2, "BIOS-BOOT", "21686148-6449-6E6F-744E-656564454649", 2, "0000000000000000")]
    [TestCase(3, "USR-A", "5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6", 1024, "0101000000000000")]
    [TestCase(4, "USR-B", "5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6", 1024, "0000000000000000")]
    [TestCase(6, "OEM", "0FC63DAF-8483-4772-8E79-3D69D8477DE4", 128, "0000000000000000")]
    [TestCase(9, "STATE", "3884DD41-8582-4404-B9A8-E9B84F2DF50E", 2048, "0000000000000000")]
    public async Task A_partition_is_CoreOSs(int number, string label, string type, int mebibytes, string attributes)
    {
        ProgramResult result = await ProgramResult.OfAsync(TestPrograms.Sgdisk(), ["-i", $"{number}", _image.Disk]);
        Assert.That(result.Output, Does.Contain($"Partition GUID code: {type}"));
        Assert.That(result.Output, Does.Contain($"Partition name: '{label}'"));
        Assert.That(result.Output, Does.Contain($"Attribute flags: {attributes}"));
        Assert.That(result.Output, Does.Contain($"Partition size: {mebibytes * Mib / 512} sectors"));
        string first = result.Output.Split("First sector: ")[1].Split(' ')[0];
        Assert.That(long.Parse(first, CultureInfo.InvariantCulture) * 512 % (2 * Mib), Is.Zero, "alignment");
    }

    [Test]
    public async Task The_first_slot_says_what_it_is_and_the_key_of_the_image_has_signed_it()
    {
        using TestFolder folder = new();
        File.Copy(_image.Key.Replace(".key", ".pub.pem", StringComparison.Ordinal), folder.File("image.pem"));
        ProgramResult result = await ProgramResult.OfAsync(
            TestPrograms.Corenode(), ["slot", "show", _image.Disk, "-o", "json"]);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        JsonElement first = JsonDocument.Parse(result.Output).RootElement.GetProperty("slots")[0];
        Assert.That(first.GetRawText(), Does.Contain($"\"{_image.Version}\"").And.Contain($"\"{BuiltImage.Board}\""));
        Assert.That(first.GetRawText(), Does.Contain(_image.VerityRoot));
        ProgramResult verified = await ProgramResult.OfAsync(
            TestPrograms.Corenode(), ["payload", "verify", _image.File("payload"), "--key", folder.File("image.pem")]);
        Assert.That(verified.ExitCode, Is.Zero, verified.Error);
    }

    [Test]
    public async Task Veritysetup_verifies_the_slot_where_it_lies_on_the_disk()
    {
        using TestFolder folder = new();
        string slot = folder.File("slot");
        await CutAsync(slot);
        string[] arguments = ["verify", slot, slot, _image.VerityRoot, $"--hash-offset={_image.VerityOffset}"];
        ProgramResult result = await ProgramResult.OfAsync(TestPrograms.Veritysetup(), arguments);
        Assert.That(result.ExitCode, Is.Zero, result.Error);

        await using (FileStream file = new(slot, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Position = _image.VerityOffset / 2;
            int value = file.ReadByte();
            file.Position--;
            file.WriteByte((byte)(value ^ 1));
        }

        result = await ProgramResult.OfAsync(TestPrograms.Veritysetup(), arguments);
        Assert.That(result.ExitCode, Is.Not.Zero, "one bit was changed");
    }

    [Test]
    public async Task The_boot_partition_holds_the_loader_and_two_equal_copies_of_the_boot_stage()
    {
        using TestFolder folder = new();
        foreach (string copy in (string[])["a", "b"])
        {
            foreach (string name in (string[])["vmlinuz", "initrd"])
            {
                string file = folder.File($"{copy}-{name}");
                ProgramResult copied = await ProgramResult.OfAsync(
                    TestPrograms.Mcopy(), ["-i", $"{_image.Disk}@@2M", $"::/corenode/boot/{copy}/{name}", file]);
                Assert.That(copied.ExitCode, Is.Zero, copied.Error);
                byte[] found = await File.ReadAllBytesAsync(file);
                byte[] wanted = await File.ReadAllBytesAsync(_image.File(name));
                Assert.That(found.AsSpan().SequenceEqual(wanted), Is.True, $"copy {copy} of {name}");
            }
        }

        StageCopies copies = await GetCopiesAsync(folder);
        Assert.That(copies.ReadState(), Is.EqualTo(new LoaderState()));
        StageCopy a = copies.Look('a');
        Assert.That(a.Fault, Is.Null);
        Assert.That((a.About!.Version, a.About.Board), Is.EqualTo((_image.Version, BuiltImage.Board)));
        Assert.That(copies.Look('b'), Is.EqualTo(a with { Name = 'b' }));

        ProgramResult loader = await ProgramResult.OfAsync(
            TestPrograms.Mcopy(), ["-i", $"{_image.Disk}@@2M", "::/EFI/BOOT/BOOTX64.EFI", folder.File("loader")]);
        Assert.That(loader.ExitCode, Is.Zero, loader.Error);
        Assert.That((await File.ReadAllBytesAsync(folder.File("loader")))[..2], Is.EqualTo("MZ"u8.ToArray()));
    }

    [Test]
    public void Sizes_are_within_their_targets()
    {
        const long payloadTarget = 110_000_000;
        const long usrTarget = 320_000_000;
        long payload = new FileInfo(_image.File("payload")).Length;
        TestContext.Out.WriteLine($"payload {payload}, /usr {_image.VerityOffset}");
        Assert.That(payload, Is.LessThanOrEqualTo(payloadTarget));
        Assert.That(_image.VerityOffset, Is.LessThanOrEqualTo(usrTarget));
    }

    private async Task<StageCopies> GetCopiesAsync(TestFolder folder)
    {
        ProgramResult copied = await ProgramResult.OfAsync(
            TestPrograms.Mcopy(), ["-s", "-n", "-i", $"{_image.Disk}@@2M", "::/corenode/boot", folder.Path]);
        Assert.That(copied.ExitCode, Is.Zero, copied.Error);
        return new StageCopies(new CoreNode.Platform.RealFiles(), folder.File("boot"), static _ => { });
    }

    // The image and its tree, not the gigabyte of the slot.
    private async Task CutAsync(string to)
    {
        long length = new FileInfo(_image.File("usr")).Length;
        Assert.That(length, Is.LessThan(SlotBytes - Mib));
        await using FileStream disk = File.OpenRead(_image.Disk);
        await using FileStream slot = File.Create(to);
        disk.Position = SlotOffset;
        byte[] piece = new byte[Mib];
        for (long left = length; left > 0;)
        {
            int read = await disk.ReadAsync(piece.AsMemory(0, (int)Math.Min(left, Mib)));
            await slot.WriteAsync(piece.AsMemory(0, read));
            left -= read;
        }
    }
}
