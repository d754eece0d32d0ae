using System.Buffers.Binary;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// How much of etcd's preallocated log files is written. A frame is 8 bytes little-endian, the record's length in the
/// lower 56 bits and, when the top bit is set, the padding in the three lowest bits of the top byte; then record and
/// padding. A length of 0 is the part that was only preallocated. (etcd 3.4, wal/decoder.go.)
/// </summary>
internal static class EtcdWal
{
    private const long LengthMask = (1L << 56) - 1;

    /// <summary>Bytes of all frames in the log below etcd's data folder.</summary>
    public static long WrittenBytes(string dataFolder) =>
        Directory.GetFiles(Path.Combine(dataFolder, "member", "wal"), "*.wal").Sum(UsedBytes);

    private static long UsedBytes(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] header = new byte[8];
        long position = 0;
        while (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length)
        {
            long frame = BinaryPrimitives.ReadInt64LittleEndian(header);
            if (frame == 0)
                return position;
            long padding = frame < 0 ? (frame >> 56) & 7 : 0;
            position += header.Length + (frame & LengthMask) + padding;
            stream.Position = position;
        }
        return position;
    }
}
