namespace CoreNode.Disks.Gpt;

/// <summary>
/// How large a disk is and in what pieces it is addressed: everything in a GPT counts in sectors of the disk it lies
/// on, so the same bytes mean something else where sectors are larger.
/// </summary>
public readonly record struct DiskShape
{
    /// <summary>Sector sizes that disks have, in the order in which an image file is tried.</summary>
    public static readonly IReadOnlyList<int> SectorSizes = [512, 4096];

    private DiskShape(int sectorSizeBytes, ulong sectors)
    {
        SectorSizeBytes = sectorSizeBytes;
        Sectors = sectors;
    }

    /// <summary>Bytes of a logical sector.</summary>
    public int SectorSizeBytes { get; }

    /// <summary>Whole sectors of the disk.</summary>
    public ulong Sectors { get; }

    /// <summary>The number of the last sector.</summary>
    public ulong LastSector => Sectors - 1;

    /// <summary>
    /// A disk of that length; null if it is too small for anything but a table. A part of a sector at its end counts
    /// for nothing.
    /// </summary>
    public static DiskShape? Of(long lengthBytes, int sectorSizeBytes)
    {
        if (!SectorSizes.Contains(sectorSizeBytes) || lengthBytes < 0)
            return null;
        ulong sectors = (ulong)lengthBytes / (ulong)sectorSizeBytes;
        return sectors < 6 ? null : new DiskShape(sectorSizeBytes, sectors);
    }

    /// <summary>Whole sectors that so many bytes take.</summary>
    public ulong SectorsOf(int bytes) => ((ulong)bytes + (ulong)SectorSizeBytes - 1) / (ulong)SectorSizeBytes;

    /// <summary>Where a sector begins.</summary>
    public long OffsetOf(ulong sector) => checked((long)(sector * (ulong)SectorSizeBytes));
}
