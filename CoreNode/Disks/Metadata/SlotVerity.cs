namespace CoreNode.Disks.Metadata;

/// <summary>How dm-verity checks the slot: what its own superblock says, and the root hash, which that does not hold.
/// Always SHA-256.</summary>
public sealed record SlotVerity
{
    /// <summary>Bytes of a block of data.</summary>
    public required int DataBlockBytes { get; init; }

    /// <summary>Bytes of a block of hashes.</summary>
    public required int HashBlockBytes { get; init; }

    /// <summary>Blocks of data, from the start of the slot on.</summary>
    public required long DataBlocks { get; init; }

    /// <summary>Where the superblock of the hash tree lies in the slot.</summary>
    public required long HashOffsetBytes { get; init; }

    /// <summary>The hash that stands for all of it, 32 bytes.</summary>
    public required ReadOnlyMemory<byte> RootHash { get; init; }

    /// <summary>Up to 255 bytes.</summary>
    public required ReadOnlyMemory<byte> Salt { get; init; }
}
