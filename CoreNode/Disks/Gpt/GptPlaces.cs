namespace CoreNode.Disks.Gpt;

/// <summary>
/// Where both copies shall lie: where they are, if they are whole, else where everybody puts them.
/// </summary>
internal sealed record GptPlaces
{
    public required DiskShape Shape { get; init; }

    public required GptPlace Primary { get; init; }

    public required GptPlace Backup { get; init; }

    public required ulong LastUsable { get; init; }

    public required ulong EntrySectors { get; init; }

    /// <summary>True if the backup goes to the end of a disk that has grown.</summary>
    public required bool IsBackupMoved { get; init; }

    public static GptPlaces Of(GptDisk disk, GptTable table)
    {
        ulong sectors = disk.Shape.SectorsOf(table.Entries.Length);
        bool isMoved = disk.Primary.Table is not null && !disk.IsBackupAtEnd && disk.IsEndFree;
        ulong header = isMoved ? disk.Shape.LastSector : disk.Backup.Sector;
        ulong usual = header - Math.Min(header, sectors);
        ulong backupEntries = isMoved ? usual : Entries(disk.Backup, table) ?? usual;
        return new GptPlaces
        {
            Shape = disk.Shape,
            IsBackupMoved = isMoved,
            EntrySectors = sectors,
            // What came with the disk's new end is for partitions, too; a table that was not moved keeps its range.
            LastUsable = isMoved ? usual - 1 : table.LastUsable,
            Primary = new GptPlace
            {
                Header = 1,
                OtherHeader = header,
                Entries = Entries(disk.Primary, table) ?? 2,
            },
            Backup = new GptPlace { Header = header, OtherHeader = 1, Entries = backupEntries },
        };
    }

    /// <summary>Where everybody puts them on a disk that has no table yet.</summary>
    public static GptPlaces Fresh(DiskShape shape, GptTable table)
    {
        ulong sectors = shape.SectorsOf(table.Entries.Length);
        ulong backup = shape.LastSector - sectors;
        return new GptPlaces
        {
            Shape = shape,
            IsBackupMoved = true,
            EntrySectors = sectors,
            LastUsable = backup - 1,
            Primary = new GptPlace { Header = 1, OtherHeader = shape.LastSector, Entries = 2 },
            Backup = new GptPlace { Header = shape.LastSector, OtherHeader = 1, Entries = backup },
        };
    }

    /// <summary>Why a copy cannot be written there; null if both can.</summary>
    public string? Obstacle(GptTable table)
    {
        if (Primary.Entries + EntrySectors > table.FirstUsable)
        {
            return $"the primary table has no room: its {EntrySectors} sectors of entries would reach into the range "
                + $"for partitions, which begins at sector {table.FirstUsable}; nothing was written; repair it with "
                + "sgdisk";
        }

        return Backup.Entries <= LastUsable
            ? $"the backup table has no room: the range for partitions goes up to sector {LastUsable}, and its "
                + $"{EntrySectors} sectors of entries must lie between that and sector {Backup.Header}; nothing was "
                + "written; repair it with sgdisk"
            : null;
    }

    /// <summary>The stage that writes that copy.</summary>
    public GptStage Stage(GptRole role, GptTable table)
    {
        ReadOnlySpan<byte> entries = table.Entries;
        GptPlace place = role == GptRole.Primary ? Primary : Backup;
        byte[] padded = new byte[checked((int)EntrySectors * Shape.SectorSizeBytes)];
        entries.CopyTo(padded);
        return new GptStage(role,
        [
            new GptWrite(Shape.OffsetOf(place.Entries), padded),
            new GptWrite(Shape.OffsetOf(place.Header), table.Header.Encode(place, LastUsable, table.DiskId, entries)),
        ]);
    }

    // Only if it is for an array of the same size: a damaged copy may be of another table.
    private static ulong? Entries(GptCopy copy, GptTable table) =>
        copy.Header is { } header && header.ArrayBytes == table.Entries.Length
            && header.FirstUsable == table.FirstUsable && header.LastUsable == table.LastUsable
            ? header.EntriesSector
            : null;
}
