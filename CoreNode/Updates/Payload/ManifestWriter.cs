using CoreNode.Foundation;
using F = CoreNode.Updates.Payload.ManifestFields;

namespace CoreNode.Updates.Payload;

/// <summary>A manifest of major version 2 as bytes; the same manifest gives the same bytes.</summary>
internal sealed class ManifestWriter
{
    private readonly WireWriter _manifest = new();
    private readonly WireWriter _partition = new();
    private readonly WireWriter _operation = new();
    private readonly WireWriter _small = new();

    /// <summary>The whole manifest.</summary>
    public static byte[] Write(PayloadManifest manifest)
    {
        ManifestWriter writer = new();
        writer.WriteHead(manifest);
        foreach (PartitionUpdate partition in manifest.Partitions)
            writer.WritePartition(partition);
        if (manifest.Release is { } release)
            writer.WriteRelease(release);
        byte[] bytes = writer._manifest.Written.ToArray();
        Invariant.That(bytes.Length <= PayloadLimits.ManifestBytes, "a manifest that is written can be read");
        return bytes;
    }

    /// <summary>How many bytes of a manifest that operation takes.</summary>
    public int LengthOf(InstallOperation operation)
    {
        _partition.Clear();
        WriteOperation(operation);
        return _partition.Written.Length;
    }

    private void WriteHead(PayloadManifest manifest)
    {
        _manifest.Number(F.BlockSize, manifest.BlockSize);
        if (manifest.SignaturesOffset is { } offset)
        {
            _manifest.Number(F.SignaturesOffset, offset);
            _manifest.Number(F.SignaturesSize, manifest.SignaturesSize);
        }

        _manifest.Number(F.MinorVersion, manifest.MinorVersion);
    }

    private void WritePartition(PartitionUpdate partition)
    {
        _partition.Clear();
        _partition.TextUnlessEmpty(F.PartitionName, partition.Name);
        if (partition.OldInfo is { } old)
            WriteInfo(F.PartitionOldInfo, old);
        WriteInfo(F.PartitionNewInfo, partition.NewInfo);
        for (int i = 0; i < partition.Operations.Count; i++)
            WriteOperation(partition.Operations[i]);
        _manifest.Bytes(F.Partitions, _partition.Written);
    }

    private void WriteInfo(uint field, PartitionInfo info)
    {
        _small.Clear();
        _small.Number(F.InfoSize, info.Size);
        _small.Bytes(F.InfoHash, info.Sha256);
        _partition.Bytes(field, _small.Written);
    }

    private void WriteOperation(InstallOperation operation)
    {
        _operation.Clear();
        _operation.Number(F.OperationType, (ulong)operation.Type);
        if (operation.DataLength > 0)
        {
            _operation.Number(F.DataOffset, operation.DataOffset);
            _operation.Number(F.DataLength, operation.DataLength);
        }

        WriteExtents(F.SourceExtents, operation.SourceExtents);
        WriteExtents(F.DestinationExtents, operation.DestinationExtents);
        _operation.BytesUnlessEmpty(F.DataHash, operation.DataSha256);
        _operation.BytesUnlessEmpty(F.SourceHash, operation.SourceSha256);
        _operation.BytesUnlessEmpty(F.DestinationHash, operation.DestinationSha256);
        _partition.Bytes(F.PartitionOperations, _operation.Written);
    }

    private void WriteExtents(uint field, Extent[] extents)
    {
        foreach (Extent extent in extents)
        {
            _small.Clear();
            _small.Number(F.ExtentStart, extent.Start);
            _small.Number(F.ExtentCount, extent.Count);
            _operation.Bytes(field, _small.Written);
        }
    }

    private void WriteRelease(ReleaseInfo release)
    {
        _manifest.TextUnlessEmpty(F.ReleaseVersion, release.Version);
        _manifest.Number(F.ReleaseCounter, release.Counter);
        _manifest.NumberUnlessZero(F.ReleaseExpiry, release.Expiry);
        _manifest.TextUnlessEmpty(F.ReleaseBoard, release.Board);
        _manifest.TextUnlessEmpty(F.ReleaseAppId, release.AppId);
        _manifest.NumberUnlessZero(F.ReleaseMinimumCounter, release.MinimumCounter);
        _manifest.BytesUnlessEmpty(F.VerityRootHash, release.VerityRootHash);
        _manifest.BytesUnlessEmpty(F.VeritySalt, release.VeritySalt);
        _manifest.NumberUnlessZero(F.VerityHashOffset, release.VerityHashOffset);
        foreach (byte[] hash in release.KernelHashes)
            _manifest.Bytes(F.KernelHash, hash);
        _manifest.BytesUnlessEmpty(F.SlotMetadata, release.SlotMetadata);
    }
}
