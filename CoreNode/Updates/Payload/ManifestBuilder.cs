namespace CoreNode.Updates.Payload;

/// <summary>What has been read of a manifest so far.</summary>
internal sealed class ManifestBuilder(ReadOnlyMemory<byte> bytes)
{
    public uint BlockSize { get; set; } = PayloadLimits.BlockSizeBytes;

    public uint MinorVersion { get; set; }

    public ulong? SignaturesOffset { get; set; }

    public ulong SignaturesSize { get; set; }

    public List<PartitionUpdate> Partitions { get; } = [];

    /// <summary>Of major version 1: those of the one image.</summary>
    public WireOperations Operations { get; } = new(bytes, bytes.Span, ManifestFields.OldOperations);

    public PartitionInfo? OldInfo { get; set; }

    public PartitionInfo? NewInfo { get; set; }

    public string? Version { get; set; }

    public ulong? Counter { get; set; }

    public ulong Expiry { get; set; }

    public string Board { get; set; } = "";

    public string AppId { get; set; } = "";

    public ulong MinimumCounter { get; set; }

    public byte[] VerityRootHash { get; set; } = [];

    public byte[] VeritySalt { get; set; } = [];

    public ulong VerityHashOffset { get; set; }

    public List<byte[]> KernelHashes { get; } = [];

    public byte[] SlotMetadata { get; set; } = [];

    /// <summary>All of it.</summary>
    public PayloadManifest ToManifest()
    {
        List<PartitionUpdate> partitions = Partitions;
        if (NewInfo is { } newInfo)
        {
            PartitionUpdate root = new()
            {
                Name = PartitionUpdate.Root,
                OldInfo = OldInfo,
                NewInfo = newInfo,
                Operations = Operations,
            };
            partitions = [root, .. Partitions];
        }

        return new PayloadManifest
        {
            BlockSize = BlockSize,
            MinorVersion = MinorVersion,
            Partitions = partitions,
            SignaturesOffset = SignaturesOffset,
            SignaturesSize = SignaturesSize,
            Release = ToRelease(),
        };
    }

    // Half of it is nothing: who signs says both.
    private ReleaseInfo? ToRelease() => Version is not { } version || Counter is not { } counter
        ? null
        : new ReleaseInfo
        {
            Version = version,
            Counter = counter,
            Expiry = Expiry,
            Board = Board,
            AppId = AppId,
            MinimumCounter = MinimumCounter,
            VerityRootHash = VerityRootHash,
            VeritySalt = VeritySalt,
            VerityHashOffset = VerityHashOffset,
            KernelHashes = KernelHashes,
            SlotMetadata = SlotMetadata,
        };
}
