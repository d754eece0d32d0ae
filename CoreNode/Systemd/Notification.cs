using System.Runtime.InteropServices;
using System.Text;

namespace CoreNode.Systemd;

/// <summary>
/// Sends a message of sd_notify(3) on behalf of another process, which root may do: the kernel puts that one's number
/// on it. Safety: all that the call points to lies on this stack or is pinned until it returns.
/// </summary>
internal static unsafe partial class Notification
{
    private const ushort UnixFamily = 1;
    private const int DatagramCloseOnExec = 2 | 0x80000;
    private const int SocketLevel = 1;
    private const int Credentials = 2;
    private const int DoNotSignal = 0x4000;
    private const int DoNotWait = 0x40;
    private const int LongestPath = 107;
    private const int NoSuchProcess = 3;

    /// <summary>Sends it; that it was read is to be seen from systemd. False: there is no such process.</summary>
    /// <exception cref="IOException">It cannot be sent.</exception>
    public static bool Send(string socketPath, int pid, string text)
    {
        byte[] path = Encoding.UTF8.GetBytes(socketPath);
        if (path.Length > LongestPath)
            throw new IOException($"{socketPath} is longer than {LongestPath} bytes");
        Address address = new() { Family = UnixFamily };
        for (int i = 0; i < path.Length; i++)
            address.Path[i] = path[i];
        Control control = new()
        {
            // Header and credentials, without the padding behind them.
            Length = 28,
            Level = SocketLevel,
            Type = Credentials,
            Pid = pid,
        };
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int socket = Socket(UnixFamily, DatagramCloseOnExec, 0);
        if (socket < 0)
            throw new IOException($"no socket: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        fixed (byte* payload = bytes)
        {
            Part part = new() { Data = payload, Length = (nuint)bytes.Length };
            Message message = new()
            {
                Address = &address,
                AddressLength = (uint)(sizeof(ushort) + path.Length + 1),
                Parts = &part,
                PartCount = 1,
                Control = &control,
                ControlLength = (nuint)sizeof(Control),
            };
            nint sent = SendMessage(socket, &message, DoNotSignal | DoNotWait);
            int error = Marshal.GetLastPInvokeError();
            _ = KernelCalls.Close(socket);
            if (sent < 0 && error == NoSuchProcess)
                return false;
            if (sent < 0)
                throw new IOException($"{socketPath}: {Marshal.GetPInvokeErrorMessage(error)}");
            return true;
        }
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMessage(int socket, Message* message, int flags);

    // struct sockaddr_un
    private struct Address
    {
        public ushort Family;
        public fixed byte Path[108];
    }

    // struct iovec
    private struct Part
    {
        public byte* Data;
        public nuint Length;
    }

    // struct cmsghdr and struct ucred behind it
    private struct Control
    {
        public nuint Length;
        public int Level;
        public int Type;
        public int Pid;
        public uint User;
        public uint Group;
        public uint Padding;
    }

    // struct msghdr
    private struct Message
    {
        public Address* Address;
        public uint AddressLength;
        public Part* Parts;
        public nuint PartCount;
        public Control* Control;
        public nuint ControlLength;
        public int Flags;
    }
}
