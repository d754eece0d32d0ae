namespace CoreNode.Cli.Slots;

/// <summary>Which disk and which of its slots a command is about.</summary>
public sealed record SlotRequest
{
    /// <summary>A disk, a partition or an image file; null is the disk that this machine runs from.</summary>
    public string? Disk { get; init; }

    /// <summary>A slot by number, label or id; null where the disk names one, or the running one is meant.</summary>
    public string? Slot { get; init; }

    /// <summary>Type of the partitions that are slots, by name or as a GUID.</summary>
    public required string Type { get; init; }

    /// <summary>Label of those, with `*` for any characters.</summary>
    public required string Label { get; init; }

    /// <summary>Bytes of a sector of an image file; null to find out.</summary>
    public int? SectorSizeBytes { get; init; }
}
