using CoreNode.Disks;
using CoreNode.Disks.Metadata;
using CoreNode.Platform.Blocks;
using CoreNode.Tests.Disks.Gpt;

namespace CoreNode.Tests.EndToEnd.Vm;

/// <summary>An image with two slots and STATE, of sparse files.</summary>
internal static class TinyDisk
{
    /// <summary>How large a slot is.</summary>
    public const int SlotMiB = 96;

    /// <summary>Number of STATE's partition.</summary>
    public const int StateNumber = 9;

    /// <summary>How large STATE is.</summary>
    public const int StateMiB = 64;

    private const ulong SectorsPerMiB = 2048;
    private const int TotalMiB = 2 + (2 * SlotMiB) + StateMiB + 2;

    private static readonly Guid s_linux = new("0fc63daf-8483-4772-8e79-3d69d8477de4");

    /// <summary>Makes the image.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="a">What slot A (3) holds, with its metadata.</param>
    /// <param name="b">What slot B (4) holds.</param>
    /// <param name="bitsA">Priority, tries, successful of A.</param>
    /// <param name="bitsB">Those of B.</param>
    /// <param name="hasState">Whether there is a partition for the state.</param>
    public static void Make(
        string path, (TinySystem System, byte[]? Metadata) a, (TinySystem System, byte[]? Metadata) b, ulong bitsA,
        ulong bitsB, bool hasState = true)
    {
        List<TestPartition> partitions = [Slot(3, "USR-A", bitsA), Slot(4, "USR-B", bitsB)];
        if (hasState)
        {
            ulong first = Start(5);
            partitions.Add(new TestPartition(StateNumber, first, first + (StateMiB * SectorsPerMiB) - 1)
            {
                Type = s_linux,
                Label = "STATE",
            });
        }

        TestDisk disk = new() { Sectors = TotalMiB * (int)SectorsPerMiB, Partitions = partitions };
        using (FileStream file = new(path, FileMode.Create, FileAccess.Write))
            disk.WriteTables(file);
        Fill(path, 3, a);
        Fill(path, 4, b);
    }

    /// <summary>Damages bytes of a slot.</summary>
    public static void Damage(string path, int slot, long offset, int length) =>
        Write(path, slot, offset, Enumerable.Repeat((byte)0x5A, length).ToArray());

    /// <summary>Overwrites bytes of a slot.</summary>
    public static void Write(string path, int slot, long offset, ReadOnlySpan<byte> bytes)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Write);
        file.Position = (long)Start(slot) * 512 + offset;
        file.Write(bytes);
    }

    /// <summary>Overwrites bytes of the image.</summary>
    public static void Wipe(string path, long offset, int length)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Write);
        file.Position = offset < 0 ? file.Length + offset : offset;
        file.Write(new byte[length]);
    }

    /// <summary>Overwrites bytes of STATE.</summary>
    public static void WriteState(string path, long offset, ReadOnlySpan<byte> bytes)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Write);
        file.Position = StateOffset + offset;
        file.Write(bytes);
    }

    /// <summary>The first MiB of STATE.</summary>
    public static byte[] ReadState(string path)
    {
        byte[] head = new byte[1 << 20];
        using FileStream file = File.OpenRead(path);
        file.Position = StateOffset;
        file.ReadExactly(head);
        return head;
    }

    /// <summary>Whether the table says that STATE's file system was not made to its end.</summary>
    public static bool IsStateBeingMade(string path)
    {
        using RealBlockDevice device = RealBlockDevice.Open(path, BlockAccess.Read);
        return new SlotDisk(device).Table.Find(StateNumber)!.Attributes.IsBeingMade;
    }

    /// <summary>Priority, tries and successful of a slot, and what is wrong with the table.</summary>
    public static (string Bits, int Problems) Look(string path, int slot)
    {
        using RealBlockDevice device = RealBlockDevice.Open(path, BlockAccess.Read);
        SlotDisk disk = new(device);
        return (disk.Table.Find(slot)!.Attributes.ToString(), disk.State.Problems().Count);
    }

    /// <summary>The first sector of a slot, or of what comes behind both.</summary>
    private static ulong Start(int number) => SectorsPerMiB * (ulong)(2 + ((Math.Min(number, 5) - 3) * SlotMiB));

    /// <summary>Where STATE begins, in bytes.</summary>
    public static long StateOffset => (long)Start(5) * 512;

    private static TestPartition Slot(int number, string label, ulong bits) =>
        new(number, Start(number), Start(number) + (SlotMiB * SectorsPerMiB) - 1) { Label = label, Attributes = bits };

    private static void Fill(string path, int slot, (TinySystem System, byte[]? Metadata) content)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Write);
        file.Position = (long)Start(slot) * 512;
        using (FileStream image = File.OpenRead(content.System.Image))
            image.CopyTo(file);
        if (content.Metadata is not { } metadata)
            return;
        file.Position = (long)Start(slot) * 512 + ((long)SlotMiB << 20) - SlotMetadataCodec.AreaBytes;
        file.Write(metadata);
    }
}
