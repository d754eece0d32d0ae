using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Platform.Blocks;

/// <summary>
/// Tells the kernel of what has changed about a disk and what is mounted from it. Any thread. Safety: what the calls
/// point to is on this stack and outlives them; records are laid out as linux/blkpg.h has them on 64-bit machines.
/// </summary>
public static unsafe class DiskGrowth
{
    private const int Resize = 3; // BLKPG_RESIZE_PARTITION
    private const int PartitionBytes = 152;
    private const int SuperblockAt = 1024;
    private const int SuperblockBytes = 1024;
    private const int Is64Bit = 0x80;

    /// <summary>Lets the kernel read the table anew; false, with nothing changed, where something of it is in use.
    /// </summary>
    public static bool Reread(string disk)
    {
        using SafeFileHandle handle = Open(disk, LibC.OpenReadOnly);
        return BlockCalls.Control(handle, BlockCalls.RereadTable, 0) == 0;
    }

    /// <summary>Tells the kernel that a partition ends elsewhere, also one that is mounted.</summary>
    /// <exception cref="IOException">The kernel refuses; a reboot makes it read the table.</exception>
    public static void ResizePartition(string disk, int number, long startBytes, long lengthBytes)
    {
        byte* partition = stackalloc byte[PartitionBytes];
        Span<byte> record = new(partition, PartitionBytes);
        record.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(record, startBytes);
        BinaryPrimitives.WriteInt64LittleEndian(record[8..], lengthBytes);
        BinaryPrimitives.WriteInt32LittleEndian(record[16..], number);
        long* argument = stackalloc long[3];
        argument[0] = Resize;
        argument[1] = PartitionBytes;
        argument[2] = (long)partition;
        using SafeFileHandle handle = Open(disk, LibC.OpenReadOnly);
        Check(
            BlockCalls.Control(handle, BlockCalls.ChangePartition, (nint)argument),
            $"the kernel does not take the new size of partition {number} of {disk} (a reboot makes it)");
    }

    /// <summary>
    /// Grows a mounted ext4 to that of its device which is whole blocks; nothing happens if it is as large already.
    /// </summary>
    /// <param name="mountPoint">Where it is mounted.</param>
    /// <param name="device">What is mounted there.</param>
    /// <returns>How many bytes it had before and has now; null if the device holds no ext4.</returns>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static (long Before, long Now)? GrowExt4(string mountPoint, IBlockDevice device)
    {
        byte[] superblock = new byte[SuperblockBytes];
        device.Read(SuperblockAt, superblock);
        if (Ext4Size(superblock) is not { } size)
            return null;
        ulong blocks = (ulong)(device.LengthBytes / size.BlockBytes);
        long now = checked((long)blocks * size.BlockBytes);
        if (blocks <= size.Blocks)
            return ((long)size.Blocks * size.BlockBytes, (long)size.Blocks * size.BlockBytes);
        using SafeFileHandle handle = Open(mountPoint, LibC.OpenReadOnly | LibC.OpenFolder);
        Check(
            BlockCalls.Control(handle, BlockCalls.GrowExt4, (nint)(&blocks)),
            $"the file system at {mountPoint} cannot be grown to {now} bytes");
        return ((long)size.Blocks * size.BlockBytes, now);
    }

    /// <summary>Blocks and their size as an ext2, ext3 or ext4 says it; null if it is none.</summary>
    public static (ulong Blocks, int BlockBytes)? Ext4Size(ReadOnlySpan<byte> superblock)
    {
        uint exponent = BinaryPrimitives.ReadUInt32LittleEndian(superblock[24..]);
        if (BinaryPrimitives.ReadUInt16LittleEndian(superblock[56..]) != 0xEF53 || exponent > 6)
            return null;
        ulong blocks = BinaryPrimitives.ReadUInt32LittleEndian(superblock[4..]);
        if ((BinaryPrimitives.ReadUInt32LittleEndian(superblock[96..]) & Is64Bit) != 0)
            blocks |= (ulong)BinaryPrimitives.ReadUInt32LittleEndian(superblock[0x150..]) << 32;
        return (blocks, 1024 << (int)exponent);
    }

    private static SafeFileHandle Open(string path, int flags)
    {
        int descriptor = LibC.Open(path, flags | LibC.OpenCloseOnExec, 0);
        Check(descriptor, $"{path} cannot be opened");
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static void Check(int result, string what)
    {
        if (result >= 0)
            return;
        int error = Marshal.GetLastPInvokeError();
        throw new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }
}
