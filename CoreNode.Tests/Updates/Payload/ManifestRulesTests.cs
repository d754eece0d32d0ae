using CoreNode.Updates.Payload;

namespace CoreNode.Tests.Updates.Payload;

/// <summary>Manifests that contradict themselves or the bounds, signed or not.</summary>
[TestFixture, Category("Unit")]
internal sealed class ManifestRulesTests
{
    private static readonly byte[] s_hash = new byte[32];
    private static readonly PayloadHeader s_header = new() { MajorVersion = 2, ManifestBytes = 1, SignatureBytes = 9 };

    [Test]
    public void A_manifest_that_makes_sense_is_written_and_read_as_it_was()
    {
        PayloadManifest manifest = Manifest(Copy(0, 4, 8), Replace(0, 0, 5), Zero(5, 3));
        Assert.That(ManifestRules.Fault(manifest, s_header), Is.Null);
        byte[] bytes = ManifestWriter.Write(manifest);
        PayloadManifest? read = ManifestReader.TryRead(bytes, 2, out PayloadFault? fault);
        Assert.That(fault, Is.Null);
        Assert.That(ManifestWriter.Write(read!), Is.EqualTo(bytes));
        Assert.That(read!.Release!.KernelHashes, Has.Count.EqualTo(2));
        Assert.That(read.Partitions[0].Operations[0].SourceExtents[0], Is.EqualTo(new Extent(0, 4)));
    }

    [Test]
    public void Fields_that_are_not_known_are_passed_over()
    {
        byte[] bytes = ManifestWriter.Write(Manifest(Replace(0, 0, 16)));
        byte[] unknown = [0xF8, 0x7F, 0x05, 0xFA, 0x7F, 0x02, 1, 2, 0xFD, 0x7F, 1, 2, 3, 4];
        PayloadManifest? read = ManifestReader.TryRead((byte[])[.. bytes, .. unknown], 2, out PayloadFault? fault);
        Assert.That(fault, Is.Null);
        Assert.That(ManifestWriter.Write(read!), Is.EqualTo(bytes));
    }

    [Test]
    public void Every_contradiction_is_refused()
    {
        InstallOperation patch = Patch(0, 16, s_hash);
        using (Assert.EnterMultipleScope())
        {
            Refused(Manifest(Replace(0, 0, 17)), "beyond the partition's end");
            Refused(Manifest(Replace(0, ulong.MaxValue - 1, 4)), "beyond the partition's end");
            Refused(Manifest(Replace(0, 0, 8), Replace(5, 7, 2)), "a second time");
            Refused(Manifest(Replace(1, 0, 8)), "the one before ends at 0");
            Refused(Manifest(Replace(0, 0, 8), Replace(0, 8, 2)), "the one before ends at 5");
            Refused(Manifest(Copy(15, 2, 0)), "does not have");
            Refused(Manifest(Copy(0, 2, 0, 3)), "another number of blocks");
            Refused(Manifest(With(0, OperationType.Replace, length: 0)), "0 bytes of data");
            Refused(Manifest(With(0, OperationType.Replace, length: (8 << 20) + 1)), "bytes of data");
            Refused(Manifest(With(0, (OperationType)5)), "kind 5");
            Refused(Manifest(With(0, (OperationType)(-1))), "kind -1");
            Refused(Manifest(With(0, OperationType.Zero, length: 5)), "needs none");
            Refused(
                Manifest(With(0, OperationType.Replace, hash: [])), "no hash", PayloadErrorCode.OperationHashMissing);
            Refused(Manifest(Patch(0, 16, [])), "no hash", PayloadErrorCode.OperationHashMissing);
            Refused(Manifest(8, patch), "kind 1000");
            Refused(Manifest(), "names no partition", partitions: []);
            Refused(Manifest(patch), "unusable name", partitions: [Partition("../x", 16, patch)]);
            Refused(
                Manifest(Zero(0, 1)), "the same", partitions: [Partition("a", 16, Zero(0, 1)), Partition("a", 16)]);
            Refused(
                Manifest(patch), "cannot be", PayloadErrorCode.NewPartitionInfo, [Partition("root", 0, patch)]);
            Refused(
                Manifest(patch), "cannot be", PayloadErrorCode.NewPartitionInfo, [Partition("root", 1UL << 27, patch)]);
        }
    }

    [Test]
    public void A_signature_must_follow_the_data()
    {
        PayloadManifest good = Manifest(Replace(0, 0, 16));
        PayloadManifest none = new() { Partitions = good.Partitions };
        PayloadManifest late = new() { Partitions = good.Partitions, SignaturesOffset = 6, SignaturesSize = 9 };
        PayloadManifest huge = new() { Partitions = good.Partitions, SignaturesOffset = 5, SignaturesSize = 1 << 20 };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(CodeOf(none), Is.EqualTo(PayloadErrorCode.SignatureMissingInManifest));
            Assert.That(CodeOf(late), Is.EqualTo(PayloadErrorCode.ManifestParse));
            Assert.That(CodeOf(huge), Is.EqualTo(PayloadErrorCode.ManifestParse));
        }
    }

    [Test]
    public void More_operations_or_extents_than_the_bound_are_refused_while_they_are_read()
    {
        // Each operation takes two bytes, each extent four: 64 MiB would hold far more than the bounds.
        byte[] operations = new byte[2 * (PayloadLimits.Operations + 1)];
        for (int i = 0; i < operations.Length; i += 2)
            operations[i] = 8 << 3 | 2;
        Assert.That(FaultOf(PartitionOf(operations)).Text, Does.Contain("operations"));

        byte[] extents = new byte[2 * (PayloadLimits.Extents + 1)];
        for (int i = 0; i < extents.Length; i += 2)
            extents[i] = 6 << 3 | 2;
        WireWriter operation = new();
        operation.Bytes(8, extents);
        Assert.That(FaultOf(PartitionOf(operation.Written.ToArray())).Text, Does.Contain("extents"));
    }

    [TestCase("\n")]
    [TestCase("a b")]
    [TestCase("\u001b[31m")]
    public void Texts_that_could_harm_a_terminal_or_a_path_are_refused(string text)
    {
        WireWriter manifest = new();
        manifest.TextUnlessEmpty(1000, text);
        Assert.That(FaultOf(manifest.Written.ToArray()).Code, Is.EqualTo(PayloadErrorCode.ManifestParse));
    }

    private static byte[] PartitionOf(byte[] operations)
    {
        WireWriter manifest = new();
        manifest.Bytes(13, operations);
        return manifest.Written.ToArray();
    }

    private static PayloadFault FaultOf(byte[] manifest)
    {
        Assert.That(ManifestReader.TryRead(manifest, 2, out PayloadFault? fault), Is.Null);
        return fault!;
    }

    private static PayloadErrorCode? CodeOf(PayloadManifest manifest) => ManifestRules.Fault(manifest, s_header)?.Code;

    private static void Refused(
        PayloadManifest manifest,
        string text,
        PayloadErrorCode code = PayloadErrorCode.ManifestParse,
        PartitionUpdate[]? partitions = null)
    {
        PayloadManifest judged = partitions is null ? manifest : new()
        {
            MinorVersion = manifest.MinorVersion,
            Partitions = partitions,
            SignaturesOffset = manifest.SignaturesOffset,
            SignaturesSize = 9,
        };
        PayloadFault? fault = ManifestRules.Fault(judged, s_header);
        Assert.That(fault?.Text, Does.Contain(text));
        Assert.That(fault?.Code, Is.EqualTo(code), text);
    }

    private static PayloadManifest Manifest(params InstallOperation[] operations) => Manifest(1000, operations);

    private static PayloadManifest Manifest(uint minor, params InstallOperation[] operations) => new()
    {
        MinorVersion = minor,
        Partitions = [Partition("root", 16, operations)],
        SignaturesOffset = operations.Aggregate(0UL, (sum, o) => sum + o.DataLength),
        SignaturesSize = 9,
        Release = TestImages.Release,
    };

    private static PartitionUpdate Partition(string name, ulong blocks, params InstallOperation[] operations) => new()
    {
        Name = name,
        OldInfo = new PartitionInfo(16 * 4096, s_hash),
        NewInfo = new PartitionInfo(blocks * 4096, s_hash),
        Operations = operations,
    };

    private static InstallOperation Replace(ulong offset, ulong start, ulong count) => new()
    {
        Type = OperationType.Replace,
        DataOffset = offset,
        DataLength = 5,
        DataSha256 = s_hash,
        DestinationExtents = [new Extent(start, count)],
    };

    private static InstallOperation With(
        ulong offset, OperationType type, ulong length = 5, byte[]? hash = null) => new()
        {
            Type = type,
            DataOffset = offset,
            DataLength = length,
            DataSha256 = hash ?? s_hash,
            DestinationExtents = [new Extent(0, 16)],
        };

    private static InstallOperation Zero(ulong start, ulong count) =>
        new() { Type = OperationType.Zero, DestinationExtents = [new Extent(start, count)] };

    private static InstallOperation Copy(ulong from, ulong count, ulong to, ulong? toCount = null) => new()
    {
        Type = OperationType.SourceCopy,
        SourceExtents = [new Extent(from, count)],
        DestinationExtents = [new Extent(to, toCount ?? count)],
        SourceSha256 = s_hash,
    };

    private static InstallOperation Patch(ulong from, ulong count, byte[] hash) => new()
    {
        Type = OperationType.Patch,
        DataLength = 5,
        DataSha256 = s_hash,
        SourceExtents = [new Extent(from, count)],
        DestinationExtents = [new Extent(0, 16)],
        DestinationSha256 = hash,
    };
}
