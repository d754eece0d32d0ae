using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace CoreNode.Platform.Codecs;

/// <summary>
/// Unpacks one zstd frame. Of memory it takes about 150 KiB whatever the data says: the output is the window. One
/// thread at a time. Safety: see <see cref="LibZstd"/>; everything is pinned until the call is over.
/// </summary>
public sealed unsafe class ZstdDecoder : IDisposable
{
    // RFC 8878, 3.1.1. The library may also read formats from before the standard: nobody writes those today.
    private const uint Magic = 0xFD2FB528;

    private readonly Context _context = new();

    /// <summary>
    /// Unpacks <paramref name="data"/>, exactly one frame, into <paramref name="output"/>. The frame's window does not
    /// matter: the reference and the output are there as a whole.
    /// </summary>
    /// <param name="data">The frame.</param>
    /// <param name="reference">What it was packed with; empty for none. With another: other bytes, or a fault.</param>
    /// <param name="output">Room for the result; too little of it is <see cref="CodecFault.TooLarge"/>.</param>
    public CodecResult Decode(ReadOnlySpan<byte> data, ReadOnlySpan<byte> reference, Span<byte> output)
    {
        if (data.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(data) != Magic)
            return CodecResult.Of(CodecFault.Damaged);
        fixed (byte* to = output, from = data, prefix = reference)
        {
            // An error is a number larger than any length.
            if (LibZstd.FindFrameLength(from, (nuint)data.Length) != (nuint)data.Length)
                return CodecResult.Of(CodecFault.Damaged);
            nint context = _context.DangerousGetHandle();
            // Holds for the next frame only. It can fail for want of memory, and says nothing about the data.
            nuint referred = LibZstd.ReferToPrefixInDecoder(context, prefix, (nuint)reference.Length);
            nuint result = LibZstd.IsError(referred) != 0
                ? referred
                : LibZstd.Decompress(context, to, (nuint)output.Length, from, (nuint)data.Length);
            if (LibZstd.IsError(result) == 0)
                return CodecResult.Of((int)result);
            return LibZstd.ErrorCode(result) switch
            {
                LibZstd.OutputTooSmall => CodecResult.Of(CodecFault.TooLarge),
                LibZstd.OutOfMemory => throw new InsufficientMemoryException("zstd has no memory to unpack data"),
                _ => CodecResult.Of(CodecFault.Damaged),
            };
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();

    private sealed class Context : SafeHandle
    {
        public Context()
            : base(0, ownsHandle: true)
        {
            SetHandle(LibZstd.CreateDecoder());
            if (IsInvalid)
                throw new InsufficientMemoryException("zstd has no memory for a context");
        }

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle() => LibZstd.FreeDecoder(handle) == 0;
    }
}
