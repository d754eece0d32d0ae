using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Disks.Metadata;

namespace CoreNode.Updates.Applying;

/// <summary>
/// What stands around the writing of a slot: what it says of itself is taken away first and written last, each synced
/// and read back past the cache. One thread.
/// </summary>
public static class SlotFinish
{
    /// <summary>Before the first write: the slot says nothing of itself any more.</summary>
    /// <exception cref="IOException">The disk fails, or has no such partition.</exception>
    public static void Clear(SlotDisk disk, int partition)
    {
        using DeviceWindow slot = Open(disk, partition);
        SlotMetadataArea.Clear(slot);
    }

    /// <summary>
    /// Once the slot was verified: writes what the payload brought for it. A payload without leaves a slot that says
    /// nothing of itself.
    /// </summary>
    /// <param name="disk">The disk with the slot.</param>
    /// <param name="partition">The slot's number.</param>
    /// <param name="slotMetadata">As the signed metadata of the payload has it.</param>
    /// <exception cref="IOException">The disk fails, has no such partition, or the bytes are too many.</exception>
    public static void Write(SlotDisk disk, int partition, ReadOnlySpan<byte> slotMetadata)
    {
        if (slotMetadata.Length > SlotMetadataCodec.AreaBytes)
            throw new IOException($"{slotMetadata.Length} bytes are too many for what a slot says of itself");
        using DeviceWindow slot = Open(disk, partition);
        if (slotMetadata.IsEmpty)
            SlotMetadataArea.Clear(slot);
        else
            SlotMetadataArea.Write(slot, slotMetadata);
    }

    private static DeviceWindow Open(SlotDisk disk, int partition)
    {
        foreach (GptPartition one in disk.Table.Partitions)
        {
            if (one.Number == partition)
                return disk.Open(one);
        }

        throw new IOException($"there is no partition {partition} on this disk");
    }
}
