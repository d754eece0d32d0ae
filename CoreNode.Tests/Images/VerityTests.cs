using System.Globalization;
using CoreNode.Disks.Metadata;
using CoreNode.Images;
using CoreNode.Platform.Blocks;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Images;

/// <summary>Trees of hashes that veritysetup made are found whole, whatever their height, and damage is found.
/// </summary>
[TestFixture, Category("Conformance")]
internal sealed class VerityTests
{
    private const int Block = 4096;

    // One block, one hash block, one that is just full, one more, and three levels.
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(128)]
    [TestCase(129)]
    [TestCase(16_500)]
    public async Task What_veritysetup_made_is_whole(int blocks)
    {
        string veritysetup = TestPrograms.Veritysetup();
        using TestFolder folder = new();
        string image = folder.File("slot");
        byte[] data = new byte[blocks * Block];
        new Random(blocks).NextBytes(data);
        await File.WriteAllBytesAsync(image, data);
        string end = data.Length.ToString(CultureInfo.InvariantCulture);
        ProgramResult made = await ProgramResult.OfAsync(
            veritysetup,
            [
                "format", image, image, $"--hash-offset={end}", "--salt=00112233",
                "--uuid=00000000-0000-0000-0000-000000000001",
                $"--data-blocks={blocks.ToString(CultureInfo.InvariantCulture)}",
            ]);
        Assert.That(made.ExitCode, Is.Zero, made.Error);
        string root = made.Output.Split('\n')
            .First(static line => line.StartsWith("Root hash", StringComparison.Ordinal)).Split(':')[1].Trim();
        await using (FileStream file = new(image, FileMode.Open))
            file.SetLength((file.Length + Block - 1) / Block * Block + SlotMetadataCodec.AreaBytes * 2);
        byte[] metadata = SlotMetadataCodec.Encode(
            new SlotMetadata
            {
                Version = "1",
                Counter = 1,
                Board = "cloud",
                Verity = new SlotVerity
                {
                    DataBlockBytes = Block,
                    HashBlockBytes = Block,
                    DataBlocks = blocks,
                    HashOffsetBytes = data.Length,
                    RootHash = Convert.FromHexString(root),
                    Salt = new byte[] { 0x00, 0x11, 0x22, 0x33 },
                },
            },
            static _ => []);
        using (RealBlockDevice slot = RealBlockDevice.Open(image, BlockAccess.Write))
            SlotMetadataArea.Write(slot, metadata);
        Assert.That(Check(image), Is.EqualTo("1"));
        // Some block of the data, and the first hash of the tree.
        foreach (long at in new[] { Random.Shared.NextInt64(data.Length), data.Length + Block + 3 })
        {
            if (blocks == 1 && at > data.Length)
                continue;
            Flip(image, at);
            Assert.That(Assert.Throws<IOException>(() => Check(image))!.Message, Does.Contain("is damaged"), $"{at}");
            Flip(image, at);
        }

        Assert.That(Check(image), Is.EqualTo("1"));
    }

    private static string Check(string image)
    {
        using RealBlockDevice slot = RealBlockDevice.Open(image, BlockAccess.Read);
        return SlotCheck.Run(slot, static (_, _) => null, static (_, _, _) => { }).Version;
    }

    private static void Flip(string image, long at)
    {
        using FileStream file = new(image, FileMode.Open);
        file.Position = at;
        int one = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(one ^ 1));
    }
}
