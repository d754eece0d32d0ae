using System.Buffers.Binary;
using System.Text;

namespace CoreNode.Provision.Sources.Drives;

/// <summary>Which file system a device holds, and its label, by the device's first bytes. Pure.</summary>
/// <param name="Type">As the kernel calls it.</param>
/// <param name="Label">Its label; empty: none.</param>
internal sealed record VolumeHead(string Type, string Label)
{
    /// <summary>How many bytes of a device are needed.</summary>
    public const int Length = IsoStart + 2048;

    private const int IsoStart = 32768;
    private const int ExtStart = 1024;

    /// <summary>Null if it is none of those that config drives have.</summary>
    public static VolumeHead? Of(ReadOnlySpan<byte> head)
    {
        if (head.Length >= Length && head.Slice(IsoStart + 1, 5).SequenceEqual("CD001"u8))
            return new VolumeHead("iso9660", Text(head.Slice(IsoStart + 40, 32)));
        if (head.Length >= Length && head.Slice(IsoStart + 1, 5).SequenceEqual("BEA01"u8))
            return new VolumeHead("udf", "");
        if (head.Length >= ExtStart + 136
            && BinaryPrimitives.ReadUInt16LittleEndian(head[(ExtStart + 56)..]) == 0xEF53)
            return new VolumeHead("ext4", Text(head.Slice(ExtStart + 120, 16)));
        if (head.Length < 512 || head[510] != 0x55 || head[511] != 0xAA)
            return null;
        if (head.Slice(82, 5).SequenceEqual("FAT32"u8))
            return new VolumeHead("vfat", Text(head.Slice(71, 11)));
        return head.Slice(54, 3).SequenceEqual("FAT"u8) ? new VolumeHead("vfat", Text(head.Slice(43, 11))) : null;
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOf((byte)0);
        return Encoding.Latin1.GetString(end < 0 ? bytes : bytes[..end]).TrimEnd();
    }
}
