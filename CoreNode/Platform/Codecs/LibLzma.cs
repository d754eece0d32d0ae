using System.Runtime.InteropServices;

namespace CoreNode.Platform.Codecs;

/// <summary>
/// liblzma 5.2 or newer (lzma/container.h, lzma/lzma12.h), the functions that work on whole buffers. The native
/// executable holds it; others open it at the first call. Safety: every pointer is to pinned or local memory that
/// outlives the call, and no call keeps one.
/// </summary>
internal static unsafe partial class LibLzma
{
    public const int Ok = 0;
    public const int NoMemory = 5;
    public const int MemoryLimit = 6;
    public const int NoProgress = 10;

    public const int CheckCrc32 = 1;
    public const ulong FilterLzma2 = 0x21;

    /// <summary>LZMA_VLI_UNKNOWN: no filter follows.</summary>
    public const ulong FilterEnd = ulong.MaxValue;

    /// <summary>More than sizeof(lzma_options_lzma), 112 bytes; its first field is the dictionary's size.</summary>
    public const int OptionsRoom = 256;

    private const string Library = "liblzma.so.5";

    [LibraryImport(Library, EntryPoint = "lzma_stream_buffer_decode")]
    public static partial int DecodeStream(
        ulong* memoryLimit, uint flags, nint allocator, byte* data, nuint* dataAt, nuint dataLength, byte* output,
        nuint* outputAt, nuint outputLength);

    [LibraryImport(Library, EntryPoint = "lzma_stream_buffer_encode")]
    public static partial int EncodeStream(
        Filter* filters, int check, nint allocator, byte* data, nuint dataLength, byte* output, nuint* outputAt,
        nuint outputLength);

    /// <summary>Fills the options; not 0 if there is no such preset.</summary>
    [LibraryImport(Library, EntryPoint = "lzma_lzma_preset")]
    public static partial byte FillOptions(byte* options, uint preset);

    /// <summary>lzma_filter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Filter
    {
        public ulong Id;
        public nint Options;
    }
}
