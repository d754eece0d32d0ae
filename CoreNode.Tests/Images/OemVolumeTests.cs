using System.Text;
using CoreNode.Images;
using CoreNode.Platform.Blocks;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Simulation;

namespace CoreNode.Tests.Images;

/// <summary>A configuration gets into the partition where the machine looks for it, as other tools read it.</summary>
[TestFixture, Category("Conformance")]
internal sealed class OemVolumeTests
{
    private const int VolumeBytes = 4 << 20;

    private static readonly byte[] s_config = Encoding.UTF8.GetBytes("#cloud-config\nhostname: one\n");

    private TestFolder _folder = null!;

    [SetUp]
    public void SetUp()
    {
        TestPrograms.Debugfs();
        TestPrograms.MkfsExt4();
        _folder = new TestFolder();
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task A_new_one_has_the_configuration_for_root_alone()
    {
        byte[] made = Make(null, "cloud-config.yml", s_config);
        Assert.That(await DumpAsync(made, "cloud-config.yml"), Is.EqualTo("#cloud-config\nhostname: one\n"));
        string listed = (await DebugfsAsync(made, "stat cloud-config.yml")).Output;
        Assert.That(listed, Does.Contain("Mode:  0600").And.Match("User: +0 +Group: +0"));
    }

    [Test]
    public async Task What_an_image_has_there_stays_and_an_older_configuration_is_replaced()
    {
        byte[] first = Make(null, "cloud-config.yml", "#cloud-config\nhostname: an-older-one\n"u8.ToArray());
        byte[] second = Make(first, "config.ign", "{}"u8.ToArray());
        byte[] third = Make(second, "cloud-config.yml", s_config);
        Assert.That(await DumpAsync(third, "cloud-config.yml"), Is.EqualTo("#cloud-config\nhostname: one\n"));
        Assert.That(await DumpAsync(third, "config.ign"), Is.EqualTo("{}"));
        string file = _folder.File("checked");
        await File.WriteAllBytesAsync(file, third);
        ProgramResult checkedBy = await ProgramResult.OfAsync("/usr/sbin/e2fsck", ["-fn", file]);
        Assert.That(checkedBy.ExitCode, Is.Zero, checkedBy.Output);
    }

    [Test]
    public void A_partition_without_a_file_system_is_refused()
    {
        IOException refused = Assert.Throws<IOException>(() => Make(new byte[VolumeBytes], "config.ign", s_config))!;
        Assert.That(refused.Message, Does.Contain("nothing was written to the disk"));
    }

    private byte[] Make(byte[]? present, string name, byte[] content)
    {
        IBlockDevice? held = present is null ? null : new SimulatedBlockDevice(present, 512);
        using IBlockDevice made = OemVolume.Make(_folder.Path, VolumeBytes, held, name, content);
        byte[] bytes = new byte[made.LengthBytes];
        made.Read(0, bytes);
        return bytes;
    }

    private async Task<string> DumpAsync(byte[] volume, string name) =>
        (await DebugfsAsync(volume, $"cat {name}")).Output;

    private async Task<ProgramResult> DebugfsAsync(byte[] volume, string order)
    {
        string file = _folder.File("looked-at");
        await File.WriteAllBytesAsync(file, volume);
        return await ProgramResult.OfAsync(TestPrograms.Debugfs(), ["-R", order, file]);
    }
}
