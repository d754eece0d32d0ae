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

    /// <summary>O_EXCL: without O_CREAT it says of a disk that nothing else may hold it.</summary>
    public const int OpenAlone = 0x80;

    /// <summary>BLKRRPART: read the partition table again.</summary>
    public const nuint RereadTable = 0x125f;

    /// <summary>BLKPG: change what the kernel knows of one partition.</summary>
    public const nuint ChangePartition = 0x1269;

    /// <summary>EXT4_IOC_RESIZE_FS: grow a mounted file system to so many blocks.</summary>
    public const nuint GrowExt4 = 0x40086610;

    public const int Busy = 16;

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
