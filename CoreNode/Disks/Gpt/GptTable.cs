using System.Buffers.Binary;

namespace CoreNode.Disks.Gpt;

/// <summary>
/// What a table says, whichever copy it was read from: the partitions, and the bytes that it is written with again.
/// Immutable. Partitions never move: only their attributes and ends can be changed, the disk's id, and what is there.
/// </summary>
public sealed class GptTable
{
    private readonly byte[] _entries;

    private GptTable(GptHeader header, byte[] entries, Guid? diskId = null)
    {
        Header = header;
        DiskId = diskId ?? header.DiskId;
        _entries = entries;
        Partitions = ReadAll(header, entries);
    }

    /// <summary>The disk's own id.</summary>
    public Guid DiskId { get; }

    /// <summary>The first sector that a partition may take.</summary>
    public ulong FirstUsable => Header.FirstUsable;

    /// <summary>The last one.</summary>
    public ulong LastUsable => Header.LastUsable;

    /// <summary>How many entries it has, used or not.</summary>
    public int EntryCount => (int)Header.EntryCount;

    /// <summary>All partitions, by number.</summary>
    public IReadOnlyList<GptPartition> Partitions { get; }

    /// <summary>The header that it was read with.</summary>
    internal GptHeader Header { get; }

    /// <summary>All entries as they are written.</summary>
    internal ReadOnlySpan<byte> Entries => _entries;

    /// <summary>The partition of that number; null if there is none.</summary>
    public GptPartition? Find(int number) => Partitions.FirstOrDefault(one => one.Number == number);

    /// <summary>The same table with other attributes of one partition.</summary>
    public GptTable With(int number, SlotAttributes attributes)
    {
        byte[] entries = EntriesFor(number, out Span<byte> entry);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[GptPartition.AttributesAt..], attributes.Bits);
        return new GptTable(Header, entries, DiskId);
    }

    /// <summary>The same table of a disk with another id.</summary>
    public GptTable WithDiskId(Guid id) => new(Header, _entries, id);

    /// <summary>The same table with another end of one partition; where it begins never changes.</summary>
    public GptTable WithEnd(int number, ulong lastSector)
    {
        byte[] entries = EntriesFor(number, out Span<byte> entry);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[GptPartition.LastSectorAt..], lastSector);
        return new GptTable(Header, entries, DiskId);
    }

    /// <summary>The same table without that partition.</summary>
    public GptTable Without(int number)
    {
        byte[] entries = EntriesFor(number, out Span<byte> entry);
        entry.Clear();
        return new GptTable(Header, entries, DiskId);
    }

    /// <summary>
    /// The table of a header that holds and its entries, and what is wrong with them; null with faults.
    /// </summary>
    internal static (GptTable? Table, IReadOnlyList<GptFault> Faults) Read(GptHeader header, byte[] entries)
    {
        uint checksum = GptChecksum.Compute(entries);
        if (checksum != header.EntriesChecksum)
        {
            return (null, [new(GptFaultKind.EntriesChecksum,
                $"the entries' checksum is {checksum:x8}, the header says {header.EntriesChecksum:x8}")]);
        }

        GptTable table = new(header, entries);
        List<GptFault> faults = [];
        table.CheckBounds(faults);
        table.CheckOverlaps(faults);
        table.CheckIds(faults);
        return (faults.Count == 0 ? table : null, faults);
    }

    private byte[] EntriesFor(int number, out Span<byte> entry)
    {
        if (Find(number) is null)
            throw new ArgumentOutOfRangeException(nameof(number), number, "no such partition");
        byte[] entries = [.. _entries];
        entry = entries.AsSpan((number - 1) * (int)Header.EntrySize, (int)Header.EntrySize);
        return entries;
    }

    private void CheckBounds(List<GptFault> faults)
    {
        foreach (GptPartition one in Partitions)
        {
            if (one.FirstSector > one.LastSector || one.FirstSector < FirstUsable || one.LastSector > LastUsable)
            {
                faults.Add(new(GptFaultKind.PartitionBounds,
                    $"partition {one.Number} lies in sectors {one.FirstSector} to {one.LastSector}, "
                    + $"allowed are {FirstUsable} to {LastUsable}"));
            }
        }
    }

    private void CheckOverlaps(List<GptFault> faults)
    {
        GptPartition[] ordered = [.. Partitions.OrderBy(static one => one.FirstSector)];
        for (int at = 1; at < ordered.Length; at++)
        {
            if (ordered[at].FirstSector <= ordered[at - 1].LastSector)
            {
                faults.Add(new(GptFaultKind.PartitionOverlap,
                    $"partitions {ordered[at - 1].Number} and {ordered[at].Number} share sector "
                    + $"{ordered[at].FirstSector}"));
            }
        }
    }

    private void CheckIds(List<GptFault> faults)
    {
        HashSet<Guid> ids = [];
        foreach (GptPartition one in Partitions)
        {
            if (one.Id == Guid.Empty)
                faults.Add(new(GptFaultKind.PartitionId, $"partition {one.Number} has no id"));
            else if (!ids.Add(one.Id))
                faults.Add(new(GptFaultKind.PartitionId, $"partition {one.Number} has the id of another"));
        }
    }

    private static List<GptPartition> ReadAll(GptHeader header, byte[] entries)
    {
        List<GptPartition> all = [];
        int size = (int)header.EntrySize;
        for (int at = 0; at < (int)header.EntryCount; at++)
        {
            if (GptPartition.Read(at + 1, entries.AsSpan(at * size, size)) is { } one)
                all.Add(one);
        }

        return all;
    }
}
