using System.Runtime.InteropServices;

namespace CoreNode.Platform.Codecs;

/// <summary>
/// libzstd 1.4 or newer (zstd.h, stable part). The native executable holds it; others open it at the first call.
/// Safety: contexts are opaque and freed by the <see cref="SafeHandle"/> that owns each; pointers are to pinned memory.
/// No call keeps one but <see cref="ReferToPrefixInEncoder"/> and its twin, whose memory stays pinned until the frame
/// is done.
/// </summary>
internal static unsafe partial class LibZstd
{
    public const int CompressionLevel = 100;
    public const int WindowLog = 101;
    public const int LongDistanceMatching = 160;

    public const int OutputTooSmall = 70;
    public const int OutOfMemory = 64;

    private const string Library = "libzstd.so.1";

    [LibraryImport(Library, EntryPoint = "ZSTD_createCCtx")]
    public static partial nint CreateEncoder();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeCCtx")]
    public static partial nuint FreeEncoder(nint context);

    /// <summary>Ends what a failed call left half done; 1 keeps the parameters.</summary>
    [LibraryImport(Library, EntryPoint = "ZSTD_CCtx_reset")]
    public static partial nuint ResetEncoder(nint context, int directive);

    [LibraryImport(Library, EntryPoint = "ZSTD_CCtx_setParameter")]
    public static partial nuint SetParameter(nint context, int parameter, int value);

    [LibraryImport(Library, EntryPoint = "ZSTD_CCtx_refPrefix")]
    public static partial nuint ReferToPrefixInEncoder(nint context, byte* prefix, nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_compress2")]
    public static partial nuint Compress(nint context, byte* output, nuint room, byte* data, nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    public static partial nint CreateDecoder();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    public static partial nuint FreeDecoder(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_DCtx_refPrefix")]
    public static partial nuint ReferToPrefixInDecoder(nint context, byte* prefix, nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressDCtx")]
    public static partial nuint Decompress(nint context, byte* output, nuint room, byte* data, nuint length);

    /// <summary>0 at the end of a frame, else a hint how much is wanted next.</summary>
    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream")]
    public static partial nuint DecompressStream(nint context, Room* output, Room* input);

    [LibraryImport(Library, EntryPoint = "ZSTD_findFrameCompressedSize")]
    public static partial nuint FindFrameLength(byte* data, nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    public static partial uint IsError(nuint result);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorCode")]
    public static partial int ErrorCode(nuint result);

    /// <summary>ZSTD_inBuffer and ZSTD_outBuffer, which are alike.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Room
    {
        public byte* Data;
        public nuint Length;
        public nuint At;
    }
}
