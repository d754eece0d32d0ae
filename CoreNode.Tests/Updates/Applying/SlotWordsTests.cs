using System.Buffers.Binary;
using System.Security.Cryptography;
using CoreNode.Disks.Metadata;
using CoreNode.Tests.Cli;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Updates.Payload;
using CoreNode.Updates.Applying;
using CoreNode.Updates.Keys;
using CoreNode.Updates.Payload;

namespace CoreNode.Tests.Updates.Applying;

/// <summary>What a slot says of itself is made and signed with the payload.</summary>
[TestFixture, Category("Unit")]
internal sealed class SlotWordsTests
{
    private const int TreeAt = 3 << 20;
    private static readonly string s_root = new('7', 64);

    private TestFolder _folder = null!;

    [SetUp]
    public async Task SetUp()
    {
        _folder = new TestFolder();
        byte[] image = TestImages.Noise(5, 4 << 20);
        Superblock().CopyTo(image, TreeAt);
        await File.WriteAllBytesAsync(_folder.File("new.img"), image);
        foreach (string key in new[] { "a", "b", "c" })
            await CliRun.OfAsync(["key", "new", _folder.File(key + ".key"), "--type", "ecdsa-p256"]);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task It_is_signed_by_each_key_and_names_the_tree_of_the_image()
    {
        byte[] words = await WordsAsync(
            "--verity-root", s_root, "--verity-offset", $"{TreeAt}", "--board", "amd64-usr");
        foreach (string key in new[] { "a", "b" })
        {
            SlotMetadataReading reading = SlotMetadataCodec.Read(words, Trusting(key));
            Assert.That(reading, Is.InstanceOf<SlotMetadataReading.Trusted>());
            SlotMetadata metadata = ((SlotMetadataReading.Trusted)reading).Metadata;
            Assert.That((metadata.Version, metadata.Board), Is.EqualTo(("1.4.0", "amd64-usr")));
            Assert.That(metadata.Counter, Is.EqualTo(1000004000000));
            Assert.That(metadata.Verity.DataBlocks, Is.EqualTo(768));
            Assert.That(metadata.Verity.HashOffsetBytes, Is.EqualTo(TreeAt));
            Assert.That(metadata.Verity.Salt.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
            Assert.That(Convert.ToHexStringLower(metadata.Verity.RootHash.Span), Is.EqualTo(s_root));
        }

        Assert.That(SlotMetadataCodec.Read(words, Trusting("c")), Is.InstanceOf<SlotMetadataReading.Untrusted>());
        Assert.That(
            SlotMetadataCodec.Read(words, SlotSignatures.Trusting(TrustedKeys.None)),
            Is.InstanceOf<SlotMetadataReading.Untrusted>());
    }

    [Test]
    public async Task A_kernel_beside_the_image_is_named_by_its_hash()
    {
        byte[] kernel = TestImages.Noise(6, 70_001);
        await File.WriteAllBytesAsync(_folder.File("vmlinuz"), kernel);
        ReleaseInfo release = await ReleaseAsync(
            "--verity-root", s_root, "--verity-offset", $"{TreeAt}", "--kernel", _folder.File("vmlinuz"));
        byte[] hash = SHA256.HashData(kernel);
        Assert.That(release.KernelHashes, Is.EqualTo((byte[][])[hash]));
        SlotMetadataReading reading = SlotMetadataCodec.Read(release.SlotMetadata, Trusting("a"));
        SlotKernel named = ((SlotMetadataReading.Trusted)reading).Metadata.Kernels.Single();
        Assert.That((named.Path, named.LengthBytes), Is.EqualTo(("vmlinuz", kernel.LongLength)));
        Assert.That(named.Sha256.ToArray(), Is.EqualTo(hash));
    }

    [Test]
    public async Task Without_a_tree_there_is_nothing_to_say() => Assert.That(await WordsAsync(), Is.Empty);

    [Test]
    public async Task A_tree_that_is_not_where_it_should_be_is_found_while_the_payload_is_made()
    {
        CliRun elsewhere = await MakeAsync("--verity-root", s_root, "--verity-offset", "4096");
        Assert.That(elsewhere.ExitCode, Is.EqualTo(1));
        Assert.That(elsewhere.Error, Does.Contain("has no dm-verity tree at byte 4096"));
        CliRun salted = await MakeAsync(
            "--verity-root", s_root, "--verity-offset", $"{TreeAt}", "--verity-salt", "ff");
        Assert.That(salted.Error, Does.Contain("another salt"));
        Assert.That(File.Exists(_folder.File("new.img.payload")), Is.False);
    }

    private static byte[] Superblock()
    {
        byte[] block = new byte[512];
        "verity\0\0"u8.CopyTo(block);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(8), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(12), 1);
        "sha256"u8.CopyTo(block.AsSpan(32));
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(64), 4096);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(68), 4096);
        BinaryPrimitives.WriteUInt64LittleEndian(block.AsSpan(72), 768);
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(80), 3);
        new byte[] { 1, 2, 3 }.CopyTo(block, 88);
        return block;
    }

    private SlotVerifier Trusting(string key) => SlotSignatures.Trusting(TrustedKeys.Of(
        [VerifyingKey.ReadFile(_folder.File(key + ".pub.pem"))]));

    private Task<CliRun> MakeAsync(params string[] words) => CliRun.OfAsync(
        [
            "payload", "create", _folder.File("new.img"), "--key", _folder.File("a.key"), "--key",
            _folder.File("b.key"), "--version", "1.4.0", .. words,
        ]);

    private async Task<byte[]> WordsAsync(params string[] words) => (await ReleaseAsync(words)).SlotMetadata;

    private async Task<ReleaseInfo> ReleaseAsync(params string[] words)
    {
        CliRun run = await MakeAsync(words);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        byte[] payload = await File.ReadAllBytesAsync(_folder.File("new.img.payload"));
        VerifiedPayload read = WholePayload.TryInspect(new MemoryFile(payload), FastHashes.Instance, out _)!;
        return read.Manifest.Release!;
    }
}
