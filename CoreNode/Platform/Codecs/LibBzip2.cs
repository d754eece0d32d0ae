using System.Runtime.InteropServices;

namespace CoreNode.Platform.Codecs;

/// <summary>
/// libbz2 1.0 (bzlib.h). The native executable holds it; others open it at the first call. Safety: a stream's memory is
/// pinned or local from Init to End, and pointers in it are to pinned memory; the other calls keep none.
/// </summary>
internal static unsafe partial class LibBzip2
{
    public const int Ok = 0;
    public const int StreamEnd = 4;
    public const int NoMemory = -3;
    public const int OutputFull = -8;

    // The name that Debian's own package has; libbz2.so.1 belongs to the one for developers.
    private const string Library = "libbz2.so.1.0";

    [LibraryImport(Library, EntryPoint = "BZ2_bzDecompressInit")]
    public static partial int DecompressInit(Stream* stream, int verbosity, int isSmall);

    [LibraryImport(Library, EntryPoint = "BZ2_bzDecompress")]
    public static partial int Decompress(Stream* stream);

    [LibraryImport(Library, EntryPoint = "BZ2_bzDecompressEnd")]
    public static partial int DecompressEnd(Stream* stream);

    [LibraryImport(Library, EntryPoint = "BZ2_bzBuffToBuffCompress")]
    public static partial int Compress(
        byte* output, uint* outputLength, byte* data, uint length, int blockSize100k, int verbosity, int workFactor);

    /// <summary>bz_stream, on 64-bit machines.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Stream
    {
        public byte* NextIn;
        public uint AvailableIn;
        public uint TotalInLow;
        public uint TotalInHigh;
        public byte* NextOut;
        public uint AvailableOut;
        public uint TotalOutLow;
        public uint TotalOutHigh;
        public nint State;
        public nint Allocate;
        public nint Free;
        public nint Opaque;
    }
}
