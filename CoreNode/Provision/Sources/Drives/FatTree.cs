using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using CoreNode.Platform.Blocks;

namespace CoreNode.Provision.Sources.Drives;

/// <summary>FAT12, FAT16 and FAT32 with long names, by Microsoft's specification of FAT32 (fatgen103).</summary>
internal sealed class FatTree : VolumeTree
{
    private const int EntrySize = 32;
    private const int LongName = 0x0F;
    private const int LongestName = 260;

    private readonly long _tableAt;
    private readonly long _rootAt;
    private readonly long _dataAt;
    private readonly int _rootLength;
    private readonly int _cluster;
    private readonly long _last;
    private readonly int _bits;

    /// <summary>Reads the first sector.</summary>
    /// <exception cref="SourceException">It is none of FAT; final.</exception>
    public FatTree(IBlockDevice device)
        : base(device)
    {
        byte[] boot = new byte[512];
        Read(0, boot);
        int sector = Two(boot, 11);
        int perCluster = boot[13];
        long tableSectors = Two(boot, 22) != 0 ? Two(boot, 22) : Four(boot, 36);
        long sectors = Two(boot, 19) != 0 ? Two(boot, 19) : Four(boot, 32);
        if (sector is not (512 or 1024 or 2048 or 4096) || !BitOperations.IsPow2(perCluster) || tableSectors == 0)
            throw Damaged("its first sector is none of FAT");
        _cluster = sector * perCluster;
        _tableAt = (long)Two(boot, 14) * sector;
        _rootAt = _tableAt + (boot[16] * tableSectors * sector);
        _rootLength = Two(boot, 17) * EntrySize;
        _dataAt = _rootAt + ((_rootLength + sector - 1) / sector * sector);
        long clusters = ((sectors * sector) - _dataAt) / _cluster;
        // The number of clusters alone decides (page 14).
        _bits = clusters < 4085 ? 12 : clusters < 65525 ? 16 : 32;
        _last = clusters + 1;
        Root = new Entry(_bits == 32 ? Four(boot, 44) : 0, 0, true);
    }

    /// <inheritdoc/>
    protected override Entry Root { get; }

    /// <inheritdoc/>
    protected override Entry? Find(Entry folder, string name)
    {
        byte[] entries = Content(folder);
        string longName = "";
        int sum = -1;
        for (int at = 0; at + EntrySize <= entries.Length && entries[at] != 0; at += EntrySize)
        {
            ReadOnlySpan<byte> entry = entries.AsSpan(at, EntrySize);
            int attributes = entry[11] & 0x3F;
            if (entry[0] != 0xE5 && attributes == LongName)
            {
                // The last part of a name comes first.
                longName = PartOf(entry) + ((entry[0] & 0x40) != 0 || longName.Length > LongestName ? "" : longName);
                sum = entry[13];
                continue;
            }

            // Bit 3: the label of the volume.
            if (entry[0] != 0xE5 && (attributes & 8) == 0
                && ((sum == Sum(entry) && Is(longName, name)) || Is(ShortName(entry), name)))
            {
                long start = Two(entry, 26) + (_bits == 32 ? (long)Two(entry, 20) << 16 : 0);
                return new Entry(start, Four(entry, 28), (attributes & 0x10) != 0);
            }

            (longName, sum) = ("", -1);
        }

        return null;
    }

    /// <inheritdoc/>
    protected override byte[] Content(Entry entry)
    {
        if (entry is { IsFolder: true, Start: 0 })
        {
            byte[] root = new byte[_rootLength];
            Read(_rootAt, root);
            return root;
        }

        long most = entry.IsFolder ? MostFolder : entry.Length;
        using MemoryStream content = new();
        byte[] cluster = new byte[_cluster];
        // A chain that leads into itself ends with the length.
        for (long at = entry.Start; content.Length < most && at >= 2 && at <= _last; at = Next(at))
        {
            Read(_dataAt + ((at - 2) * _cluster), cluster);
            content.Write(cluster);
        }

        if (!entry.IsFolder && content.Length < most)
            throw Damaged("a file of it is shorter than it says");
        return content.GetBuffer().AsSpan(0, (int)Math.Min(content.Length, most)).ToArray();
    }

    private long Next(long cluster)
    {
        Span<byte> link = stackalloc byte[_bits == 32 ? 4 : 2];
        Read(_tableAt + (cluster * _bits / 8), link);
        return _bits switch
        {
            12 => cluster % 2 == 0 ? Two(link, 0) & 0xFFF : Two(link, 0) >> 4,
            16 => Two(link, 0),
            _ => Four(link, 0) & 0x0FFF_FFFF,
        };
    }

    private static string PartOf(ReadOnlySpan<byte> entry)
    {
        ReadOnlySpan<byte> places = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];
        StringBuilder part = new(places.Length);
        foreach (byte place in places)
        {
            if (Two(entry, place) == 0)
                break;
            part.Append((char)Two(entry, place));
        }

        return part.ToString();
    }

    private static string ShortName(ReadOnlySpan<byte> entry)
    {
        string name = Encoding.Latin1.GetString(entry[..8]).TrimEnd();
        string type = Encoding.Latin1.GetString(entry.Slice(8, 3)).TrimEnd();
        return type.Length == 0 ? name : $"{name}.{type}";
    }

    // By which a long name is known to be that of the entry behind it.
    private static int Sum(ReadOnlySpan<byte> entry)
    {
        int sum = 0;
        foreach (byte one in entry[..11])
            sum = (((sum & 1) << 7) + (sum >> 1) + one) & 0xFF;
        return sum;
    }

    private static bool Is(string found, string name) => found.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static int Two(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static long Four(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
