using CoreNode.Foundation;
using CoreNode.Updates.Payload;

namespace CoreNode.Tests.Updates.Payload;

/// <summary>Seeded nonsense: all bytes end in a manifest, a payload or a fault; never in an exception.</summary>
[TestFixture, Category("Unit")]
[Parallelizable(ParallelScope.Self)]
internal sealed class PayloadFuzzTests
{
    private const int Rounds = 3000;

    [TestCase(1UL)]
    [TestCase(2UL)]
    public void Changed_manifests_end_in_a_fault_or_a_manifest_that_can_be_written_again(ulong seed)
    {
        Prng random = new(seed);
        byte[] payload = SmallPayload();
        PayloadHeader header = PayloadHeader.TryRead(payload, out _)!;
        byte[] manifest = payload[header.HeaderBytes..header.MetadataBytes];
        int read = 0;
        for (int i = 0; i < Rounds; i++)
        {
            int major = 1 + random.Next(2);
            PayloadManifest? result = ManifestReader.TryRead(Change(manifest, random), major, out PayloadFault? fault);
            Assert.That(result is null, Is.EqualTo(fault is not null));
            if (result is null)
                continue;
            read++;
            PayloadFault? judged = ManifestRules.Fault(result, header with { MajorVersion = major });
            Assert.That(judged?.Text ?? "", Does.Not.Contain("\n"));
            if (major == 2 && judged is null)
                Assert.That(ManifestWriter.Write(result), Is.Not.Empty);
        }

        Assert.That(read, Is.GreaterThan(100), "some changes are harmless, or nothing was tested");
    }

    [TestCase(3UL)]
    [TestCase(4UL)]
    public void Changed_payloads_whose_signer_signs_anything_end_in_a_fault_or_an_end(ulong seed)
    {
        Prng random = new(seed);
        byte[] payload = SmallPayload();
        SortedSet<string> codes = [];
        for (int i = 0; i < Rounds / 3; i++)
        {
            byte[] changed = Change(payload, random);
            Dictionary<string, byte[]>? images = TestImages.Apply(
                changed, new Anybody(), TestImages.Noise(1, 1 << 20), out PayloadFault? fault, 1 + random.Next(5000));
            Assert.That(images is null, Is.EqualTo(fault is not null));
            codes.Add(fault?.Code.ToString() ?? "none");
        }

        Assert.That(codes, Has.Count.GreaterThan(5), string.Join(", ", codes));
    }

    [Test]
    public void Noise_behind_a_header_is_no_manifest()
    {
        Prng random = new(5);
        for (int i = 0; i < Rounds; i++)
        {
            byte[] noise = TestImages.Noise(random.NextUInt64(), random.Next(200));
            ManifestReader.TryRead(noise, 1 + i % 2, out _);
            SignatureMessage.TryRead(noise);
            PayloadPosition.TryRead(noise);
            PayloadHeader.TryRead(noise, out PayloadFault? fault);
            Assert.That(fault, Is.Not.Null);
        }
    }

    private static byte[] SmallPayload()
    {
        byte[] old = TestImages.Noise(1, 1 << 20);
        byte[] image = [.. old[..40_000], .. TestImages.Noise(2, 3000), .. new byte[20_000], .. old[40_000..80_000]];
        return TestImages.Payload(
            [new("root", new MemoryFile(image), new MemoryFile(old)), new("kernel", new MemoryFile(old[..9999]), null)],
            new TestKeys("one"));
    }

    // A few bytes flipped, cut out, doubled or replaced by what varints and lengths dislike.
    private static byte[] Change(byte[] bytes, Prng random)
    {
        List<byte> changed = [.. bytes];
        int times = 1 + random.Next(3);
        for (int i = 0; i < times && changed.Count > 1; i++)
        {
            // Mostly in front, where the metadata is.
            int at = random.Next(random.Chance(0.7) ? Math.Min(changed.Count, 800) : changed.Count);
            int length = Math.Min(changed.Count - at, 1 + random.Next(4));
            switch (random.Next(4))
            {
                case 0:
                    changed[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    changed.RemoveRange(at, length);
                    break;
                case 2:
                    changed.InsertRange(at, changed.GetRange(at, length));
                    break;
                default:
                    changed[at] = random.Chance(0.5) ? (byte)0xFF : (byte)0;
                    break;
            }
        }

        return [.. changed];
    }

    /// <summary>Takes every signature: what a holder of the key could sign must do no harm either.</summary>
    private sealed class Anybody : ISignatureCheck
    {
        public SignatureVerdict Check(ReadOnlySpan<byte> sha256, IReadOnlyList<PayloadSignature> signatures) =>
            SignatureVerdict.Trusted;
    }
}
