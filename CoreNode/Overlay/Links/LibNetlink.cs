using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Overlay.Links;

/// <summary>
/// The system calls of netlink sockets (netlink(7)), whose addresses .NET has no name for. Safety: buffers are pinned
/// for the call by their spans, no call keeps one, and descriptors are held by a <see cref="SafeFileHandle"/> while a
/// call uses them.
/// </summary>
internal static partial class LibNetlink
{
    public const int Family = 16;
    public const int RouteProtocol = 0;
    public const int FilterProtocol = 12;

    /// <summary>SOCK_RAW with SOCK_CLOEXEC.</summary>
    public const int RawCloseOnExec = 3 | 0x80000;

    public const int NetlinkLevel = 270;
    public const int AddMembership = 1;
    public const int CapAck = 10;
    public const int ExtendedAck = 11;
    public const int StrictCheck = 12;

    public const int SocketLevel = 1;
    public const int ReceiveBufferForce = 33;

    public const int DoNotWait = 0x40;

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int OpenSocket(int family, int kind, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(SafeHandle socket, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(SafeHandle socket, int level, int option, in int value, int length);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(SafeHandle socket, ReadOnlySpan<byte> buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(SafeHandle socket, Span<byte> buffer, nuint length, int flags);
}
