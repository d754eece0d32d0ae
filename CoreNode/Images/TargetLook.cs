using System.Globalization;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Platform.Blocks;

namespace CoreNode.Images;

/// <summary>What is on a disk that shall be written over, one line each.</summary>
public static class TargetLook
{
    private const int EdgeBytes = 1 << 20;

    // Where each puts its name, and which.
    private static readonly (string Name, int At, byte[] Magic)[] s_signs =
    [
        ("an LVM volume", 512, "LABELONE"u8.ToArray()),
        ("an encrypted volume (LUKS)", 0, "LUKS"u8.ToArray()),
        ("swap space", 4086, "SWAPSPACE2"u8.ToArray()),
        ("a part of a RAID", 4096, [0xFC, 0x4E, 0x2B, 0xA9]),
        ("an XFS file system", 0, "XFSB"u8.ToArray()),
        ("a Btrfs file system", 65600, "_BHRfS_M"u8.ToArray()),
        ("an ext file system", 1080, [0x53, 0xEF]),
        ("an ISO 9660 file system", 32769, "CD001"u8.ToArray()),
        ("an NTFS file system", 3, "NTFS"u8.ToArray()),
    ];

    /// <summary>Empty if there is nothing at all; else what it holds, as far as it can be told.</summary>
    public static IReadOnlyList<string> At(IBlockDevice disk)
    {
        List<string> found = [];
        byte[] head = new byte[(int)Math.Min(EdgeBytes, disk.LengthBytes)];
        disk.Read(0, head);
        byte[] tail = new byte[head.Length];
        disk.Read(disk.LengthBytes - tail.Length, tail);
        if (!head.AsSpan().ContainsAnyExcept((byte)0) && !tail.AsSpan().ContainsAnyExcept((byte)0))
            return found;
        GptDisk state = new SlotDisk(disk).State;
        if (state.Table is { } table)
        {
            foreach (GptPartition one in table.Partitions)
            {
                string size = Size((long)one.Sectors * state.Shape.SectorSizeBytes);
                found.Add(string.Create(
                    CultureInfo.InvariantCulture, $"partition {one.Number} {Shown(one.Label)}, {size}"));
            }
        }
        else if (head.Length > 511 && head[510] == 0x55 && head[511] == 0xAA)
        {
            AddOld(head, found);
        }

        foreach ((string name, int at, byte[] magic) in s_signs)
        {
            if (head.AsSpan(Math.Min(at, head.Length)).StartsWith(magic))
                found.Add(name);
        }

        if (found.Count == 0)
            found.Add("something that is not known");
        return found;
    }

    /// <summary>"1.5 GiB" and the like.</summary>
    public static string Size(long bytes) => bytes >= 10L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):f0} GiB")
        : bytes >= 1L << 30
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):f1} GiB")
            : string.Create(CultureInfo.InvariantCulture, $"{(bytes + (1 << 20) - 1) >> 20} MiB");

    // Four entries of 16 bytes from 446 on: type at 4, sectors at 12.
    private static void AddOld(byte[] head, List<string> found)
    {
        for (int at = 446; at < 510; at += 16)
        {
            if (head[at + 4] == 0)
                continue;
            long bytes = BitConverter.ToUInt32(head, at + 12) * 512L;
            found.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"partition {(at - 446) / 16 + 1} of the type {head[at + 4]:x2}, {Size(bytes)}"));
        }
    }

    private static string Shown(string label)
    {
        string shown = "";
        foreach (char one in label)
            shown += char.IsControl(one) ? '?' : one;
        return shown.Length == 0 ? "without a label" : $"({shown})";
    }
}
