using System.Globalization;

namespace CoreNode.Disks.Gpt;

/// <summary>
/// What a disk still needs that an image was written to: an id of its own, the backup table at its real end, and the
/// partition of what a machine keeps as large as the disk lets it be. Asked at every start, so it also follows a disk
/// that has grown; mostly there is nothing to do.
/// </summary>
public sealed record FirstBoot
{
    /// <summary>Ends of grown partitions lie on this boundary.</summary>
    private const int AlignmentBytes = 2 << 20;

    /// <summary>The id that every image has: it asks for one of its own.</summary>
    public static readonly Guid UnsetDiskId = new("00000000-0000-0000-0000-000000000001");

    /// <summary>What is to be written; nothing if there is nothing to do.</summary>
    public required GptPlan Table { get; init; }

    /// <summary>What that changes, one line each for people; repairs are not among them.</summary>
    public required IReadOnlyList<string> Changes { get; init; }

    /// <summary>The partition of what a machine keeps, as it is afterwards; null if the disk has none.</summary>
    public GptPartition? State { get; private init; }

    /// <summary>The plan for a disk as it was read (<see cref="GptReading.Result"/>).</summary>
    /// <param name="disk">Both copies of its table.</param>
    /// <param name="freshId">The id that it gets if it has none of its own, drawn by chance.</param>
    public static FirstBoot Plan(GptDisk disk, Guid freshId)
    {
        if (disk.Table is not { } table)
            return new FirstBoot { Table = GptPlan.Repair(disk), Changes = [] };
        List<string> changes = [];
        GptTable wanted = table;
        if (table.DiskId == UnsetDiskId)
        {
            wanted = wanted.WithDiskId(freshId);
            changes.Add($"the disk gets an id of its own, {freshId}");
        }

        GptPartition? state = ImageLayout.Of(table).State;
        if (state is not null)
        {
            ulong end = End(table, state, GptPlaces.Of(disk, table).LastUsable, disk.Shape.SectorSizeBytes);
            if (end > state.LastSector)
            {
                changes.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"partition {state.Number} ({state.Label}) grows from {MiB(state, disk)} to {MiB(state with
                    {
                        LastSector = end,
                    }, disk)} MiB"));
                wanted = wanted.WithEnd(state.Number, end);
                state = wanted.Find(state.Number);
            }
        }

        return new FirstBoot { Table = GptPlan.Change(disk, wanted), Changes = changes, State = state };
    }

    /// <summary>
    /// The last sector that a partition may have: before the next one, or the end of the disk. Never less than now.
    /// </summary>
    public static ulong End(GptTable table, GptPartition partition, ulong lastUsable, int sectorSizeBytes)
    {
        ulong end = lastUsable;
        foreach (GptPartition one in table.Partitions)
        {
            if (one.FirstSector > partition.LastSector && one.FirstSector <= end)
                end = one.FirstSector - 1;
        }

        ulong alignment = (ulong)(AlignmentBytes / sectorSizeBytes);
        return Math.Max((end + 1) / alignment * alignment, partition.LastSector + 1) - 1;
    }

    private static ulong MiB(GptPartition partition, GptDisk disk) =>
        partition.Sectors * (ulong)disk.Shape.SectorSizeBytes >> 20;
}
