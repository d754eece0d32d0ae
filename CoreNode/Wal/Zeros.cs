using CoreNode.Platform;

namespace CoreNode.Wal;

/// <summary>Writing and recognizing zeros.</summary>
internal static class Zeros
{
    private static readonly byte[] s_block = new byte[64 << 10];

    /// <summary>Overwrites a range with zeros; syncs after each step, so that the disk's queue stays short.</summary>
    public static void Write(IFile file, long from, long to, int stepBytes)
    {
        long sinceSync = 0;
        while (from < to)
        {
            int count = (int)Math.Min(s_block.Length, to - from);
            file.Write(from, s_block.AsSpan(0, count));
            from += count;
            sinceSync += count;
            if (sinceSync < stepBytes || from >= to)
                continue;
            file.SyncData();
            sinceSync = 0;
        }
    }

    /// <summary>The offset after the last byte that is not zero, or <paramref name="from"/> if there is none.</summary>
    public static long EndOfData(IFile file, long from, long length)
    {
        byte[] buffer = new byte[(int)Math.Min(1 << 20, Math.Max(1, length - from))];
        long end = from;
        while (from < length)
        {
            int count = file.Read(from, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - from)));
            if (count == 0)
                break;
            int last = buffer.AsSpan(0, count).LastIndexOfAnyExcept((byte)0);
            if (last >= 0)
                end = from + last + 1;
            from += count;
        }

        return end;
    }
}
