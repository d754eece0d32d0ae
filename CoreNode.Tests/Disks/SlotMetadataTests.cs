using System.Security.Cryptography;
using CoreNode.Disks.Metadata;
using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Tests.Simulation;
using CoreNode.Tests.Wal;

namespace CoreNode.Tests.Disks;

/// <summary>What a slot says of itself: read as written, believed only with a signature, and never half.</summary>
[TestFixture, Category("Unit")]
internal sealed class SlotMetadataTests
{
    private const int SlotBytes = 3 << 20;

    private static readonly byte[] s_key = [1, 2, 3, 4];

    private static readonly SlotMetadata s_sample = new()
    {
        Version = "1520.3.0",
        Counter = 77,
        Board = "amd64-usr",
        Verity = new SlotVerity
        {
            DataBlockBytes = 4096,
            HashBlockBytes = 4096,
            DataBlocks = 400,
            HashOffsetBytes = 400 * 4096,
            RootHash = SHA256.HashData("root"u8),
            Salt = SHA256.HashData("salt"u8),
        },
        Kernels = [new("boot/vmlinuz", 123456, SHA256.HashData("kernel"u8)), new("boot/initrd", 7, new byte[32])],
    };

    [Test]
    public void What_was_written_is_read_and_the_bytes_are_those_of_version_1()
    {
        byte[] encoded = SlotMetadataCodec.Encode(s_sample, Sign);
        SlotMetadataReading read = SlotMetadataCodec.Read(encoded, Verify);
        Assert.That(read, Is.InstanceOf<SlotMetadataReading.Trusted>());
        AssertSame(((SlotMetadataReading.Trusted)read).Metadata, s_sample);
        GoldenFile.AssertIs("slot-metadata-v1.bin", encoded);
    }

    [Test]
    public void Without_a_good_signature_nothing_is_trusted()
    {
        byte[] encoded = SlotMetadataCodec.Encode(s_sample, Sign);
        byte[] unsigned = SlotMetadataCodec.Encode(s_sample, _ => []);
        byte[] forged = SlotMetadataCodec.Encode(s_sample with { Counter = 78 }, _ => Sign([1, 2, 3]));
        Assert.Multiple(() =>
        {
            Assert.That(Reason(SlotMetadataCodec.Read(encoded, null)), Is.EqualTo("nobody checked its signature"));
            Assert.That(Reason(SlotMetadataCodec.Read(unsigned, Verify)), Is.EqualTo("no signature of a known key"));
            Assert.That(Reason(SlotMetadataCodec.Read(forged, Verify)), Is.EqualTo("the signature does not fit"));
        });
    }

    [Test]
    public void Any_bit_that_flips_is_noticed()
    {
        byte[] encoded = SlotMetadataCodec.Encode(s_sample, Sign);
        for (int bit = 0; bit < encoded.Length * 8; bit++)
        {
            byte[] damaged = [.. encoded];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            SlotMetadataReading read = SlotMetadataCodec.Read(damaged, Verify);
            Assert.That(
                read,
                Is.InstanceOf<SlotMetadataReading.Damaged>().Or.InstanceOf<SlotMetadataReading.Absent>(),
                $"bit {bit}");
        }
    }

    [Test]
    public void A_later_format_says_so()
    {
        byte[] encoded = SlotMetadataCodec.Encode(s_sample, Sign);
        encoded[8] = 2;
        BitConverter.TryWriteBytes(
            encoded.AsSpan(12), Crc32C.Append(Crc32C.Compute(encoded.AsSpan(0, 12)), encoded.AsSpan(16)));
        Assert.That(SlotMetadataCodec.Read(encoded, Verify), Is.EqualTo(new SlotMetadataReading.TooNew(2)));
    }

    [Test]
    public void A_field_of_a_later_writer_is_passed_over_unless_it_must_be_known()
    {
        foreach (ushort tag in new ushort[] { 0x7000, 0x8000 })
        {
            byte[] body = [.. SlotMetadataBody.Encode(s_sample), 0, (byte)(tag >> 8), 2, 0, 0, 0, 9, 9];
            SlotMetadata? read = SlotMetadataBody.Decode(body, out string? problem);
            Assert.That(read is null, Is.EqualTo(tag == 0x8000), problem);
        }
    }

    [Test]
    public void Fields_that_are_missing_repeated_or_impossible_are_refused()
    {
        byte[] body = SlotMetadataBody.Encode(s_sample);
        byte[] version = body[..(6 + s_sample.Version.Length)];
        byte[] zeroBlock = [.. body];
        int verity = body.Length - 2 * (6 + 40) - 12 - 11 - (6 + 56 + 32);
        zeroBlock.AsSpan(verity + 6, 4).Clear();
        foreach (byte[] wrong in new[] { [], version, [.. version, .. body], body[..^1], [.. body, 1], zeroBlock })
            Assert.That(SlotMetadataBody.Decode(wrong, out _), Is.Null);
    }

    [Test]
    public void What_the_format_cannot_hold_is_refused()
    {
        foreach (SlotMetadata wrong in new[]
        {
            s_sample with { Version = "" },
            s_sample with { Board = new string('x', 256) },
            s_sample with { Verity = s_sample.Verity with { RootHash = new byte[31] } },
            s_sample with { Verity = s_sample.Verity with { DataBlockBytes = 1000 } },
            s_sample with { Kernels = [.. Enumerable.Repeat(s_sample.Kernels[0], 17)] },
        })
        {
            Assert.Throws<ArgumentException>(() => SlotMetadataCodec.Encode(wrong, Sign));
        }
    }

    [Test]
    public void Random_bytes_never_crash_the_reader()
    {
        byte[] encoded = SlotMetadataCodec.Encode(s_sample, Sign);
        for (ulong seed = 0; seed < 20_000; seed++)
        {
            Prng chance = new(seed);
            byte[] damaged = [.. encoded];
            for (int times = chance.Next(1, 6); times > 0; times--)
                damaged[chance.Next(64, damaged.Length)] = (byte)chance.Next(256);
            SlotMetadataBody.Decode(damaged.AsSpan(64, chance.Next(damaged.Length - 63)), out _);
            uint crc = Crc32C.Append(Crc32C.Compute(damaged.AsSpan(0, 12)), damaged.AsSpan(16));
            BitConverter.TryWriteBytes(damaged.AsSpan(12), crc);
            Assert.That(
                SlotMetadataCodec.Read(damaged, Verify),
                Is.Not.InstanceOf<SlotMetadataReading.Absent>().And.Not.InstanceOf<SlotMetadataReading.TooNew>());
        }
    }

    [Test]
    public void It_is_written_last_and_a_power_cut_leaves_it_whole_or_away()
    {
        byte[] encoded = SlotMetadataCodec.Encode(s_sample, Sign);
        int whole = 0;
        for (int step = 0; step < 4; step++)
        {
            for (ulong seed = 0; seed < 40; seed++)
            {
                SimulatedBlockDevice slot = new(new byte[SlotBytes], 512) { CutAt = step, Chance = new Prng(seed) };
                try
                {
                    SlotMetadataArea.Write(slot, encoded);
                    SlotMetadataArea.Clear(slot);
                }
                catch (PowerCutException)
                {
                }

                SimulatedBlockDevice after = new(slot.Image, 512);
                SlotMetadataReading read = SlotMetadataArea.Read(after, Verify);
                whole += read is SlotMetadataReading.Trusted ? 1 : 0;
                Assert.That(read, Is.Not.InstanceOf<SlotMetadataReading.Untrusted>());
            }
        }

        Assert.That(whole, Is.GreaterThan(20));
    }

    [Test]
    public void It_lies_in_the_last_mebibyte_and_clearing_takes_it_away()
    {
        byte[] encoded = SlotMetadataCodec.Encode(s_sample, Sign);
        SimulatedBlockDevice slot = new(new byte[SlotBytes], 512);
        SlotMetadataArea.Write(slot, encoded);
        Assert.That(slot.Image.Slice(SlotBytes - (1 << 20), encoded.Length).SequenceEqual(encoded), Is.True);
        Assert.That(SlotMetadataArea.Read(slot, Verify), Is.InstanceOf<SlotMetadataReading.Trusted>());
        SlotMetadataArea.Clear(slot);
        Assert.That(SlotMetadataArea.Read(slot, Verify), Is.InstanceOf<SlotMetadataReading.Absent>());
    }

    [Test]
    public void A_slot_that_is_too_small_has_none()
    {
        SimulatedBlockDevice slot = new(new byte[1 << 20], 512);
        Assert.That(SlotMetadataArea.Read(slot, Verify), Is.InstanceOf<SlotMetadataReading.Absent>());
        IOException? refused = Assert.Throws<IOException>(() => SlotMetadataArea.Write(slot, [1]));
        Assert.That(refused!.Message, Does.Contain("a slot has at least 2 MiB"));
    }

    // Stands in for real keys: a keyed hash.
    private static IReadOnlyList<SlotSignature> Sign(ReadOnlySpan<byte> message) =>
        [new(s_key, HMACSHA256.HashData(s_key, message))];

    private static string? Verify(ReadOnlySpan<byte> message, IReadOnlyList<SlotSignature> signatures)
    {
        byte[] expected = HMACSHA256.HashData(s_key, message);
        foreach (SlotSignature one in signatures)
        {
            if (one.KeyId.Span.SequenceEqual(s_key))
                return one.Value.Span.SequenceEqual(expected) ? null : "the signature does not fit";
        }

        return "no signature of a known key";
    }

    private static string? Reason(SlotMetadataReading read) => (read as SlotMetadataReading.Untrusted)?.Reason;

    private static void AssertSame(SlotMetadata read, SlotMetadata expected) => Assert.Multiple(() =>
    {
        Assert.That(read.Version, Is.EqualTo(expected.Version));
        Assert.That(read.Counter, Is.EqualTo(expected.Counter));
        Assert.That(read.Board, Is.EqualTo(expected.Board));
        Assert.That(read.Verity.DataBlocks, Is.EqualTo(expected.Verity.DataBlocks));
        Assert.That(read.Verity.HashOffsetBytes, Is.EqualTo(expected.Verity.HashOffsetBytes));
        Assert.That(read.Verity.RootHash.ToArray(), Is.EqualTo(expected.Verity.RootHash.ToArray()));
        Assert.That(read.Verity.Salt.ToArray(), Is.EqualTo(expected.Verity.Salt.ToArray()));
        Assert.That(
            read.Kernels.Select(static one => $"{one.Path} {one.LengthBytes} {Convert.ToHexString(one.Sha256.Span)}"),
            Is.EqualTo(expected.Kernels.Select(
                static one => $"{one.Path} {one.LengthBytes} {Convert.ToHexString(one.Sha256.Span)}")));
    });
}
