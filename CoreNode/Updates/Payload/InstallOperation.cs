namespace CoreNode.Updates.Payload;

/// <summary>One step that writes blocks of the new image. Immutable; the arrays are not changed by anybody.</summary>
public sealed class InstallOperation
{
    /// <summary>What it does.</summary>
    public required OperationType Type { get; init; }

    /// <summary>Where its data begins, counted from the first byte behind the metadata.</summary>
    public ulong DataOffset { get; init; }

    /// <summary>Bytes of data; 0 for the kinds without.</summary>
    public ulong DataLength { get; init; }

    /// <summary>Blocks of the old image that it reads, in this order.</summary>
    public Extent[] SourceExtents { get; init; } = [];

    /// <summary>Blocks of the new image that it writes, in this order.</summary>
    public Extent[] DestinationExtents { get; init; } = [];

    /// <summary>SHA-256 of the data; empty where there is none.</summary>
    public byte[] DataSha256 { get; init; } = [];

    /// <summary>SHA-256 of what the source extents must hold; empty for operations without, and for patches.</summary>
    public byte[] SourceSha256 { get; init; } = [];

    /// <summary>
    /// Our own: SHA-256 of what the operation writes. A patch has it in place of the source's: a third of the bytes,
    /// and it covers the decoder too.
    /// </summary>
    public byte[] DestinationSha256 { get; init; } = [];

    /// <summary>Whether it reads the old image.</summary>
    public bool HasSource => Type is OperationType.SourceCopy or OperationType.Patch;

    /// <summary>The same with its data there.</summary>
    internal InstallOperation At(ulong dataOffset) => new()
    {
        Type = Type,
        DataOffset = dataOffset,
        DataLength = DataLength,
        SourceExtents = SourceExtents,
        DestinationExtents = DestinationExtents,
        DataSha256 = DataSha256,
        SourceSha256 = SourceSha256,
        DestinationSha256 = DestinationSha256,
    };
}
