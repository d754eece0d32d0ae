using CoreNode.Updates.Payload;
using CoreNode.Updates.Payload.Creating;

namespace CoreNode.Tests.Updates.Payload;

/// <summary>Payloads that we make, judged by a decoder that is not ours.</summary>
[TestFixture, Category("Unit")]
internal sealed class CreationTests
{
    private const int MiB = 1 << 20;
    private static readonly TestKeys s_keys = new("one", "two");

    [Test]
    public void A_full_payload_gives_image_and_kernel_to_a_decoder_of_another_author()
    {
        byte[] image = [.. TestImages.Noise(1, 3 * MiB), .. new byte[5 * MiB], .. Enumerable.Repeat((byte)7, MiB)];
        byte[] kernel = TestImages.Noise(2, 12_345);
        byte[] payload = TestImages.Payload(
            [new("root", new MemoryFile(image), null), new("kernel", new MemoryFile(kernel), null)], s_keys);

        ReferenceDecoder decoder = new(payload, Unpack);
        Dictionary<string, byte[]> images = decoder.Apply(null);
        Assert.That(images["root"].AsSpan().SequenceEqual(image), Is.True);
        Assert.That(images["kernel"].AsSpan().SequenceEqual(kernel), Is.True);
        Assert.That(ReferenceDecoder.Number(decoder.Manifest, 12), Is.Zero, "the minor version of a full payload");
        Assert.That(
            decoder.Kinds.Keys, Is.EquivalentTo(new[] { 0, 6, 11 }), "as it is, zeros, and what a codec makes smaller");
        Assert.That(decoder.Kinds[6], Is.EqualTo(1), "neighbouring zeros are one operation");
        Assert.That(payload, Has.Length.LessThan(3 * MiB + 20_000));
    }

    [Test]
    public void Signed_is_what_the_format_says_by_every_key()
    {
        byte[] payload = TestImages.Payload([new("root", new MemoryFile(TestImages.Noise(1, 9000)), null)], s_keys);
        ReferenceDecoder decoder = new(payload, Unpack);
        Assert.That(decoder.MetadataSignatures, Has.Count.EqualTo(2));
        IReadOnlyList<PayloadSignature> expected = s_keys.Sign(decoder.MetadataHash);
        IReadOnlyList<PayloadSignature> atTheEnd = s_keys.Sign(decoder.SignedHash);
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.That(decoder.MetadataSignatures[i], Is.EqualTo(expected[i].Counted.ToArray()));
            Assert.That(decoder.PayloadSignatures[i], Is.EqualTo(atTheEnd[i].Counted.ToArray()));
        }
    }

    [Test]
    public void The_release_stands_in_the_fields_that_the_docs_name()
    {
        byte[] payload = TestImages.Payload([new("root", new MemoryFile(TestImages.Noise(1, 9000)), null)], s_keys);
        List<ReferenceField> manifest = new ReferenceDecoder(payload, Unpack).Manifest;
        ReleaseInfo release = TestImages.Release;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ReferenceDecoder.Text(manifest, 1000), Is.EqualTo(release.Version));
            Assert.That(ReferenceDecoder.Number(manifest, 1001), Is.EqualTo(release.Counter));
            Assert.That(ReferenceDecoder.Number(manifest, 1002), Is.EqualTo(release.Expiry));
            Assert.That(ReferenceDecoder.Text(manifest, 1003), Is.EqualTo(release.Board));
            Assert.That(ReferenceDecoder.Text(manifest, 1004), Is.EqualTo(release.AppId));
            Assert.That(ReferenceDecoder.Number(manifest, 1005), Is.EqualTo(release.MinimumCounter));
            Assert.That(ReferenceDecoder.Bytes(manifest, 1006), Is.EqualTo(release.VerityRootHash));
            Assert.That(ReferenceDecoder.Bytes(manifest, 1007), Is.EqualTo(release.VeritySalt));
            Assert.That(ReferenceDecoder.Number(manifest, 1008), Is.EqualTo(release.VerityHashOffset));
            Assert.That(
                manifest.Where(f => f.Number == 1009).Select(f => f.Bytes), Is.EqualTo(release.KernelHashes));
        }
    }

    [Test]
    public void A_delta_copies_what_moved_patches_what_changed_and_takes_whole_what_is_new()
    {
        // 20 MiB: everything behind the first MiB has moved by 5 MiB and a bit, a little of it has changed, and the
        // last two chunks come from two places.
        byte[] old = TestImages.Noise(1, 20 * MiB);
        byte[] inserted = TestImages.Noise(2, 5 * MiB + 123);
        byte[] image =
            [.. old[..MiB], .. inserted, .. old[MiB..(12 * MiB)], .. old[(4 * MiB)..(6 * MiB)], .. old[..MiB]];
        Array.Resize(ref image, image.Length / TestImages.BlockBytes * TestImages.BlockBytes);
        for (int at = 9 * MiB; at < image.Length; at += 100_000)
            image[at] ^= 0xFF;
        byte[] payload = TestImages.Payload([new("root", new MemoryFile(image), new MemoryFile(old))], s_keys);

        ReferenceDecoder decoder = new(payload, Unpack);
        Assert.That(decoder.Apply(old)["root"].AsSpan().SequenceEqual(image), Is.True);
        Assert.That(ReferenceDecoder.Number(decoder.Manifest, 12), Is.EqualTo(1000));
        Assert.That(decoder.Kinds, Contains.Key(1000));
        Assert.That(payload, Has.Length.LessThan(inserted.Length + 2 * MiB), "what is new, and little more");
    }

    [Test]
    public void Blocks_that_the_old_image_has_anywhere_are_copied_without_data()
    {
        byte[] old = TestImages.Noise(1, 8 * MiB);
        byte[] image = [.. old[(6 * MiB)..], .. new byte[MiB], .. old[..MiB], .. old];
        byte[] payload = TestImages.Payload([new("root", new MemoryFile(image), new MemoryFile(old))], s_keys);
        ReferenceDecoder decoder = new(payload, Unpack);
        Assert.That(decoder.Apply(old)["root"].AsSpan().SequenceEqual(image), Is.True);
        Assert.That(decoder.Kinds.Keys, Is.EquivalentTo(new[] { 4, 6 }));
        Assert.That(payload, Has.Length.LessThan(2000));
    }

    [Test]
    public void Scattered_blocks_beside_new_content_are_copied_and_the_rest_is_patched()
    {
        byte[] old = TestImages.Noise(1, 40 * MiB);
        byte[] image = TestImages.Noise(2, 2 * MiB);
        for (int block = 0; block < 200; block++)
        {
            int from = block * 47 % 10_000 * TestImages.BlockBytes;
            old.AsSpan(from, TestImages.BlockBytes).CopyTo(image.AsSpan(2 * block * TestImages.BlockBytes));
        }

        byte[] payload = TestImages.Payload([new("root", new MemoryFile(image), new MemoryFile(old))], s_keys);
        ReferenceDecoder decoder = new(payload, Unpack);
        Assert.That(decoder.Apply(old)["root"].AsSpan().SequenceEqual(image), Is.True);
        Assert.That(decoder.Kinds, Contains.Key(4));
        Assert.That(payload, Has.Length.LessThan(2 * MiB - 190 * TestImages.BlockBytes));
    }

    [Test]
    public void The_same_images_give_the_same_payload_in_whatever_order_chunks_are_made()
    {
        byte[] old = TestImages.Noise(1, 7 * MiB);
        byte[] image = [.. TestImages.Noise(2, 70_000), .. old[..(6 * MiB)]];
        CreationImage[] images = [new("root", new MemoryFile(image), new MemoryFile(old))];
        byte[] payload = TestImages.Payload(images, s_keys, seed: 1);
        Assert.That(TestImages.Payload(images, s_keys, seed: 2).AsSpan().SequenceEqual(payload), Is.True);
    }

    [Test]
    public void The_codec_that_makes_the_smallest_data_is_taken()
    {
        byte[] image = [.. Enumerable.Repeat((byte)7, MiB)];
        CreationOptions options = new() { Kinds = [OperationType.ReplaceBz, OperationType.ReplaceXz] };
        byte[] payload = TestImages.Payload([new("root", new MemoryFile(image), null)], s_keys, new Odd(), options);
        ReferenceDecoder decoder = new(payload, Unpack);
        Assert.That(decoder.Apply(null)["root"].AsSpan().SequenceEqual(image), Is.True);
        Assert.That(decoder.Kinds.Keys, Is.EquivalentTo(new[] { 8 }));
    }

    private static byte[] Unpack(int kind, byte[] data, byte[] reference, int room)
    {
        byte[] output = new byte[room];
        int length = new TestCodecs().Decode((OperationType)kind, data, reference, output);
        Assert.That(length, Is.GreaterThanOrEqualTo(0));
        return output[..length];
    }

    /// <summary>Makes bzip2's output longer than the others'.</summary>
    private sealed class Odd : ICodecs
    {
        private readonly TestCodecs _inner = new();

        public int Decode(
            OperationType type, ReadOnlySpan<byte> data, ReadOnlySpan<byte> reference, Span<byte> output) =>
            _inner.Decode(type, data, reference, output);

        public byte[] Encode(OperationType type, ReadOnlySpan<byte> data, ReadOnlySpan<byte> reference, int level) =>
            [.. _inner.Encode(type, data, reference, level), .. new byte[type == OperationType.ReplaceBz ? 3 : 0]];
    }
}
