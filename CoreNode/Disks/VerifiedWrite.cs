using CoreNode.Disks.Gpt;
using CoreNode.Platform.Blocks;

namespace CoreNode.Disks;

/// <summary>Writes that count only once the disk itself has given them back.</summary>
public static class VerifiedWrite
{
    /// <summary>Writes all, syncs, reads back past the cache, compares; says how it was read.</summary>
    /// <exception cref="IOException">What came back is not what was written; the message says where.</exception>
    public static ReadBackWay Run(IBlockDevice device, IReadOnlyList<GptWrite> writes)
    {
        foreach (GptWrite one in writes)
            device.Write(one.Offset, one.Data.Span);
        device.Sync();
        ReadBackWay way = ReadBackWay.Direct;
        foreach (GptWrite one in writes)
        {
            byte[] found = new byte[one.Data.Length];
            ReadBackWay used = device.ReadBack(one.Offset, found);
            way = used > way ? used : way;
            int same = found.AsSpan().CommonPrefixLength(one.Data.Span);
            if (same < found.Length)
            {
                throw new IOException(
                    $"{device.Path} gave back something else than was written, at byte {one.Offset + same}: the disk "
                    + "may be failing; look at the kernel's log and replace it");
            }
        }

        return way;
    }
}
