using CoreNode.Foundation;

namespace CoreNode.Platform.Codecs;

/// <summary>
/// Packs and unpacks one bzip2 stream as a whole, with 8 and 4 MiB of memory. Any thread. Safety: see
/// <see cref="LibBzip2"/>; everything is pinned until the call is over, and the stream lies on the stack.
/// </summary>
public static unsafe class Bzip2Codec
{
    private const int LargestBlock = 9;

    /// <summary>The most that <paramref name="length"/> bytes can become (bzlib.h: 1 % and 600 bytes).</summary>
    public static int BoundOf(int length) => length + (length / 100) + 600;

    /// <summary>Packs <paramref name="data"/> into <paramref name="output"/>, in blocks of 900 kB.</summary>
    public static CodecResult Encode(ReadOnlySpan<byte> data, Span<byte> output)
    {
        uint written = (uint)output.Length;
        fixed (byte* to = Addressable(output), from = Addressable(data))
        {
            int result = LibBzip2.Compress(to, &written, from, (uint)data.Length, LargestBlock, 0, 0);
            switch (result)
            {
                case LibBzip2.Ok:
                    return CodecResult.Of((int)written);
                case LibBzip2.OutputFull:
                    return CodecResult.Of(CodecFault.TooLarge);
                case LibBzip2.NoMemory:
                    throw new InsufficientMemoryException("bzip2 has no memory to pack data");
                default:
                    Invariant.That(false, $"libbz2 refuses what it documents: error {result}");
                    return CodecResult.Of(CodecFault.Damaged);
            }
        }
    }

    /// <summary>Unpacks <paramref name="data"/>, exactly one stream, into <paramref name="output"/>.</summary>
    public static CodecResult Decode(ReadOnlySpan<byte> data, Span<byte> output)
    {
        fixed (byte* to = Addressable(output), from = Addressable(data))
        {
            LibBzip2.Stream stream = new()
            {
                NextIn = from,
                AvailableIn = (uint)data.Length,
                NextOut = to,
                AvailableOut = (uint)output.Length,
            };
            Check(LibBzip2.DecompressInit(&stream, 0, 0));
            try
            {
                return Decode(&stream, output.Length);
            }
            finally
            {
                _ = LibBzip2.DecompressEnd(&stream);
            }
        }
    }

    private static CodecResult Decode(LibBzip2.Stream* stream, int room)
    {
        int result = LibBzip2.Decompress(stream);
        int length = room - (int)stream->AvailableOut;
        if (result == LibBzip2.Ok && stream->AvailableOut == 0)
        {
            // Full, and perhaps just so: the end of the stream is then still to be read.
            byte more = 0;
            stream->NextOut = &more;
            stream->AvailableOut = 1;
            result = LibBzip2.Decompress(stream);
            if (stream->AvailableOut == 0)
                return CodecResult.Of(CodecFault.TooLarge);
        }

        if (result == LibBzip2.NoMemory)
            throw new InsufficientMemoryException("bzip2 has no memory to unpack data");
        return result == LibBzip2.StreamEnd && stream->AvailableIn == 0
            ? CodecResult.Of(length)
            : CodecResult.Of(CodecFault.Damaged);
    }

    private static void Check(int result)
    {
        if (result == LibBzip2.NoMemory)
            throw new InsufficientMemoryException("bzip2 has no memory for a stream");
        Invariant.That(result == LibBzip2.Ok, $"libbz2 refuses what it documents: error {result}");
    }

    // An empty span is pinned as null, which libbz2 takes for a mistake of its caller.
    private static ReadOnlySpan<byte> Addressable(ReadOnlySpan<byte> span) => span.IsEmpty ? [0] : span;

    private static Span<byte> Addressable(Span<byte> span) => span.IsEmpty ? new byte[1] : span;
}
