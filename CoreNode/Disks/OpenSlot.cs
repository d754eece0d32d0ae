using CoreNode.Disks.Gpt;
using CoreNode.Platform.Blocks;

namespace CoreNode.Disks;

/// <summary>A slot that is open, and what its entry says. Owns what it opened.</summary>
public sealed class OpenSlot : IDisposable
{
    private readonly IBlockDevice? _whole;

    private OpenSlot(GptPartition partition, IBlockDevice device, IBlockDevice? whole)
    {
        Partition = partition;
        Device = device;
        _whole = whole;
    }

    /// <summary>Its entry as it was when it was opened.</summary>
    public GptPartition Partition { get; }

    /// <summary>Its bytes.</summary>
    public IBlockDevice Device { get; }

    /// <summary>
    /// Opens a slot: of a disk of this machine by the partition's own node, which others that use the partition use
    /// too; of an image file through the file.
    /// </summary>
    /// <exception cref="IOException">It is not there, or cannot be opened.</exception>
    public static OpenSlot Open(MachineDisks machine, string disk, int number, BlockAccess access)
    {
        DiskPlace place = machine.Resolve(disk);
        if (!place.IsMachine)
            return In(RealBlockDevice.Open(place.Disk, access), number, isOwned: true);
        GptPartition partition;
        using (RealBlockDevice whole = RealBlockDevice.Open(place.Disk, BlockAccess.Read))
            partition = Find(whole, new SlotDisk(whole), number);
        string node = machine.FindNode(place.Disk, number) ?? throw new IOException(
            $"the kernel knows no partition {number} of {place.Disk}, though its table has one: reboot, or let the "
            + "kernel read the table again (blockdev --rereadpt)");
        return new OpenSlot(partition, RealBlockDevice.Open(node, access), null);
    }

    /// <summary>A slot of an image that is open.</summary>
    /// <param name="whole">The image.</param>
    /// <param name="number">The partition's number.</param>
    /// <param name="isOwned">Whether the image is closed with the slot, and if there is no such slot.</param>
    /// <exception cref="IOException">It has no such partition.</exception>
    public static OpenSlot In(IBlockDevice whole, int number, bool isOwned)
    {
        try
        {
            SlotDisk disk = new(whole);
            GptPartition partition = Find(whole, disk, number);
            return new OpenSlot(partition, disk.Open(partition), isOwned ? whole : null);
        }
        catch
        {
            if (isOwned)
                whole.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Device.Dispose();
        _whole?.Dispose();
    }

    private static GptPartition Find(IBlockDevice whole, SlotDisk disk, int number)
    {
        foreach (GptPartition one in disk.Table.Partitions)
        {
            if (one.Number == number)
                return one;
        }

        throw new IOException($"{whole.Path} has no partition {number}: look at it with \"corenode slot show\"");
    }
}
