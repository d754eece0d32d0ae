using System.Runtime.InteropServices;

namespace CoreNode.Boot;

/// <summary>
/// The system calls that only the first process needs. Safety: texts and buffers outlive the call, no call keeps a
/// pointer to them (execv and posix_spawn copy theirs before they return or never return), descriptors are plain
/// numbers that the caller owns. open, ioctl and syscall are variadic in C; with fixed arguments they are called the
/// same way on 64-bit Linux.
/// </summary>
internal static unsafe partial class BootCalls
{
    public const nuint ReadOnly = 1;
    public const nuint NoSetUser = 2;
    public const nuint NoDevices = 4;
    public const nuint NoPrograms = 8;
    public const nuint NoAccessTimes = 1024;
    public const nuint Move = 8192;
    public const int Detach = 2;

    public const int Restart = 0x01234567;
    public const int PowerOff = 0x4321FEDC;
    public const int Kexec = 0x45584543;

    public const short Readable = 1;

    // Numbers of x86-64.
    private const long InsertImageNumber = 175;
    private const long InsertModuleNumber = 313;
    private const long LoadKernelNumber = 320;

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Mount(string source, string target, string? type, nuint flags, string? data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unmount(string target, int flags);

    [LibraryImport("libc", EntryPoint = "chroot", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeRoot(string path);

    [LibraryImport("libc", EntryPoint = "chdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeFolder(string path);

    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeMode(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "symlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(string target, string path);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unlink(string path);

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Execute(string path, nint* arguments);

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Spawn(
        out int process, string path, nint actions, nint attributes, nint* arguments, nint* environment);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    public static partial int Wait(int process, out int status, int options);

    [LibraryImport("libc", EntryPoint = "reboot", SetLastError = true)]
    public static partial int Reboot(int command);

    [LibraryImport("libc", EntryPoint = "signal")]
    public static partial nint Signal(int number, nint handler);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int file, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int file, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(int file, nuint request, byte* argument);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeMemoryFile(string name, uint flags);

    public static int InsertModule(int file, string parameters, long flags) =>
        (int)InsertCall(InsertModuleNumber, file, parameters, flags);

    public static int InsertModule(byte* image, int length, string parameters) =>
        (int)InsertImageCall(InsertImageNumber, image, length, parameters);

    public static int LoadKernel(int kernel, int archive, byte* commandLine, int length) =>
        (int)LoadCall(LoadKernelNumber, kernel, archive, length, commandLine, 0);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial long InsertCall(long number, long file, string parameters, long flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial long InsertImageCall(long number, byte* image, long length, string parameters);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long LoadCall(
        long number, long kernel, long archive, long length, byte* commandLine, long flags);

    /// <summary>struct pollfd of poll.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int File;
        public short Events;
        public short Found;
    }
}
