using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Platform.Blocks;

/// <summary>
/// The system calls about disks. Safety: pointers are to locals that outlive the call, no call keeps one, and every
/// descriptor is held by a <see cref="SafeFileHandle"/> while a call uses it. ioctl is variadic in C; a call with
/// three fixed arguments is passed the same way on 64-bit Linux.
/// </summary>
internal static partial class BlockCalls
{
    /// <summary>O_DIRECT of x86-64.</summary>
    public const int OpenDirect = 0x4000;

    /// <summary>BLKGETSIZE64: length in bytes.</summary>
    public const nuint GetLength = 0x80081272;

    /// <summary>BLKSSZGET: bytes of a logical sector.</summary>
    public const nuint GetSectorSize = 0x1268;

    /// <summary>BLKFLSBUF: write out and drop what is cached of the disk.</summary>
    public const nuint FlushBuffers = 0x1261;

    /// <summary>POSIX_FADV_DONTNEED.</summary>
    public const int NotNeeded = 4;

    public const int Invalid = 22;
    public const int NotSupported = 95;

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(SafeFileHandle file, nuint request, ref long value);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(SafeFileHandle file, nuint request, nint value);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    public static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
