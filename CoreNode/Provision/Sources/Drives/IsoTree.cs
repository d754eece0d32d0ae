using System.Buffers.Binary;
using System.Text;
using CoreNode.Platform.Blocks;

namespace CoreNode.Provision.Sources.Drives;

/// <summary>
/// ISO 9660 (ECMA-119) with names by Joliet or else Rock Ridge (SUSP's NM), as programs make config drives. Files in
/// several extents, which have more than 4 GiB, are none here.
/// </summary>
internal sealed class IsoTree : VolumeTree
{
    private const int Sector = 2048;
    private const int FirstDescriptor = 16;
    private const int MostDescriptors = 64;
    private const int RootAt = 156;
    private const int NameAt = 33;

    private readonly bool _isJoliet;
    private readonly int _block;

    /// <summary>Reads the descriptors of the volume.</summary>
    /// <exception cref="SourceException">There are none; final.</exception>
    public IsoTree(IBlockDevice device)
        : base(device)
    {
        byte[]? chosen = null;
        for (int i = 0; i < MostDescriptors && !_isJoliet; i++)
        {
            byte[] one = new byte[Sector];
            Read((FirstDescriptor + i) * (long)Sector, one);
            if (!one.AsSpan(1, 5).SequenceEqual("CD001"u8) || one[0] == byte.MaxValue)
                break;
            // ECMA-119, 8.4 and 8.5; Joliet's sign are its three escape sequences.
            ReadOnlySpan<byte> escape = one.AsSpan(88, 3);
            _isJoliet = one[0] == 2
                && (escape.SequenceEqual("%/@"u8) || escape.SequenceEqual("%/C"u8) || escape.SequenceEqual("%/E"u8));
            if (_isJoliet || (one[0] == 1 && chosen is null))
                chosen = one;
        }

        if (chosen is null)
            throw Damaged("it has no volume descriptor");
        _block = BinaryPrimitives.ReadUInt16LittleEndian(chosen.AsSpan(128));
        if (_block is not (512 or 1024 or Sector))
            throw Damaged("its blocks have no size that there is");
        Root = EntryOf(chosen.AsSpan(RootAt, NameAt + 1));
    }

    /// <inheritdoc/>
    protected override Entry Root { get; }

    /// <inheritdoc/>
    protected override Entry? Find(Entry folder, string name)
    {
        byte[] records = Content(folder);
        for (int at = 0; at < records.Length;)
        {
            int length = records[at];
            if (length == 0)
            {
                // No record reaches into the next sector.
                at = (at / Sector + 1) * Sector;
                continue;
            }

            ReadOnlySpan<byte> record = records.AsSpan(at, Math.Min(length, records.Length - at));
            if (record.Length <= NameAt || NameAt + record[32] > record.Length)
                throw Damaged("a folder of it is none");
            // Bit 7: more extents follow.
            bool isWhole = (record[25] & 0x80) == 0;
            if (isWhole && NameOf(record).Equals(name, StringComparison.OrdinalIgnoreCase))
                return EntryOf(record);
            at += length;
        }

        return null;
    }

    /// <inheritdoc/>
    protected override byte[] Content(Entry entry)
    {
        byte[] content = new byte[entry.IsFolder ? Math.Min(entry.Length, MostFolder) : entry.Length];
        Read(entry.Start, content);
        return content;
    }

    private Entry EntryOf(ReadOnlySpan<byte> record)
    {
        // Behind its own attributes, if it has any (9.1.2).
        long block = (long)BinaryPrimitives.ReadUInt32LittleEndian(record[2..]) + record[1];
        return new Entry(
            block * _block, BinaryPrimitives.ReadUInt32LittleEndian(record[10..]), (record[25] & 2) != 0);
    }

    private string NameOf(ReadOnlySpan<byte> record)
    {
        ReadOnlySpan<byte> name = record.Slice(NameAt, record[32]);
        if (_isJoliet)
            return Plain(Encoding.BigEndianUnicode.GetString(name));
        string longName = RockRidge(record[Math.Min(record.Length, (NameAt + name.Length + 1) & ~1)..]);
        return longName.Length > 0 ? longName : Plain(Encoding.Latin1.GetString(name));
    }

    // The part of the name in the record itself: others have more than anybody looks for.
    private static string RockRidge(ReadOnlySpan<byte> use)
    {
        StringBuilder name = new();
        while (use.Length > 4 && use[2] >= 4 && use[2] <= use.Length)
        {
            if (use.StartsWith("NM"u8) && use[2] > 5)
                name.Append(Encoding.UTF8.GetString(use[5..use[2]]));
            use = use[use[2]..];
        }

        return name.ToString();
    }

    // "NAME.;1"
    private static string Plain(string name)
    {
        int version = name.LastIndexOf(';');
        return (version < 0 ? name : name[..version]).TrimEnd('.');
    }
}
