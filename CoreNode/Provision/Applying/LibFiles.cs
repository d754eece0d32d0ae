using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Provision.Applying;

/// <summary>
/// The system calls that work on what a descriptor holds instead of on a path. Safety: buffers are pinned for the call
/// by their spans, no call keeps one, and every descriptor is held by a <see cref="SafeFileHandle"/> while a call uses
/// it.
/// </summary>
internal static partial class LibFiles
{
    public const int WorkingFolder = -100;
    public const int NoFollow = 0x100;
    public const int RemoveFolder = 0x200;
    public const int Follow = 0x400;
    public const int EmptyPath = 0x1000;

    /// <summary>STATX_BASIC_STATS.</summary>
    public const uint BasicStat = 0x7ff;

    /// <summary>RENAME_NOREPLACE.</summary>
    public const uint DoNotReplace = 1;

    /// <summary>SYNC_FILE_RANGE_WAIT_BEFORE.</summary>
    public const uint WaitBefore = 1;

    /// <summary>F_OFD_SETLK: held by the open file, so that closing another one of it does not give it back.</summary>
    public const int SetLock = 37;

    /// <summary>F_GETLK.</summary>
    public const int GetLock = 5;

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenAt(SafeFileHandle folder, string name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int StatAt(SafeFileHandle folder, string name, int flags, uint mask, Span<byte> result);

    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    public static partial int StatFileSystem(SafeFileHandle file, Span<byte> result);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ReadLinkAt(SafeFileHandle folder, string name, Span<byte> buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "pread64", SetLastError = true)]
    public static partial nint Read(SafeFileHandle file, Span<byte> buffer, nuint length, long offset);

    [LibraryImport("libc", EntryPoint = "pwrite64", SetLastError = true)]
    public static partial nint Write(SafeFileHandle file, ReadOnlySpan<byte> content, nuint length, long offset);

    [LibraryImport("libc", EntryPoint = "getdents64", SetLastError = true)]
    public static partial nint List(SafeFileHandle folder, Span<byte> buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeFolderAt(SafeFileHandle folder, string name, uint mode);

    [LibraryImport("libc", EntryPoint = "symlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeLinkAt(string target, SafeFileHandle folder, string name);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeNameAt(int from, string path, SafeFileHandle folder, string name, int flags);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RenameAt(SafeFileHandle from, string old, SafeFileHandle to, string name, uint flags);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RemoveAt(SafeFileHandle folder, string name, int flags);

    [LibraryImport("libc", EntryPoint = "fchownat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeOwnerAt(SafeFileHandle folder, string name, uint user, uint group, int flags);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    public static partial int ChangeMode(SafeFileHandle file, uint mode);

    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeModeOf(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "listxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ListAttributes(string path, Span<byte> names, nuint length);

    [LibraryImport("libc", EntryPoint = "getxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ReadAttribute(string path, string name, Span<byte> value, nuint length);

    [LibraryImport("libc", EntryPoint = "fsetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int WriteAttribute(
        SafeFileHandle file, string name, ReadOnlySpan<byte> value, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    public static partial int SyncRange(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    public static partial int SyncFileSystem(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int LockWhole(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int LockRecord(SafeFileHandle file, int command, Span<byte> record);

    [LibraryImport("libc", EntryPoint = "sethostname", SetLastError = true)]
    public static partial int SetHostname(ReadOnlySpan<byte> name, nuint length);
}
