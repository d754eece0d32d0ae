using CoreNode.Foundation;

namespace CoreNode.Disks.Gpt;

/// <summary>
/// Both copies of a disk's table, and which of them counts: the primary one as long as it is whole (UEFI 2.10, 5.3.2),
/// else the backup. So a change that was broken off after the backup was written has not happened.
/// </summary>
public sealed record GptDisk
{
    private const int MostFaultsTold = 3;

    /// <summary>The disk.</summary>
    public required DiskShape Shape { get; init; }

    /// <summary>What sector 0 says.</summary>
    public required BootRecord BootRecord { get; init; }

    /// <summary>The copy in sector 1.</summary>
    public required GptCopy Primary { get; init; }

    /// <summary>
    /// The copy at the end of the disk, or where the primary one says that it is.
    /// </summary>
    public required GptCopy Backup { get; init; }

    /// <summary>
    /// False if the disk goes on behind the backup and holds something there, which a RAID controller may have written.
    /// </summary>
    public required bool IsEndFree { get; init; }

    /// <summary>The table that counts; null if both are damaged.</summary>
    public GptTable? Table => Primary.Table ?? Backup.Table;

    /// <summary>True if the backup is in the last sector, where firmware looks when the primary copy is gone.</summary>
    public bool IsBackupAtEnd => Backup.Sector == Shape.LastSector;

    /// <summary>True if both copies are whole and say the same.</summary>
    public bool IsBackupCurrent => Primary.Table is { } first && Backup.Table is { } second
        && first.Header.OtherSector == Backup.Sector
        && first.DiskId == second.DiskId
        && first.FirstUsable == second.FirstUsable
        && first.LastUsable == second.LastUsable
        && first.Header.EntrySize == second.Header.EntrySize
        && first.Entries.SequenceEqual(second.Entries);

    /// <summary>
    /// What a repair would change, in one line each; empty if nothing is to be repaired. Without any table it says why.
    /// </summary>
    public IReadOnlyList<string> Problems()
    {
        List<string> problems = [];
        if (Primary.Table is null)
            problems.Add($"the primary table is {Told(Primary)}");
        if (Backup.Table is null)
            problems.Add($"the backup table is {Told(Backup)}");
        else if (Primary.Table is not null && !IsBackupCurrent)
            problems.Add("the backup table differs from the primary one, which counts");
        if (Primary.Table is not null && !IsBackupAtEnd)
        {
            problems.Add($"the backup table is in sector {Backup.Sector}, but the disk has grown to {Shape.Sectors} "
                + (IsEndFree ? "sectors" : "sectors and holds something else at its end, so it stays there"));
        }

        return problems;
    }

    private static string Told(GptCopy copy)
    {
        if (copy.Faults is [{ Kind: GptFaultKind.Absent }])
            return $"missing: no header in sector {copy.Sector}";
        string more = copy.Faults.Count > MostFaultsTold ? $"; and {copy.Faults.Count - MostFaultsTold} more" : "";
        GptFault[] told = ListPart.First(copy.Faults, MostFaultsTold);
        return $"damaged: {string.Join("; ", told.Select(static one => one.Text))}{more}";
    }
}
