using System.Buffers.Binary;

namespace CoreNode.Disks.Gpt;

/// <summary>
/// The header of one copy (UEFI 2.10, table 5.5), as it was read: whether it holds is asked with <see cref="Check"/>.
/// </summary>
internal sealed record GptHeader
{
    /// <summary>Bytes of the fields that every revision has.</summary>
    public const int SmallestSize = 92;

    /// <summary>More entries than this are no table but a mistake: 8192 of the usual size.</summary>
    public const int LargestArrayBytes = 1 << 20;

    private const int SizeAt = 12;
    private const int ChecksumAt = 16;
    private const int OwnAt = 24;
    private const int OtherAt = 32;
    private const int LastUsableAt = 48;
    private const int DiskIdAt = 56;
    private const int EntriesAt = 72;
    private const int EntriesChecksumAt = 88;
    private const uint Revision1 = 0x00010000;

    private readonly byte[] _sector;

    private GptHeader(byte[] sector) => _sector = sector;

    public int Size => (int)Math.Min(Number(SizeAt), int.MaxValue);

    public ulong OwnSector => Wide(OwnAt);

    public ulong OtherSector => Wide(OtherAt);

    public ulong FirstUsable => Wide(40);

    public ulong LastUsable => Wide(LastUsableAt);

    public Guid DiskId => new(_sector.AsSpan(DiskIdAt, 16));

    public ulong EntriesSector => Wide(EntriesAt);

    public uint EntryCount => Number(80);

    public uint EntrySize => Number(84);

    public uint EntriesChecksum => Number(EntriesChecksumAt);

    /// <summary>Bytes of all entries; only where <see cref="Check"/> found nothing.</summary>
    public int ArrayBytes => (int)(EntryCount * EntrySize);

    public static GptHeader? Read(ReadOnlySpan<byte> sector) =>
        sector.StartsWith("EFI PART"u8) ? new GptHeader(sector.ToArray()) : null;

    /// <summary>True if the header is what was once written, whatever it says.</summary>
    public bool IsIntact => Size >= SmallestSize && Size <= _sector.Length && Number(ChecksumAt) == Checksum();

    /// <summary>
    /// What is wrong with it, first of all what makes the rest meaningless; empty if its entries may be read.
    /// </summary>
    public IReadOnlyList<GptFault> Check(DiskShape shape, GptRole role, ulong sector)
    {
        if (Number(8) != Revision1)
            return [new(GptFaultKind.Revision, $"revision {Number(8):x8}, 00010000 expected")];
        if (Size < SmallestSize || Size > _sector.Length)
            return [new(GptFaultKind.HeaderSize, $"a header of {Size} bytes")];
        if (!IsIntact)
        {
            return [new(GptFaultKind.HeaderChecksum,
                $"the header's checksum is {Number(ChecksumAt):x8}, {Checksum():x8} expected")];
        }

        List<GptFault> faults = [];
        if (Number(20) != 0)
            faults.Add(new(GptFaultKind.Reserved, "the reserved field of the header is not zero"));
        if (OwnSector != sector)
        {
            faults.Add(new(
                GptFaultKind.OwnSector, $"the header says that it is in sector {OwnSector}, not in {sector}"));
        }

        CheckPlaces(shape, role, faults);
        if (faults.Count == 0)
            CheckEntries(shape, role, faults);
        return faults;
    }

    /// <summary>
    /// The header's sector for another place, another id of the disk or other entries. Fields of a longer header are
    /// kept, what follows it in the sector is zero.
    /// </summary>
    public byte[] Encode(
        GptPlace place, ulong lastUsable, Guid diskId, ReadOnlySpan<byte> entries)
    {
        byte[] sector = new byte[_sector.Length];
        _sector.AsSpan(0, Size).CopyTo(sector);
        BinaryPrimitives.WriteUInt64LittleEndian(sector.AsSpan(OwnAt), place.Header);
        BinaryPrimitives.WriteUInt64LittleEndian(sector.AsSpan(OtherAt), place.OtherHeader);
        BinaryPrimitives.WriteUInt64LittleEndian(sector.AsSpan(LastUsableAt), lastUsable);
        diskId.TryWriteBytes(sector.AsSpan(DiskIdAt));
        BinaryPrimitives.WriteUInt64LittleEndian(sector.AsSpan(EntriesAt), place.Entries);
        BinaryPrimitives.WriteUInt32LittleEndian(sector.AsSpan(EntriesChecksumAt), GptChecksum.Compute(entries));
        sector.AsSpan(ChecksumAt, 4).Clear();
        uint checksum = GptChecksum.Compute(sector.AsSpan(0, Size));
        BinaryPrimitives.WriteUInt32LittleEndian(sector.AsSpan(ChecksumAt), checksum);
        return sector;
    }

    private void CheckPlaces(DiskShape shape, GptRole role, List<GptFault> faults)
    {
        if (role == GptRole.Backup && OtherSector != 1)
        {
            faults.Add(new(
                GptFaultKind.OtherSector, $"the backup's header names sector {OtherSector} for the primary one"));
        }

        if (role == GptRole.Primary && (OtherSector > shape.LastSector || LastUsable > shape.LastSector))
        {
            ulong made = Math.Max(OtherSector, LastUsable);
            faults.Add(new(GptFaultKind.DiskTooSmall,
                $"the table needs sector {made}, but the disk ends with sector {shape.LastSector}"));
        }
        else if (FirstUsable > LastUsable || FirstUsable < 2 || LastUsable >= BackupHeader(role))
        {
            faults.Add(new(GptFaultKind.UsableRange,
                $"partitions may lie in sectors {FirstUsable} to {LastUsable}, which cannot be"));
        }
    }

    private void CheckEntries(DiskShape shape, GptRole role, List<GptFault> faults)
    {
        bool isEntry = EntrySize >= 128 && EntrySize % 128 == 0 && ulong.IsPow2(EntrySize / 128);
        if (!isEntry || EntrySize > LargestArrayBytes)
        {
            faults.Add(new(GptFaultKind.EntrySize, $"entries of {EntrySize} bytes"));
            return;
        }

        if (EntryCount == 0 || (ulong)EntryCount * EntrySize > LargestArrayBytes)
        {
            faults.Add(new(GptFaultKind.EntryCount, $"{EntryCount} entries of {EntrySize} bytes"));
            return;
        }

        (ulong lowest, ulong end) = role == GptRole.Primary ? (2, FirstUsable) : (LastUsable + 1, OwnSector);
        ulong sectors = shape.SectorsOf(ArrayBytes);
        if (EntriesSector < lowest || EntriesSector > end || sectors > end - EntriesSector)
        {
            faults.Add(new(GptFaultKind.EntriesPlace,
                $"{sectors} sectors of entries from {EntriesSector} on do not lie in {lowest} to {end - 1}"));
        }
    }

    private ulong BackupHeader(GptRole role) => role == GptRole.Primary ? OtherSector : OwnSector;

    private uint Checksum()
    {
        byte[] header = _sector.AsSpan(0, Size).ToArray();
        header.AsSpan(ChecksumAt, 4).Clear();
        return GptChecksum.Compute(header);
    }

    private uint Number(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_sector.AsSpan(at));

    private ulong Wide(int at) => BinaryPrimitives.ReadUInt64LittleEndian(_sector.AsSpan(at));
}
