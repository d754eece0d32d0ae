using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Platform.Processes;

/// <summary>
/// System calls about processes. Safety: every pointer is to a local or pinned value that outlives the call, no call
/// keeps one, and descriptors are held by their handles while a call uses them.
/// </summary>
internal static unsafe partial class ProcessCalls
{
    public const int NoSuchProcess = 3;
    public const int Again = 11;
    public const int NoChild = 10;
    public const int NoCall = 38;
    public const int NotATerminal = 25;
    public const int NotSupported = 95;
    public const int Invalid = 22;

    public const long PidFdOpen = 434;
    public const long PidFdSendSignal = 424;
    public const long SetGroups = 116;
    public const long SetUsers = 117;
    public const long SetGroupIds = 119;
    public const long CloseRange = 436;

    public const int CloseOnExec = 0x80000;
    public const int NonBlocking = 0x800;

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial long Call(long number, long first, long second, long third, long fourth);

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    public static partial int Spawn(
        out int pid, byte* path, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    public static partial int AttributesInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    public static partial int AttributesDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    public static partial int AttributesFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    public static partial int AttributesMask(byte* attributes, byte* set);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    public static partial int AttributesDefaults(byte* attributes, byte* set);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    public static partial int ActionsInit(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    public static partial int ActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    public static partial int ActionsDuplicate(byte* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    public static partial int SignalsNone(byte* set);

    [LibraryImport("libc", EntryPoint = "sigaddset")]
    public static partial int SignalsAdd(byte* set, int signal);

    [LibraryImport("libc", EntryPoint = "pthread_sigmask")]
    public static partial int SignalMask(int how, byte* set, byte* before);

    [LibraryImport("libc", EntryPoint = "signal")]
    public static partial nint SignalHandler(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true)]
    public static partial int Execute(byte* path, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    public static partial int Wait(int kind, int id, byte* information, int options);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    public static partial int Control(int option, long second, long third, long fourth, long fifth);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int DeviceControl(SafeFileHandle file, nuint request, byte* argument);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int FileControl(int file, int command, long argument);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    public static partial int Pipe(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MemoryFile(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int file, byte* data, nuint length);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int file, byte* data, nuint length);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    public static partial int Duplicate(int from, int to);

    [LibraryImport("libc", EntryPoint = "umask")]
    public static partial uint FileMask(uint mask);

    [LibraryImport("libc", EntryPoint = "chdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeFolder(string path);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    public static partial int SetLimit(int resource, ulong* softAndHard);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    public static partial int GetLimit(int resource, ulong* softAndHard);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int PollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int PollControl(
        SafeFileHandle poll, int operation, SafeFileHandle file, PollEvent* happening);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int PollWait(SafeFileHandle poll, PollEvent* happenings, int most, int milliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventFile(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    public static partial int WatchCreate(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial int WatchAdd(SafeFileHandle watch, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "inotify_rm_watch", SetLastError = true)]
    public static partial int WatchRemove(SafeFileHandle watch, int id);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(SafeFileHandle socket, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetSocketOption(SafeFileHandle socket, int level, int option, int* value, uint length);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    public static partial nint Receive(SafeFileHandle socket, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int FindUser(string name, UserRecord* user, byte* room, nuint length, UserRecord** found);

    [LibraryImport("libc", EntryPoint = "getpwuid_r")]
    public static partial int FindUserById(uint id, UserRecord* user, byte* room, nuint length, UserRecord** found);

    [LibraryImport("libc", EntryPoint = "getgrouplist", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int GroupsOf(string user, uint group, uint* groups, int* count);

    /// <summary>struct epoll_event; packed on x86-64.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    public struct PollEvent
    {
        public uint Events;
        public long Data;
    }

    /// <summary>struct msghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MessageHeader
    {
        public nint Name;
        public uint NameLength;
        public Part* Parts;
        public nuint PartCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Part
    {
        public byte* Start;
        public nuint Length;
    }

    /// <summary>struct passwd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct UserRecord
    {
        public nint Name;
        public nint Password;
        public uint Id;
        public uint Group;
        public nint Comment;
        public nint Home;
        public nint Shell;
    }
}
