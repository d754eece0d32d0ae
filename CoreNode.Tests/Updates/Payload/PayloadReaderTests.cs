using System.Buffers.Binary;
using System.Security.Cryptography;
using CoreNode.Updates.Payload;

namespace CoreNode.Tests.Updates.Payload;

/// <summary>Payloads as they come in pieces, whole and broken.</summary>
[TestFixture, Category("Unit")]
internal sealed class PayloadReaderTests
{
    private const int MiB = 1 << 20;
    private static readonly TestKeys s_keys = new("one");
    private static readonly byte[] s_old = TestImages.Noise(1, 4 * MiB);
    private static readonly byte[] s_image =
        [.. s_old[MiB..(2 * MiB)], .. TestImages.Noise(2, 5000), .. new byte[3 * MiB], .. s_old[..MiB]];

    private static readonly byte[] s_payload =
        TestImages.Payload([new("root", new MemoryFile(s_image), new MemoryFile(s_old))], s_keys);

    [TestCase(1000)]
    [TestCase(4096)]
    [TestCase(int.MaxValue)]
    public void Pieces_of_any_size_make_the_image(int piece)
    {
        Dictionary<string, byte[]>? images = TestImages.Apply(s_payload, s_keys, s_old, out PayloadFault? fault, piece);
        Assert.That(fault, Is.Null);
        Assert.That(images!["root"].AsSpan().SequenceEqual(s_image), Is.True);
    }

    [Test]
    public void A_small_payload_survives_pieces_of_one_byte()
    {
        byte[] image = TestImages.Noise(3, 5000);
        byte[] payload = TestImages.Payload([new("root", new MemoryFile(image), null)], s_keys);
        Dictionary<string, byte[]>? images = TestImages.Apply(payload, s_keys, null, out PayloadFault? fault, 1);
        Assert.That(fault, Is.Null);
        Assert.That(images!["root"], Is.EqualTo(image));
    }

    [Test]
    public void It_goes_on_after_any_operation_with_a_new_reader_and_a_kept_position()
    {
        PayloadExpectation expectation = new((ulong)s_payload.Length, SHA256.HashData(s_payload));
        Dictionary<string, byte[]> images = [];
        PayloadPosition? position = null;
        int runs = 0;
        while (true)
        {
            runs++;
            PayloadReader reader = new(s_keys, FastHashes.Instance, expectation);
            ReadOnlySpan<byte> input = s_payload;
            Assert.That(reader.Read(ref input), Is.EqualTo(PayloadStep.Metadata));
            if (position is not null)
                Assert.That(reader.TryContinueAt(PayloadPosition.TryRead(position.Write())!), Is.True);
            input = s_payload.AsSpan((int)reader.FileOffset);
            PayloadStep step = reader.Read(ref input);
            if (step == PayloadStep.End)
                break;
            Assert.That(step, Is.EqualTo(PayloadStep.Operation), reader.Fault?.Text);
            Assert.That(TestImages.Perform(reader, images, s_old), Is.Null);
            position = reader.Position;
        }

        Assert.That(runs, Is.GreaterThan(3));
        Assert.That(images["root"].AsSpan().SequenceEqual(s_image), Is.True);
    }

    [Test]
    public void A_position_of_another_payload_is_not_gone_on_with()
    {
        byte[] other = TestImages.Payload([new("root", new MemoryFile(s_old), null)], s_keys);
        PayloadReader reader = Begin(other);
        ReadOnlySpan<byte> input = other.AsSpan((int)reader.FileOffset);
        Assert.That(reader.Read(ref input), Is.EqualTo(PayloadStep.Operation));
        PayloadPosition position = reader.Position;
        Assert.That(Begin(s_payload).TryContinueAt(position), Is.False);
        Assert.That(Begin(other).TryContinueAt(position), Is.True);
    }

    [Test]
    public void Nothing_of_a_manifest_is_looked_at_before_its_signature_is_good()
    {
        byte[] payload = [.. s_payload];
        payload.AsSpan(24, 100).Fill(0xFF);
        Assert.That(CodeOf(payload, s_keys), Is.EqualTo(PayloadErrorCode.MetadataSignatureMismatch));
    }

    [Test]
    public void A_wrong_key_no_key_and_no_signature_are_told_apart()
    {
        byte[] unsigned = TestImages.Payload([new("root", new MemoryFile(s_old), null)], null);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(CodeOf(s_payload, new TestKeys("x")), Is.EqualTo(PayloadErrorCode.MetadataSignatureMismatch));
            Assert.That(CodeOf(s_payload, new TestKeys()), Is.EqualTo(PayloadErrorCode.PayloadPubKeyVerification));
            Assert.That(CodeOf(unsigned, s_keys), Is.EqualTo(PayloadErrorCode.MetadataSignatureMissing));
        }
    }

    [Test]
    public void What_is_no_payload_is_said_to_be_none()
    {
        byte[] lying = [.. s_payload];
        BinaryPrimitives.WriteUInt64BigEndian(lying.AsSpan(12), 1UL << 40);
        byte[] version1 = [.. s_payload];
        version1[11] = 1;
        byte[] version3 = [.. s_payload];
        version3[11] = 3;
        byte[] longSignature = [.. s_payload];
        longSignature[20] = 1;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(CodeOf("<html>"u8.ToArray(), s_keys), Is.EqualTo(PayloadErrorCode.InvalidMetadataMagic));
            Assert.That(CodeOf(version3, s_keys), Is.EqualTo(PayloadErrorCode.InvalidMetadataMagic));
            Assert.That(CodeOf(lying, s_keys), Is.EqualTo(PayloadErrorCode.InvalidMetadataSize));
            Assert.That(CodeOf(longSignature, s_keys), Is.EqualTo(PayloadErrorCode.InvalidMetadataSize));
            Assert.That(CodeOf(version1, s_keys), Is.EqualTo(PayloadErrorCode.MetadataSignatureMissing));
        }
    }

    [Test]
    public void A_payload_cut_anywhere_is_too_short_and_one_byte_more_is_too_long()
    {
        for (int length = 0; length < s_payload.Length; length += length < 2000 ? 13 : s_payload.Length / 50)
        {
            Assert.That(
                CodeOf(s_payload[..length], s_keys), Is.EqualTo(PayloadErrorCode.PayloadSizeMismatch), $"{length}");
        }

        Assert.That(CodeOf([.. s_payload, 0], s_keys), Is.EqualTo(PayloadErrorCode.PayloadSizeMismatch));
    }

    [Test]
    public void No_flipped_bit_goes_through()
    {
        int metadata = PayloadHeader.TryRead(s_payload, out _)!.DataStart;
        // A signature's padding is covered by nothing but the hash of the whole.
        byte[] hash = SHA256.HashData(s_payload);
        int step = 1;
        for (int at = 0; at < s_payload.Length; at += step)
        {
            byte[] flipped = [.. s_payload];
            flipped[at] ^= (byte)(1 << (at % 8));
            PayloadErrorCode? code = CodeOf(flipped, s_keys, new PayloadExpectation(null, hash));
            Assert.That(code, Is.Not.Null, $"byte {at} of {s_payload.Length}");
            step = at < 64 ? 1 : at < metadata ? 7 : s_payload.Length / 40;
        }
    }

    [Test]
    public void What_was_announced_is_compared_the_size_before_the_first_operation()
    {
        PayloadReader reader = new(
            s_keys, FastHashes.Instance, new PayloadExpectation((ulong)s_payload.Length + 1, null));
        ReadOnlySpan<byte> input = s_payload;
        Assert.That(reader.Read(ref input), Is.EqualTo(PayloadStep.Fault));
        Assert.That(reader.Fault!.Code, Is.EqualTo(PayloadErrorCode.PayloadSizeMismatch));

        reader = new(s_keys, FastHashes.Instance, new PayloadExpectation(null, new byte[32]));
        input = s_payload;
        PayloadStep step;
        do
            step = reader.Read(ref input);
        while (step is PayloadStep.Metadata or PayloadStep.Operation);
        Assert.That(reader.Fault!.Code, Is.EqualTo(PayloadErrorCode.PayloadHashMismatch));
    }

    [Test]
    public void A_header_that_claims_64_MiB_takes_no_memory_before_the_bytes_come()
    {
        byte[] header = PayloadHeader.Write(PayloadLimits.ManifestBytes, 100);
        PayloadReader reader = new(s_keys, FastHashes.Instance, PayloadExpectation.None);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ReadOnlySpan<byte> input = header;
        Assert.That(reader.Read(ref input), Is.EqualTo(PayloadStep.NeedsBytes));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(100_000));
        Assert.That(reader.Finish()!.Code, Is.EqualTo(PayloadErrorCode.PayloadSizeMismatch));
    }

    [Test]
    public void Another_old_image_is_found_before_a_block_is_made()
    {
        byte[] other = TestImages.Noise(77, s_old.Length);
        Assert.That(TestImages.Apply(s_payload, s_keys, other, out PayloadFault? fault), Is.Null);
        Assert.That(fault!.Code, Is.AnyOf(
            PayloadErrorCode.OperationHashVerification, PayloadErrorCode.OperationExecution));
    }

    private static PayloadReader Begin(byte[] payload)
    {
        PayloadReader reader = new(s_keys, FastHashes.Instance, PayloadExpectation.None);
        ReadOnlySpan<byte> input = payload;
        Assert.That(reader.Read(ref input), Is.EqualTo(PayloadStep.Metadata), reader.Fault?.Text);
        return reader;
    }

    // Reads to the end without carrying anything out: null for a payload that is good.
    private static PayloadErrorCode? CodeOf(
        byte[] payload, ISignatureCheck check, PayloadExpectation? expectation = null)
    {
        PayloadReader reader = new(check, FastHashes.Instance, expectation ?? PayloadExpectation.None);
        ReadOnlySpan<byte> input = payload;
        PayloadStep step;
        do
            step = reader.Read(ref input);
        while (step is PayloadStep.Metadata or PayloadStep.Operation);
        PayloadFault? fault = reader.Finish();
        Assert.That(fault is null || !fault.Text.Contains('\n', StringComparison.Ordinal), Is.True);
        return fault?.Code;
    }
}
