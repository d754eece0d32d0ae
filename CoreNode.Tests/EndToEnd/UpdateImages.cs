using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Platform.Blocks;
using CoreNode.Tests.Disks.Gpt;

namespace CoreNode.Tests.EndToEnd;

/// <summary>Image files of disks with two slots: the first runs, the second is to be written.</summary>
internal static class UpdateImages
{
    private const int SectorBytes = 512;
    private const int FirstSector = 2048;
    private const int MiB = 1 << 20;

    /// <summary>
    /// Makes a sparse file with the two slots; the first holds an image, if there is one. The target is as the client
    /// leaves it before the first write.
    /// </summary>
    public static void Make(string path, long slotBytes, string? running)
    {
        ulong sectors = (ulong)(slotBytes / SectorBytes);
        long total = ((long)FirstSector * SectorBytes) + (2 * slotBytes) + MiB;
        TestDisk disk = new()
        {
            Sectors = checked((int)(total / SectorBytes)),
            Partitions =
            [
                new(1, FirstSector, FirstSector + sectors - 1)
                {
                    Attributes = TestPartition.Bits(1, 0, 1),
                    Label = "USR-A",
                },
                new(2, FirstSector + sectors, FirstSector + (2 * sectors) - 1) { Label = "USR-B" },
            ],
        };
        using FileStream file = new(path, FileMode.Create, FileAccess.Write);
        disk.WriteTables(file);
        if (running is null)
            return;
        using FileStream image = File.OpenRead(running);
        file.Position = (long)FirstSector * SectorBytes;
        image.CopyTo(file);
    }

    /// <summary>Where a slot begins.</summary>
    public static long OffsetOf(int slot, long slotBytes) =>
        ((long)FirstSector * SectorBytes) + ((slot - 1) * slotBytes);

    /// <summary>The slot that is booted next.</summary>
    public static int Next(string path)
    {
        using RealBlockDevice device = RealBlockDevice.Open(path, BlockAccess.Read);
        return SlotOrder.Next(new SlotDisk(device).Table.Partitions)!.Slot.Number;
    }
}
