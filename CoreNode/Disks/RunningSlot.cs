using CoreNode.Disks.Gpt;

namespace CoreNode.Disks;

/// <summary>The slot that this machine runs from, as far as it says so.</summary>
public sealed record RunningSlot
{
    /// <summary>Where that was found, for people.</summary>
    public required string Source { get; init; }

    /// <summary>The partition's id, if it was named by that.</summary>
    public Guid? Id { get; init; }

    /// <summary>Its label, if it was named by that.</summary>
    public string? Label { get; init; }

    /// <summary>Its place on a disk, if it was named by its node or is mounted.</summary>
    public DiskPlace? Place { get; init; }

    /// <summary>True if it is that partition of that disk.</summary>
    public bool Is(GptPartition partition, string disk) =>
        Place is { } place
            ? place.Disk == disk && place.Partition == partition.Number
            : Id is { } id ? id == partition.Id : Label is not null && Label == partition.Label;
}
