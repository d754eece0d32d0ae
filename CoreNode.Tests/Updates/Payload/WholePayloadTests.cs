using System.Security.Cryptography;
using CoreNode.Updates.Payload;

namespace CoreNode.Tests.Updates.Payload;

/// <summary>Payloads from a whole file, of both versions.</summary>
[TestFixture, Category("Unit")]
internal sealed class WholePayloadTests
{
    private static readonly TestKeys s_keys = new("coreos");
    private static readonly byte[] s_image = [.. TestImages.Noise(1, 1_500_000), .. new byte[900_000]];
    private static readonly byte[] s_kernel = TestImages.Noise(2, 70_001);
    private static readonly byte[] s_payload = Version1Payload.Make(s_image, s_kernel, s_keys);

    [Test]
    public void Version_1_is_verified_in_one_pass_and_carried_out_in_a_second()
    {
        VerifiedPayload? verified = Verify(s_payload, s_keys, out PayloadFault? fault);
        Assert.That(fault, Is.Null);
        Assert.That(verified!.Manifest.Release, Is.Null);
        PayloadReader reader = new(verified, s_keys, FastHashes.Instance);
        Assert.That(reader.FileOffset, Is.EqualTo(verified.Header.DataStart));
        Dictionary<string, byte[]> images = [];
        ReadOnlySpan<byte> input = s_payload.AsSpan((int)reader.FileOffset);
        PayloadStep step;
        while ((step = reader.Read(ref input)) == PayloadStep.Operation)
            Assert.That(TestImages.Perform(reader, images, null), Is.Null);
        Assert.That(step, Is.EqualTo(PayloadStep.End), reader.Fault?.Text);
        Assert.That(images["root"].AsSpan().SequenceEqual(s_image), Is.True);
        Assert.That(images["kernel"].AsSpan().SequenceEqual(s_kernel), Is.True);
    }

    [Test]
    public void A_file_that_changes_between_the_passes_is_found_at_its_operation()
    {
        VerifiedPayload verified = Verify(s_payload, s_keys, out _)!;
        byte[] changed = [.. s_payload];
        changed[verified.Header.DataStart + 100] ^= 1;
        PayloadReader reader = new(verified, s_keys, FastHashes.Instance);
        ReadOnlySpan<byte> input = changed.AsSpan(verified.Header.DataStart);
        Assert.That(reader.Read(ref input), Is.EqualTo(PayloadStep.Fault));
        Assert.That(reader.Fault!.Code, Is.EqualTo(PayloadErrorCode.OperationHashMismatch));
    }

    [Test]
    public void Nothing_of_version_1_that_is_not_whole_and_signed_is_taken()
    {
        for (int at = 20; at < s_payload.Length; at += s_payload.Length / 60)
        {
            byte[] flipped = [.. s_payload];
            flipped[at] ^= 4;
            Assert.That(Verify(flipped, s_keys, out PayloadFault? fault), Is.Null, $"byte {at}");
            Assert.That(fault, Is.Not.Null);
            Assert.That(Verify(s_payload[..at], s_keys, out fault), Is.Null);
            Assert.That(fault!.Code, Is.EqualTo(PayloadErrorCode.PayloadSizeMismatch), $"{at} bytes");
        }

        Assert.That(Verify(s_payload, new TestKeys("other"), out PayloadFault? wrong), Is.Null);
        Assert.That(wrong!.Code, Is.EqualTo(PayloadErrorCode.DownloadPayloadVerification));
        Assert.That(Verify(s_payload, new TestKeys(), out PayloadFault? none), Is.Null);
        Assert.That(none!.Code, Is.EqualTo(PayloadErrorCode.PayloadPubKeyVerification));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void What_was_announced_is_compared(bool isVersion1)
    {
        byte[] payload = isVersion1
            ? s_payload
            : TestImages.Payload([new("root", new MemoryFile(s_kernel), null)], s_keys);
        PayloadExpectation right = new((ulong)payload.Length, SHA256.HashData(payload));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(CodeOf(payload, right), Is.Null);
            Assert.That(
                CodeOf(payload, right with { Size = right.Size + 1 }),
                Is.EqualTo(PayloadErrorCode.PayloadSizeMismatch));
            Assert.That(
                CodeOf(payload, right with { Sha256 = new byte[32] }),
                Is.EqualTo(PayloadErrorCode.PayloadHashMismatch));
        }
    }

    [Test]
    public void Whoever_signed_it_a_payload_can_be_looked_at()
    {
        byte[] payload = TestImages.Payload([new("root", new MemoryFile(s_kernel), null)], null);
        VerifiedPayload? seen = WholePayload.TryInspect(new MemoryFile(payload), FastHashes.Instance, out _);
        Assert.That(seen!.Manifest.Release!.Version, Is.EqualTo("1.4.0"));
        Assert.That(WholePayload.Signatures(new MemoryFile(payload), seen, ofMetadata: true), Is.Empty);
        payload = TestImages.Payload([new("root", new MemoryFile(s_kernel), null)], new TestKeys("a", "b"));
        seen = WholePayload.TryInspect(new MemoryFile(payload), FastHashes.Instance, out _);
        Assert.That(WholePayload.Signatures(new MemoryFile(payload), seen!, ofMetadata: true), Has.Count.EqualTo(2));
        Assert.That(WholePayload.Signatures(new MemoryFile(payload), seen!, ofMetadata: false), Has.Count.EqualTo(2));
    }

    private static VerifiedPayload? Verify(byte[] payload, TestKeys keys, out PayloadFault? fault) =>
        WholePayload.TryVerify(
            new MemoryFile(payload), keys, FastHashes.Instance, PayloadExpectation.None, out fault);

    private static PayloadErrorCode? CodeOf(byte[] payload, PayloadExpectation expectation)
    {
        WholePayload.TryVerify(
            new MemoryFile(payload), s_keys, FastHashes.Instance, expectation, out PayloadFault? fault);
        return fault?.Code;
    }
}
