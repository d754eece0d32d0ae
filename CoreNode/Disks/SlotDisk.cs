using CoreNode.Disks.Gpt;
using CoreNode.Foundation;
using CoreNode.Platform.Blocks;

namespace CoreNode.Disks;

/// <summary>
/// A disk with slots, or an image of one: its table read, repaired and changed. Each copy is written, synced and read
/// back past the cache before the other one is touched, so a power cut at any moment leaves one that is whole. Does not
/// own the device; one thread.
/// </summary>
public sealed class SlotDisk
{
    // One round mends a damaged copy, the next may bring the backup to the end, the last finds nothing to do.
    private const int MostRepairs = 3;

    private readonly IBlockDevice _device;
    private readonly IReadOnlyList<int> _sectorSizes;

    /// <summary>
    /// Reads the table. The sector size is what the disk says, or <paramref name="sectorSizeBytes"/>; of an image file
    /// without either it is the one with which a table is found.
    /// </summary>
    /// <exception cref="IOException">The disk cannot be read, or is too small for a table.</exception>
    public SlotDisk(IBlockDevice device, int? sectorSizeBytes = null)
    {
        _device = device;
        _sectorSizes = (sectorSizeBytes ?? device.SectorSizeBytes) is { } size ? [size] : DiskShape.SectorSizes;
        State = Read();
    }

    /// <summary>Both copies as they were read last.</summary>
    public GptDisk State { get; private set; }

    /// <summary>How the last writes were read back; null if nothing was written.</summary>
    public ReadBackWay? ReadBackWay { get; private set; }

    /// <summary>The table that counts.</summary>
    /// <exception cref="IOException">There is none; the message says what to do.</exception>
    public GptTable Table => State.Table ?? throw Refused(GptPlan.Repair(State));

    /// <summary>
    /// Mends a damaged, stale or misplaced copy from the one that counts. Gives what was wrong; empty if nothing was.
    /// </summary>
    /// <exception cref="IOException">It cannot be repaired, or the disk fails.</exception>
    public IReadOnlyList<string> Repair()
    {
        List<string> mended = [];
        for (int round = 0; ; round++)
        {
            GptPlan plan = GptPlan.Repair(State);
            if (plan.Obstacle is not null)
                throw Refused(plan);
            if (plan.Stages.Count == 0)
                return mended;
            Invariant.That(round < MostRepairs, "a repair leaves a table that needs none");
            mended.AddRange(State.Problems());
            Carry(plan);
        }
    }

    /// <summary>Repairs, then writes other attributes; nothing is written if they are the same.</summary>
    /// <exception cref="IOException">It cannot be done, or the disk fails.</exception>
    public void Change(Func<GptTable, GptTable> change)
    {
        Repair();
        GptPlan plan = GptPlan.Change(State, change(Table));
        if (plan.Obstacle is not null)
            throw Refused(plan);
        Carry(plan);
    }

    /// <summary>
    /// Repairs, and makes an image's table that of this disk: an id of its own, and the partition of what a machine
    /// keeps up to the disk's end. Says what that changed; nothing is written if it is so already.
    /// </summary>
    /// <param name="freshId">The id that the disk gets if it has none of its own, drawn by chance.</param>
    /// <exception cref="IOException">It cannot be done, or the disk fails.</exception>
    public FirstBoot Fit(Guid freshId)
    {
        Repair();
        FirstBoot plan = FirstBoot.Plan(State, freshId);
        if (plan.Table.Obstacle is not null)
            throw Refused(plan.Table);
        Carry(plan.Table);
        return plan;
    }

    /// <summary>A partition's own bytes. Of a disk in use they are to be reached by the partition's own node.</summary>
    public DeviceWindow Open(GptPartition partition) => new(
        _device,
        $"partition {partition.Number}",
        State.Shape.OffsetOf(partition.FirstSector),
        checked((long)partition.Sectors * State.Shape.SectorSizeBytes));

    private void Carry(GptPlan plan)
    {
        foreach (GptStage stage in plan.Stages)
        {
            ReadBackWay way = VerifiedWrite.Run(_device, stage.Writes);
            ReadBackWay = ReadBackWay is { } before && before > way ? before : way;
        }

        if (plan.Stages.Count > 0)
            State = Read();
    }

    private GptDisk Read()
    {
        GptDisk? first = null;
        foreach (int size in _sectorSizes)
        {
            if (DiskShape.Of(_device.LengthBytes, size) is not { } shape)
                continue;
            GptDisk found = Read(shape);
            if (found.Table is not null)
                return found;
            // Of two sizes without a table the one that shows at least a header says what is wrong.
            bool isTold = found.Primary.Faults is not [{ Kind: GptFaultKind.Absent }];
            first = first is null || isTold ? found : first;
        }

        return first ?? throw new IOException(
            $"{_device.Path} has {_device.LengthBytes} bytes, too few for a partition table: "
                + "name a whole disk or an image of one");
    }

    private GptDisk Read(DiskShape shape)
    {
        GptReading reading = new(shape);
        while (reading.Wanted.Count > 0)
        {
            byte[][] read = new byte[reading.Wanted.Count][];
            for (int at = 0; at < read.Length; at++)
            {
                read[at] = new byte[reading.Wanted[at].Length];
                _device.Read(reading.Wanted[at].Offset, read[at]);
            }

            reading.Take(read);
        }

        return reading.Result;
    }

    private IOException Refused(GptPlan plan) => new($"{_device.Path}: {plan.Obstacle}");
}
