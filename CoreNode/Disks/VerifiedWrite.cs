using CoreNode.Platform.Blocks;

namespace CoreNode.Disks;

/// <summary>Writes that count only once the disk itself has given them back.</summary>
internal static class VerifiedWrite
{
    /// <summary>Writes all, syncs, reads back past the cache, compares; says how it was read.</summary>
    /// <exception cref="IOException">What came back is not what was written; the message says where.</exception>
    public static ReadBackWay Run(IBlockDevice device, IReadOnlyList<(long Offset, ReadOnlyMemory<byte> Data)> writes)
    {
        foreach ((long offset, ReadOnlyMemory<byte> data) in writes)
            device.Write(offset, data.Span);
        device.Sync();
        ReadBackWay way = ReadBackWay.Direct;
        foreach ((long offset, ReadOnlyMemory<byte> data) in writes)
        {
            byte[] found = new byte[data.Length];
            ReadBackWay one = device.ReadBack(offset, found);
            way = one > way ? one : way;
            int same = found.AsSpan().CommonPrefixLength(data.Span);
            if (same < found.Length)
            {
                throw new IOException(
                    $"{device.Path} gave back something else than was written, at byte {offset + same}: the disk may "
                    + "be failing; look at the kernel's log and replace it");
            }
        }

        return way;
    }
}
