namespace CoreNode.Cli.Slots;

/// <summary>A disk's slots after what was done.</summary>
public sealed record SlotReport
{
    /// <summary>The disk or image file.</summary>
    public required string Disk { get; init; }

    /// <summary>Bytes of its sectors.</summary>
    public required int SectorSizeBytes { get; init; }

    /// <summary>How many it has.</summary>
    public required ulong Sectors { get; init; }

    /// <summary>Its own id.</summary>
    public required string DiskId { get; init; }

    /// <summary>What sector 0 says, in one word: empty, protective, hybrid, old.</summary>
    public required string BootRecord { get; init; }

    /// <summary>What is wrong with its table, or was before it was repaired.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>Its slots, by number.</summary>
    public required IReadOnlyList<SlotRecord> Slots { get; init; }

    /// <summary>The slot that the command chose or changed; null if it was about none.</summary>
    public SlotRecord? Chosen { get; init; }

    /// <summary>True if no slot may be started, and the first one was chosen for want of a better one.</summary>
    public bool IsLastResort { get; init; }

    /// <summary>
    /// How what was written was read back: direct, flushed or advised; null if nothing was written.
    /// </summary>
    public string? ReadBack { get; init; }
}
