using CoreNode.Foundation;

namespace CoreNode.Platform.Codecs;

/// <summary>
/// Packs and unpacks one .xz stream as a whole. Any thread. Safety: see <see cref="LibLzma"/>; everything is pinned
/// until the call is over.
/// </summary>
public static unsafe class XzCodec
{
    /// <summary>Enough for what <c>xz -7</c> writes; <c>-8</c> and <c>-9</c> ask for more than that.</summary>
    public const int UsualMemoryLimitBytes = 20 << 20;

    private const int SmallestDictionary = 4096;
    private const int LargestPreset = 9;

    /// <summary>The most that <paramref name="length"/> bytes can become: the headers, and 3 bytes for each 64 KiB.
    /// </summary>
    public static int BoundOf(int length) => length + (length >> 14) + 128;

    /// <summary>
    /// Packs <paramref name="data"/> into <paramref name="output"/>: LZMA2 alone with a CRC-32, what the smallest
    /// readers know, and a dictionary no larger than the data, so that a reader needs little memory.
    /// </summary>
    /// <param name="preset">0, fast, to 9, slow.</param>
    /// <param name="data">What is to be packed.</param>
    /// <param name="output">Room for the stream; too little of it is <see cref="CodecFault.TooLarge"/>.</param>
    public static CodecResult Encode(int preset, ReadOnlySpan<byte> data, Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(preset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(preset, LargestPreset);
        byte* options = stackalloc byte[LibLzma.OptionsRoom];
        new Span<byte>(options, LibLzma.OptionsRoom).Clear();
        Invariant.That(LibLzma.FillOptions(options, (uint)preset) == 0, $"liblzma knows no preset {preset}");
        *(uint*)options = Math.Min(*(uint*)options, (uint)Math.Max(SmallestDictionary, data.Length));
        LibLzma.Filter* filters = stackalloc LibLzma.Filter[2];
        filters[0] = new LibLzma.Filter { Id = LibLzma.FilterLzma2, Options = (nint)options };
        filters[1] = new LibLzma.Filter { Id = LibLzma.FilterEnd };
        nuint written = 0;
        fixed (byte* to = Addressable(output), from = Addressable(data))
        {
            int result = LibLzma.EncodeStream(
                filters, LibLzma.CheckCrc32, 0, from, (nuint)data.Length, to, &written, (nuint)output.Length);
            switch (result)
            {
                case LibLzma.Ok:
                    return CodecResult.Of((int)written);
                case LibLzma.NoProgress:
                    return CodecResult.Of(CodecFault.TooLarge);
                case LibLzma.NoMemory:
                    throw new InsufficientMemoryException("xz has no memory to pack data");
                default:
                    Invariant.That(false, $"liblzma refuses what it documents: error {result}");
                    return CodecResult.Of(CodecFault.Damaged);
            }
        }
    }

    /// <summary>Unpacks <paramref name="data"/>, exactly one stream, into <paramref name="output"/>.</summary>
    /// <param name="data">The stream.</param>
    /// <param name="output">Room for the result; too little of it is <see cref="CodecFault.TooLarge"/>.</param>
    /// <param name="memoryLimitBytes">
    /// The stream says how much memory its reader needs, mostly its dictionary; more than that is refused.
    /// </param>
    public static CodecResult Decode(
        ReadOnlySpan<byte> data, Span<byte> output, int memoryLimitBytes = UsualMemoryLimitBytes)
    {
        fixed (byte* to = Addressable(output), from = Addressable(data))
        {
            LibLzma.Stream stream = new()
            {
                NextIn = from,
                AvailableIn = (nuint)data.Length,
                NextOut = to,
                AvailableOut = (nuint)output.Length,
            };
            Check(LibLzma.StartDecoder(&stream, (ulong)memoryLimitBytes, 0));
            try
            {
                return Decode(&stream, output.Length);
            }
            finally
            {
                LibLzma.End(&stream);
            }
        }
    }

    // Not lzma_stream_buffer_decode: it does not tell data that is cut short from an output that is too small.
    private static CodecResult Decode(LibLzma.Stream* stream, int room)
    {
        int result;
        do
            result = LibLzma.Code(stream, LibLzma.Finish);
        while (result == LibLzma.Ok);
        switch (result)
        {
            case LibLzma.StreamEnd when stream->AvailableIn == 0:
                return CodecResult.Of(room - (int)stream->AvailableOut);
            case LibLzma.NoProgress when stream->AvailableIn > 0:
                return CodecResult.Of(CodecFault.TooLarge);
            case LibLzma.MemoryLimit:
                return CodecResult.Of(CodecFault.TooMuchMemory);
            default:
                Check(result == LibLzma.NoMemory ? result : LibLzma.Ok);
                return CodecResult.Of(CodecFault.Damaged);
        }
    }

    private static void Check(int result)
    {
        if (result == LibLzma.NoMemory)
            throw new InsufficientMemoryException("xz has no memory to unpack data");
        Invariant.That(result == LibLzma.Ok, $"liblzma refuses what it documents: error {result}");
    }

    // An empty span is pinned as null, which liblzma takes for a mistake of its caller.
    private static ReadOnlySpan<byte> Addressable(ReadOnlySpan<byte> span) => span.IsEmpty ? [0] : span;

    private static Span<byte> Addressable(Span<byte> span) => span.IsEmpty ? new byte[1] : span;
}
