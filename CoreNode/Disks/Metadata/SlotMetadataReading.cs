namespace CoreNode.Disks.Metadata;

/// <summary>What was found where a slot's metadata should be.</summary>
public abstract record SlotMetadataReading
{
    private SlotMetadataReading()
    {
    }

    /// <summary>Nothing: the slot is empty, or was not written to its end.</summary>
    public sealed record Absent : SlotMetadataReading;

    /// <summary>It is not what was written.</summary>
    public sealed record Damaged(string Reason) : SlotMetadataReading;

    /// <summary>A later version of the format.</summary>
    public sealed record TooNew(uint FormatVersion) : SlotMetadataReading;

    /// <summary>Whole, but nobody who is trusted signed it, or nobody checked.</summary>
    public sealed record Untrusted(SlotMetadata Metadata, string Reason) : SlotMetadataReading;

    /// <summary>Whole and signed by who is trusted.</summary>
    public sealed record Trusted(SlotMetadata Metadata) : SlotMetadataReading;
}
