using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Platform.Blocks;

namespace CoreNode.Images;

/// <summary>
/// Makes the rest follow a table in which the partition of what a machine keeps has grown: what the kernel knows of it,
/// and its file system. Each may be repeated, and is done when it is so already. Any thread.
/// </summary>
public static class StateGrowth
{
    /// <summary>
    /// Tells the kernel where the partition ends now; it may be mounted. Says what was changed; null if nothing was.
    /// </summary>
    /// <exception cref="IOException">The kernel refuses; a reboot makes it read the table.</exception>
    public static string? TellKernel(MachineDisks machine, string disk, DiskShape shape, GptPartition state)
    {
        long length = checked((long)state.Sectors * shape.SectorSizeBytes);
        if (machine.FindNode(disk, state.Number) is not { } node)
            return DiskGrowth.Reread(disk) ? $"the kernel reads the table of {disk} again" : null;
        using (RealBlockDevice partition = RealBlockDevice.Open(node, BlockAccess.Read))
        {
            if (partition.LengthBytes == length)
                return null;
        }

        DiskGrowth.ResizePartition(disk, state.Number, shape.OffsetOf(state.FirstSector), length);
        return $"{node} has {TargetLook.Size(length)} now";
    }

    /// <summary>Grows the ext4 that is mounted there to its partition. Says so; null if there was nothing to do.
    /// </summary>
    /// <param name="mountPoint">Where it is mounted.</param>
    /// <param name="node">The partition's node.</param>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static string? GrowFileSystem(string mountPoint, string node)
    {
        using RealBlockDevice partition = RealBlockDevice.Open(node, BlockAccess.Read);
        return DiskGrowth.GrowExt4(mountPoint, partition) is { } sizes && sizes.Now > sizes.Before
            ? $"the file system at {mountPoint} grew from {TargetLook.Size(sizes.Before)} to "
                + TargetLook.Size(sizes.Now)
            : null;
    }
}
