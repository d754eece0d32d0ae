using System.Buffers.Binary;
using System.Text;

namespace CoreNode.Disks.Gpt;

/// <summary>One partition, as its entry says (UEFI 2.10, table 5.6).</summary>
public sealed record GptPartition
{
    /// <summary>Bytes of an entry that have a meaning.</summary>
    internal const int EntryBytes = 128;

    /// <summary>Where the attributes stand in an entry.</summary>
    internal const int AttributesAt = 48;

    /// <summary>Where the last sector stands in an entry.</summary>
    internal const int LastSectorAt = 40;

    private const int NameAt = 56;

    /// <summary>Its number, from 1: the place of its entry.</summary>
    public required int Number { get; init; }

    /// <summary>What it is for.</summary>
    public required Guid Type { get; init; }

    /// <summary>Its own id, unlike any other's.</summary>
    public required Guid Id { get; init; }

    /// <summary>Its first sector.</summary>
    public required ulong FirstSector { get; init; }

    /// <summary>Its last sector.</summary>
    public required ulong LastSector { get; init; }

    /// <summary>Its attribute bits.</summary>
    public required SlotAttributes Attributes { get; init; }

    /// <summary>Its label, up to 36 characters.</summary>
    public required string Label { get; init; }

    /// <summary>How many sectors it has.</summary>
    public ulong Sectors => LastSector - FirstSector + 1;

    /// <summary>The partition of an entry; null if the entry is not used.</summary>
    internal static GptPartition? Read(int number, ReadOnlySpan<byte> entry)
    {
        Guid type = new(entry[..16]);
        if (type == Guid.Empty)
            return null;
        return new GptPartition
        {
            Number = number,
            Type = type,
            Id = new Guid(entry.Slice(16, 16)),
            FirstSector = BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]),
            LastSector = BinaryPrimitives.ReadUInt64LittleEndian(entry[LastSectorAt..]),
            Attributes = new SlotAttributes(BinaryPrimitives.ReadUInt64LittleEndian(entry[AttributesAt..])),
            Label = ReadLabel(entry[NameAt..EntryBytes]),
        };
    }

    // UTF-16 up to the first zero. What is no UTF-16 becomes a replacement character: it is only shown and
    // compared.
    private static string ReadLabel(ReadOnlySpan<byte> name)
    {
        int length = 0;
        while (length < name.Length && BinaryPrimitives.ReadUInt16LittleEndian(name[length..]) != 0)
            length += 2;
        return Encoding.Unicode.GetString(name[..length]);
    }
}
