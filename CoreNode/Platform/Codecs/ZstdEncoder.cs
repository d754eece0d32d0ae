using System.Runtime.InteropServices;
using CoreNode.Foundation;

namespace CoreNode.Platform.Codecs;

/// <summary>
/// Packs data as one zstd frame (RFC 8878), of itself or in terms of a reference that the reader must have too. The
/// same library, level, data and reference give the same bytes. One thread at a time; a context of up to 20 MiB at
/// level 9 is kept for the next call. Safety: see <see cref="LibZstd"/>; everything is pinned until the call is over.
/// </summary>
public sealed unsafe class ZstdEncoder : IDisposable
{
    /// <summary>A match lies at most so far back, the data itself counted: 2^23.</summary>
    public const int ReachBytes = 1 << ReachLog;

    private const int ReachLog = 23;
    private const int SessionOnly = 1;

    // Below that the hash table is too small to remember a whole reference.
    private const int FirstLevelWithGoodMemory = 6;

    private readonly Context _context = new();

    /// <summary>The most that <paramref name="length"/> bytes can become.</summary>
    public static int BoundOf(int length) => length + (length >> 8) + 128;

    /// <summary>Packs <paramref name="data"/> into <paramref name="output"/>.</summary>
    /// <param name="level">1, fast, to 19, slow.</param>
    /// <param name="data">What is to be packed.</param>
    /// <param name="reference">What the reader has; empty for none. Not in the same memory as the data.</param>
    /// <param name="output">Room for the frame; too little of it is <see cref="CodecFault.TooLarge"/>.</param>
    public CodecResult Encode(int level, ReadOnlySpan<byte> data, ReadOnlySpan<byte> reference, Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, 19);
        bool refers = !reference.IsEmpty;
        // A frame that did not fit is still open: the library lets nothing be set then.
        Check(LibZstd.ResetEncoder(_context.DangerousGetHandle(), SessionOnly));
        Set(LibZstd.CompressionLevel, level);
        // 0 is the library's own choice, which follows the length of the data alone.
        Set(LibZstd.WindowLog, refers ? ReachLog : 0);
        Set(LibZstd.LongDistanceMatching, refers && level < FirstLevelWithGoodMemory ? 1 : 0);
        fixed (byte* to = output, from = data, prefix = reference)
        {
            nint context = _context.DangerousGetHandle();
            // Holds for the next frame only.
            Check(LibZstd.ReferToPrefixInEncoder(context, prefix, (nuint)reference.Length));
            nuint result = LibZstd.Compress(context, to, (nuint)output.Length, from, (nuint)data.Length);
            if (LibZstd.IsError(result) == 0)
                return CodecResult.Of((int)result);
            if (LibZstd.ErrorCode(result) == LibZstd.OutputTooSmall)
                return CodecResult.Of(CodecFault.TooLarge);
            Check(result);
            return CodecResult.Of(CodecFault.Damaged);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();

    private static void Check(nuint result)
    {
        if (LibZstd.IsError(result) == 0)
            return;
        int code = LibZstd.ErrorCode(result);
        if (code == LibZstd.OutOfMemory)
            throw new InsufficientMemoryException("zstd has no memory to pack data");
        Invariant.That(false, $"zstd refuses what it documents: error {code}");
    }

    private void Set(int parameter, int value) =>
        Check(LibZstd.SetParameter(_context.DangerousGetHandle(), parameter, value));

    private sealed class Context : SafeHandle
    {
        public Context()
            : base(0, ownsHandle: true)
        {
            SetHandle(LibZstd.CreateEncoder());
            if (IsInvalid)
                throw new InsufficientMemoryException("zstd has no memory for a context");
        }

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle() => LibZstd.FreeEncoder(handle) == 0;
    }
}
