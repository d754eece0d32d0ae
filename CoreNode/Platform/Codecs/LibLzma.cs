using System.Runtime.InteropServices;

namespace CoreNode.Platform.Codecs;

/// <summary>
/// liblzma 5.2 or newer (lzma/base.h, lzma/container.h, lzma/lzma12.h). The native executable holds it; others open
/// it at the first call. Safety: every pointer is to pinned or local memory that outlives the call; what a stream
/// keeps lives until End.
/// </summary>
internal static unsafe partial class LibLzma
{
    public const int Ok = 0;
    public const int StreamEnd = 1;
    public const int NoMemory = 5;
    public const int MemoryLimit = 6;
    public const int NoProgress = 10;

    /// <summary>LZMA_FINISH: the input is there as a whole.</summary>
    public const int Finish = 3;

    /// <summary>LZMA_RUN: more input follows.</summary>
    public const int Run = 0;

    /// <summary>LZMA_CONCATENATED: streams one after the other are one text.</summary>
    public const uint Concatenated = 8;

    public const int CheckCrc32 = 1;
    public const ulong FilterLzma2 = 0x21;

    /// <summary>LZMA_VLI_UNKNOWN: no filter follows.</summary>
    public const ulong FilterEnd = ulong.MaxValue;

    /// <summary>More than sizeof(lzma_options_lzma), 112 bytes; its first field is the dictionary's size.</summary>
    public const int OptionsRoom = 256;

    private const string Library = "liblzma.so.5";

    [LibraryImport(Library, EntryPoint = "lzma_stream_decoder")]
    public static partial int StartDecoder(Stream* stream, ulong memoryLimit, uint flags);

    [LibraryImport(Library, EntryPoint = "lzma_code")]
    public static partial int Code(Stream* stream, int action);

    [LibraryImport(Library, EntryPoint = "lzma_end")]
    public static partial void End(Stream* stream);

    [LibraryImport(Library, EntryPoint = "lzma_stream_buffer_encode")]
    public static partial int EncodeStream(
        Filter* filters, int check, nint allocator, byte* data, nuint dataLength, byte* output, nuint* outputAt,
        nuint outputLength);

    /// <summary>Fills the options; not 0 if there is no such preset.</summary>
    [LibraryImport(Library, EntryPoint = "lzma_lzma_preset")]
    public static partial byte FillOptions(byte* options, uint preset);

    /// <summary>lzma_stream, on 64-bit machines: 136 bytes, zeros at the start.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Stream
    {
        public byte* NextIn;
        public nuint AvailableIn;
        public ulong TotalIn;
        public byte* NextOut;
        public nuint AvailableOut;
        public ulong TotalOut;
        public nint Allocator;
        public nint Internal;
        public nint Reserved1;
        public nint Reserved2;
        public nint Reserved3;
        public nint Reserved4;
        public ulong Reserved5;
        public ulong Reserved6;
        public nuint Reserved7;
        public nuint Reserved8;
        public int Reserved9;
        public int Reserved10;
    }

    /// <summary>lzma_filter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Filter
    {
        public ulong Id;
        public nint Options;
    }
}
