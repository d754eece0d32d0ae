using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Platform.Blocks;

/// <summary>
/// Reads past the page cache by a descriptor of its own. Safety: the buffer is pinned for its whole life, and the
/// address is only used to find where in it a page begins.
/// </summary>
internal sealed class DirectReader : IDisposable
{
    /// <summary>What every disk and file system takes as alignment of offset, length and memory.</summary>
    private const int AlignmentBytes = 4096;

    private const int RoomBytes = 1 << 20;

    private readonly SafeFileHandle _handle;
    private byte[]? _buffer;
    private int _aligned;

    private DirectReader(SafeFileHandle handle) => _handle = handle;

    /// <summary>Null where it cannot be done.</summary>
    public static DirectReader? TryOpen(string path)
    {
        int flags = LibC.OpenReadOnly | LibC.OpenCloseOnExec | BlockCalls.OpenDirect;
        int descriptor = LibC.Open(path, flags, 0);
        return descriptor < 0 ? null : new DirectReader(new SafeFileHandle(descriptor, ownsHandle: true));
    }

    /// <summary>False where this file system takes the flag but not the reads.</summary>
    public bool TryRead(long offset, Span<byte> target)
    {
        Memory<byte> room = Room();
        while (target.Length > 0)
        {
            long start = offset & ~(long)(AlignmentBytes - 1);
            int skipped = (int)(offset - start);
            int length = (int)Math.Min(RoomBytes, ((long)skipped + target.Length + AlignmentBytes - 1)
                & ~(long)(AlignmentBytes - 1));
            int count = Read(start, room.Span[..length]);
            // Fewer than asked for only at the end, which need not be aligned.
            int useful = Math.Min(count - skipped, target.Length);
            if (useful <= 0)
                return false;
            room.Span.Slice(skipped, useful).CopyTo(target);
            target = target[useful..];
            offset += useful;
        }

        return true;
    }

    public void Dispose() => _handle.Dispose();

    private int Read(long offset, Span<byte> room)
    {
        try
        {
            return RandomAccess.Read(_handle, room, offset);
        }
        catch (IOException refused) when (refused.HResult is BlockCalls.Invalid or BlockCalls.NotSupported)
        {
            return -1;
        }
    }

    private Memory<byte> Room()
    {
        if (_buffer is null)
        {
            _buffer = GC.AllocateUninitializedArray<byte>(RoomBytes + AlignmentBytes, pinned: true);
            long address = Marshal.UnsafeAddrOfPinnedArrayElement(_buffer, 0);
            _aligned = (int)(-address & (AlignmentBytes - 1));
        }

        return _buffer.AsMemory(_aligned, RoomBytes);
    }
}
