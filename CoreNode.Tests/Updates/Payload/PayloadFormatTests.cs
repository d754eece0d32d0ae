using CoreNode.Tests.Wal;
using CoreNode.Updates.Payload;

namespace CoreNode.Tests.Updates.Payload;

/// <summary>Payloads and positions are what docs/formats.md says (golden files).</summary>
[TestFixture, Category("Conformance")]
internal sealed class PayloadFormatTests
{
    private static readonly TestKeys s_keys = new("one", "two");
    private static readonly byte[] s_old = TestImages.Noise(1, 60_000);
    private static readonly byte[] s_image =
        [.. s_old[8192..20_480], .. TestImages.Noise(2, 300), .. s_old[20_480..40_000], .. new byte[9000]];

    private static readonly byte[] s_kernel = [.. Enumerable.Repeat((byte)'k', 5000)];

    [Test]
    public void A_delta_is_written_as_the_golden_file() =>
        GoldenFile.AssertIs(
            "update-payload-v2-delta.bin",
            TestImages.Payload(
                [
                    new("root", new MemoryFile(s_image), new MemoryFile(s_old)),
                    new("kernel", new MemoryFile(s_kernel), null),
                ],
                s_keys));

    [Test]
    public void A_full_payload_is_written_as_the_golden_file() =>
        GoldenFile.AssertIs(
            "update-payload-v2-full.bin", TestImages.Payload([new("root", new MemoryFile(s_image), null)], s_keys));

    [TestCase("update-payload-v2-delta.bin")]
    [TestCase("update-payload-v2-full.bin")]
    public void The_golden_payload_makes_its_image(string name)
    {
        Dictionary<string, byte[]>? images =
            TestImages.Apply(GoldenFile.Read(name), s_keys, s_old, out PayloadFault? fault);
        Assert.That(fault, Is.Null);
        Assert.That(images!["root"], Is.EqualTo(s_image));
    }

    [Test]
    public void Version_1_is_read_from_the_golden_file()
    {
        byte[] made = Version1Payload.Make(s_image, s_kernel, s_keys);
        GoldenFile.AssertIs("update-payload-v1.bin", made);
        VerifiedPayload? verified = WholePayload.TryVerify(
            new MemoryFile(made), s_keys, FastHashes.Instance, PayloadExpectation.None, out PayloadFault? fault);
        Assert.That(fault, Is.Null);
        Assert.That(
            verified!.Manifest.Partitions.Select(p => p.Name), Is.EqualTo(new[] { "root", "kernel" }));
    }

    [Test]
    public void A_position_is_kept_as_the_golden_file()
    {
        PayloadReader reader = new(
            s_keys, FastHashes.Instance, new PayloadExpectation(null, new byte[PayloadLimits.HashBytes]));
        ReadOnlySpan<byte> input = GoldenFile.Read("update-payload-v2-full.bin");
        Assert.That(reader.Read(ref input), Is.EqualTo(PayloadStep.Metadata));
        Assert.That(reader.Read(ref input), Is.EqualTo(PayloadStep.Operation));
        GoldenFile.AssertIs("update-position-v1.bin", reader.Position.Write());
        PayloadPosition read = PayloadPosition.TryRead(GoldenFile.Read("update-position-v1.bin"))!;
        Assert.That(read.NextOperation, Is.EqualTo(1));
        Assert.That(read.DataOffset, Is.EqualTo(reader.Position.DataOffset));
    }
}
