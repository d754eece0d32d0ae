namespace CoreNode.Disks.Gpt;

/// <summary>What is wrong with a copy of a table (UEFI 2.10, 5.3): any of these makes it unusable.</summary>
public enum GptFaultKind
{
    /// <summary>There is no header: the signature is missing.</summary>
    Absent,

    /// <summary>A revision that is not 1.0.</summary>
    Revision,

    /// <summary>A header smaller than its fields or larger than a sector.</summary>
    HeaderSize,

    /// <summary>The header's checksum does not fit.</summary>
    HeaderChecksum,

    /// <summary>The reserved field of the header is not zero.</summary>
    Reserved,

    /// <summary>The header says that it lies in another sector.</summary>
    OwnSector,

    /// <summary>The header names an impossible place for the other copy.</summary>
    OtherSector,

    /// <summary>The table was made for a larger disk.</summary>
    DiskTooSmall,

    /// <summary>The range for partitions is no range, or covers a table.</summary>
    UsableRange,

    /// <summary>An entry size that is not 128 times a power of two.</summary>
    EntrySize,

    /// <summary>No entries, or more than any disk has.</summary>
    EntryCount,

    /// <summary>The entries would lie outside of the room that is there for them.</summary>
    EntriesPlace,

    /// <summary>The checksum over the entries does not fit.</summary>
    EntriesChecksum,

    /// <summary>A partition that ends before it begins, or outside of the range for partitions.</summary>
    PartitionBounds,

    /// <summary>Two partitions share sectors.</summary>
    PartitionOverlap,

    /// <summary>Two partitions have the same id, or one has none.</summary>
    PartitionId,
}
