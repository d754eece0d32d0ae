using CoreNode.Foundation;

namespace CoreNode.Disks.Gpt;

/// <summary>
/// What is to be written, in stages that are carried out one after the other. At every moment one copy that is whole
/// lies where it will be found, and partitions never move. Sector 0 is never written.
/// </summary>
public sealed record GptPlan
{
    private static readonly GptPlan s_nothing = new();

    /// <summary>The stages; empty if there is nothing to do.</summary>
    public IReadOnlyList<GptStage> Stages { get; private init; } = [];

    /// <summary>Why it cannot be done, with what to do; null if it can.</summary>
    public string? Obstacle { get; private init; }

    /// <summary>
    /// Makes both copies whole and equal from the one that counts, and brings the backup to the end of a disk that has
    /// grown.
    /// </summary>
    public static GptPlan Repair(GptDisk disk) => Of(disk, wanted: null);

    /// <summary>
    /// Repairs what is to be repaired, then writes the other table: first the backup, then the primary copy.
    /// <paramref name="wanted"/> comes from the disk's <see cref="GptDisk.Table"/>.
    /// </summary>
    public static GptPlan Change(GptDisk disk, GptTable wanted) => Of(disk, wanted);

    /// <summary>
    /// Writes the table of another disk onto one that holds none, whose size may differ: the primary copy comes last,
    /// so the disk has no table that counts before all of it is there. Sector 0 is the caller's.
    /// </summary>
    public static GptPlan Install(GptTable table, DiskShape shape)
    {
        GptPlaces places = GptPlaces.Fresh(shape, table);
        return places.Obstacle(table) is { } obstacle
            ? Refuse(obstacle)
            : new GptPlan { Stages = [places.Stage(GptRole.Backup, table), places.Stage(GptRole.Primary, table)] };
    }

    private static GptPlan Of(GptDisk disk, GptTable? wanted)
    {
        if (disk.Table is not { } table)
        {
            return Refuse($"there is no table to go by: {string.Join("; ", disk.Problems())}; nothing was written; if "
                + "it is another sector size, say so; if a backup of the table exists, bring it back with sgdisk or "
                + "sfdisk");
        }

        if (disk.BootRecord == BootRecord.OldKind)
        {
            return Refuse("sector 0 lists MBR partitions and no GPT, so the GPT may be of an earlier life of the disk; "
                + "nothing was written; make sector 0 protective (sgdisk) or remove the GPT (sgdisk --zap)");
        }

        List<GptStage> stages = [];
        GptPlaces places = GptPlaces.Of(disk, table);
        if (places.Obstacle(table) is { } obstacle)
            return Refuse(obstacle);
        if (disk.Primary.Table is null)
            stages.Add(places.Stage(GptRole.Primary, table));
        else if (!disk.IsBackupCurrent || places.IsBackupMoved)
            stages.Add(places.Stage(GptRole.Backup, table));
        if (disk.Primary.Table is not null && places.IsBackupMoved)
            stages.Add(places.Stage(GptRole.Primary, table));

        if (wanted is not null && (wanted.DiskId != table.DiskId || !wanted.Entries.SequenceEqual(table.Entries)))
        {
            Invariant.That(ReferenceEquals(wanted.Header, table.Header), "a change begins with the table that counts");
            stages.Add(places.Stage(GptRole.Backup, wanted));
            stages.Add(places.Stage(GptRole.Primary, wanted));
        }

        return stages.Count == 0 ? s_nothing : new GptPlan { Stages = stages };
    }

    private static GptPlan Refuse(string obstacle) => new() { Obstacle = obstacle };
}
