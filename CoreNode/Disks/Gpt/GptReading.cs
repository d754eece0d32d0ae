using CoreNode.Foundation;

namespace CoreNode.Disks.Gpt;

/// <summary>
/// Reads a disk's table without touching the disk: says which bytes it wants, takes them, until it wants none. At most
/// three rounds and three times <see cref="GptHeader.LargestArrayBytes"/>, whatever the disk holds.
/// </summary>
public sealed class GptReading
{
    private readonly DiskShape _shape;
    private readonly List<ByteRange> _wanted = [];
    private readonly List<Action<byte[]>> _takers = [];
    private BootRecord _bootRecord;
    private GptCopy? _primary;
    private GptCopy? _backup;
    private ulong _backupSector;
    private bool _isEndFree = true;
    private int _round;

    /// <summary>Begins; <see cref="Wanted"/> says what to read first.</summary>
    public GptReading(DiskShape shape)
    {
        _shape = shape;
        _backupSector = shape.LastSector;
        Want(0, 2, TakeFront);
    }

    /// <summary>What is to be read now; empty when <see cref="Result"/> is there.</summary>
    public IReadOnlyList<ByteRange> Wanted => _wanted;

    /// <summary>Both copies; only once nothing is wanted any more.</summary>
    public GptDisk Result
    {
        get
        {
            Invariant.That(_wanted.Count == 0, "a table is asked for only when all of it was read");
            return new GptDisk
            {
                Shape = _shape,
                BootRecord = _bootRecord,
                Primary = _primary!,
                Backup = _backup!,
                IsEndFree = _isEndFree,
            };
        }
    }

    /// <summary>Takes the bytes of each wanted range, in their order.</summary>
    public void Take(IReadOnlyList<byte[]> read)
    {
        Invariant.That(read.Count == _wanted.Count, "each wanted range is answered");
        Action<byte[]>[] takers = [.. _takers];
        for (int at = 0; at < read.Count; at++)
            Invariant.That(read[at].Length == _wanted[at].Length, "each wanted range is answered whole");
        _wanted.Clear();
        _takers.Clear();
        _round++;
        for (int at = 0; at < takers.Length; at++)
            takers[at](read[at]);
    }

    private void TakeFront(byte[] front)
    {
        _bootRecord = ReadBootRecord(front);
        ReadOnlySpan<byte> sector = front.AsSpan(_shape.SectorSizeBytes, _shape.SectorSizeBytes);
        GptHeader? header = GptHeader.Read(sector);
        // A header whose entries are damaged still knows where the other copy is, on a disk that has grown since.
        if (header is { IsIntact: true } && header.OtherSector > header.LastUsable
            && header.OtherSector < _shape.LastSector && header.OtherSector > 2)
        {
            _backupSector = header.OtherSector;
        }

        Begin(GptRole.Primary, 1, header, copy => _primary = copy);
        Want(_backupSector, 1, bytes =>
            Begin(GptRole.Backup, _backupSector, GptHeader.Read(bytes), copy => _backup = copy));
        if (_backupSector != _shape.LastSector)
            WantEnd(header!);
    }

    private void Begin(GptRole role, ulong sector, GptHeader? header, Action<GptCopy> done)
    {
        if (header is null)
        {
            string text = $"no header in sector {sector}";
            done(new GptCopy { Role = role, Sector = sector, Faults = [new(GptFaultKind.Absent, text)] });
            return;
        }

        IReadOnlyList<GptFault> faults = header.Check(_shape, role, sector);
        if (faults.Count > 0)
        {
            done(new GptCopy { Role = role, Sector = sector, Faults = faults });
            return;
        }

        Want(header.EntriesSector, _shape.SectorsOf(header.ArrayBytes), bytes =>
        {
            (GptTable? table, IReadOnlyList<GptFault> wrong) =
                GptTable.Read(header, bytes.AsSpan(0, header.ArrayBytes).ToArray());
            done(new GptCopy { Role = role, Sector = sector, Table = table, Faults = wrong, Header = header });
        });
    }

    // Where a backup would lie at the end of the disk; what belongs to the present one may be overwritten.
    private void WantEnd(GptHeader header)
    {
        if (header.Check(_shape, GptRole.Primary, 1).Count > 0)
            return;
        ulong sectors = _shape.SectorsOf(header.ArrayBytes);
        ulong first = Math.Max(_shape.LastSector - Math.Min(sectors, _shape.LastSector), _backupSector + 1);
        Want(first, _shape.LastSector - first + 1, bytes => _isEndFree = IsFree(bytes, sectors));
    }

    // Zeros, another backup, or one that a power cut kept from being written to its end: what it then holds are zeros
    // and bytes of the primary entries in their places, and at most the beginning of a header.
    private bool IsFree(ReadOnlySpan<byte> end, ulong sectors)
    {
        ReadOnlySpan<byte> last = end[^_shape.SectorSizeBytes..];
        int signed = last.CommonPrefixLength("EFI PART"u8);
        if (signed == 8)
            return true;
        if (last[signed..].ContainsAnyExcept((byte)0))
            return false;
        ReadOnlySpan<byte> rest = end[..^_shape.SectorSizeBytes];
        ReadOnlySpan<byte> entries = _primary?.Table is { } table ? table.Entries : default;
        int place = checked((int)sectors * _shape.SectorSizeBytes) - rest.Length;
        for (int at = 0; at < rest.Length; at++)
        {
            bool isEntry = place + at < entries.Length && rest[at] == entries[place + at];
            if (rest[at] != 0 && !isEntry)
                return false;
        }

        return true;
    }

    private void Want(ulong sector, ulong sectors, Action<byte[]> taker)
    {
        Invariant.That(_round < 3, "a table is read in three rounds");
        _wanted.Add(new ByteRange(_shape.OffsetOf(sector), checked((int)sectors * _shape.SectorSizeBytes)));
        _takers.Add(taker);
    }

    // Four entries of 16 bytes from 446 on, the type at 4 (UEFI 2.10, table 5.1); 0xEE is the protective one.
    private static BootRecord ReadBootRecord(ReadOnlySpan<byte> sector)
    {
        if (sector[510] != 0x55 || sector[511] != 0xAA)
            return BootRecord.Empty;
        int protective = 0;
        int others = 0;
        for (int at = 446; at < 510; at += 16)
        {
            byte type = sector[at + 4];
            if (type == 0xEE)
                protective++;
            else if (type != 0)
                others++;
        }

        return (protective, others) switch
        {
            (0, 0) => BootRecord.Empty,
            (0, _) => BootRecord.OldKind,
            (_, 0) => BootRecord.Protective,
            _ => BootRecord.Hybrid,
        };
    }
}
