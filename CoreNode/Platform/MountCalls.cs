using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Platform;

/// <summary>
/// The calls that mount a file system without a place for it (fsopen(2) and what belongs to it, Linux 5.2). Safety: by
/// number, because older C libraries have no names for them; all arguments are numbers and texts that outlive the call,
/// and descriptors are held by a <see cref="SafeFileHandle"/> while one uses them.
/// </summary>
internal static partial class MountCalls
{
    public const int CloseOnExec = 1;
    public const int SetFlag = 0;
    public const int SetString = 1;
    public const int Create = 6;

    /// <summary>Read only, no setuid programs, no devices, nothing to run.</summary>
    public const int Harmless = 1 | 2 | 4 | 8;

    // The same on all processors.
    private const long OpenNumber = 430;
    private const long ConfigureNumber = 431;
    private const long MountNumber = 432;

    public static int Open(string type) => (int)OpenCall(OpenNumber, type, CloseOnExec);

    public static int Configure(SafeFileHandle context, int command, string? key, string? value) =>
        (int)ConfigureCall(ConfigureNumber, context, command, key, value, 0);

    public static int Mount(SafeFileHandle context, int attributes) =>
        (int)MountCall(MountNumber, context, CloseOnExec, attributes);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial long OpenCall(long number, string type, long flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial long ConfigureCall(
        long number, SafeFileHandle context, long command, string? key, string? value, long extra);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long MountCall(long number, SafeFileHandle context, long flags, long attributes);
}
