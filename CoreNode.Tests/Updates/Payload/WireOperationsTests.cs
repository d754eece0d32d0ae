using CoreNode.Updates.Applying;
using CoreNode.Updates.Payload;

namespace CoreNode.Tests.Updates.Payload;

/// <summary>What a manifest that was read takes.</summary>
[TestFixture, Category("Unit"), NonParallelizable]
internal sealed class WireOperationsTests
{
    private const int ChunkBlocks = 512;
    private const ulong ImageBytes = 16UL << 30;

    [Test]
    public void A_manifest_of_16_GiB_fits_and_is_held_in_little_more_than_its_bytes()
    {
        // Each 2 MiB patched, and copied from twenty places.
        byte[] bytes = ManifestWriter.Write(Manifest(extents: 20));
        Assert.That(bytes, Has.Length.LessThan(PayloadOpening.MostManifestBytes));
        Assert.That(bytes, Has.Length.GreaterThan(PayloadOpening.MostManifestBytes / 2));
        long before = GC.GetTotalMemory(forceFullCollection: true);
        PayloadManifest? manifest = ManifestReader.TryRead(bytes, 2, out PayloadFault? fault);
        Assert.That(fault, Is.Null);
        long held = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.That(held, Is.LessThan(1 << 20));
        Assert.That(manifest!.OperationCount, Is.EqualTo(2 * (int)(ImageBytes / (ChunkBlocks * 4096))));
        Assert.That(ManifestWriter.Write(manifest).AsSpan().SequenceEqual(bytes), Is.True);
    }

    private static PayloadManifest Manifest(int extents)
    {
        List<InstallOperation> operations = [];
        ulong offset = 0;
        for (ulong block = 0; block < ImageBytes / 4096; block += ChunkBlocks)
        {
            Extent[] places = new Extent[extents];
            for (int i = 0; i < extents; i++)
                places[i] = new Extent(block + (ulong)(2 * i), 1);
            operations.Add(new InstallOperation
            {
                Type = OperationType.SourceCopy,
                SourceExtents = places,
                DestinationExtents = places,
                SourceSha256 = new byte[32],
            });
            operations.Add(new InstallOperation
            {
                Type = OperationType.Patch,
                DataOffset = offset,
                DataLength = 50_000,
                SourceExtents = [new Extent(block, ChunkBlocks)],
                DestinationExtents = [new Extent(block + ChunkBlocks - 8, 8)],
                DataSha256 = new byte[32],
                DestinationSha256 = new byte[32],
            });
            offset += 50_000;
        }

        return new PayloadManifest
        {
            MinorVersion = 1000,
            Partitions =
            [
                new PartitionUpdate
                {
                    Name = PartitionUpdate.Root,
                    OldInfo = new PartitionInfo(ImageBytes, new byte[32]),
                    NewInfo = new PartitionInfo(ImageBytes, new byte[32]),
                    Operations = operations,
                },
            ],
        };
    }
}
