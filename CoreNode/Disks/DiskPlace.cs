namespace CoreNode.Disks;

/// <summary>What a path that somebody named stands for.</summary>
/// <param name="Disk">The whole disk, or the image file.</param>
/// <param name="Partition">The number of the partition that was named; null if it was the whole.</param>
/// <param name="IsMachine">True for a disk of this machine, false for an image file.</param>
public sealed record DiskPlace(string Disk, int? Partition, bool IsMachine);
