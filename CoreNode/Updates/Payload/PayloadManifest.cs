namespace CoreNode.Updates.Payload;

/// <summary>
/// The signed table of contents (DeltaArchiveManifest), of either major version: what version 1 says of its one image
/// and its procedures stands here as partitions too.
/// </summary>
public sealed class PayloadManifest
{
    /// <summary>Bytes of a block; always 4096.</summary>
    public uint BlockSize { get; init; } = PayloadLimits.BlockSizeBytes;

    /// <summary>0 for a full payload; 1000 where our own operations occur.</summary>
    public uint MinorVersion { get; init; }

    /// <summary>The images, in the order of their data.</summary>
    public IReadOnlyList<PartitionUpdate> Partitions { get; init; } = [];

    /// <summary>Where the payload's signature begins, counted as operations' data is; null without one.</summary>
    public ulong? SignaturesOffset { get; init; }

    /// <summary>Bytes of that signature message.</summary>
    public ulong SignaturesSize { get; init; }

    /// <summary>Ours; null in payloads of others.</summary>
    public ReleaseInfo? Release { get; init; }

    /// <summary>Operations of all partitions.</summary>
    public int OperationCount
    {
        get
        {
            int count = 0;
            foreach (PartitionUpdate partition in Partitions)
                count += partition.Operations.Count;
            return count;
        }
    }
}
