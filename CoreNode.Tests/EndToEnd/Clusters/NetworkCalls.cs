using System.Runtime.InteropServices;
using System.Text;

namespace CoreNode.Tests.EndToEnd.Clusters;

/// <summary>
/// The system calls behind namespaces and network devices (unshare(2), setns(2), netdevice(7), the kernel's tuntap
/// document). A failure is an IOException that names the call and errno.
/// </summary>
internal static partial class NetworkCalls
{
    private const int NewNetwork = 0x40000000;
    private const int ReadWrite = 2;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int Internet = 2;
    private const int Datagram = 2;
    private const int TryAgain = 11;
    private const int Interrupted = 4;
    private const int InputOutput = 5;

    // struct ifreq: 16 bytes of name, then a union of 24 bytes.
    private const int RequestBytes = 40;
    private const int NameBytes = 16;

    private const ulong TunSetInterface = 0x400454ca;
    private const short TunWithoutHeader = 0x1001;
    private const ulong GetFlags = 0x8913;
    private const ulong SetFlags = 0x8914;
    private const ulong SetAddress = 0x8916;
    private const ulong SetMask = 0x891c;
    private const short IsUp = 1;

    /// <summary>Puts the calling thread into a new, empty network namespace and opens it.</summary>
    public static int UnshareNetwork()
    {
        Checked(Unshare(NewNetwork), "unshare");
        return Checked(Open("/proc/thread-self/ns/net", CloseOnExec), "open of the namespace");
    }

    /// <summary>Moves the calling thread into a namespace.</summary>
    public static void EnterNetwork(int descriptor) => Checked(SetNamespace(descriptor, NewNetwork), "setns");

    /// <summary>
    /// A tun device in the calling thread's namespace: the descriptor, which yields and takes one IP packet a call.
    /// </summary>
    public static int OpenTun(string name)
    {
        int tun = Checked(Open("/dev/net/tun", ReadWrite | NonBlocking | CloseOnExec), "open of /dev/net/tun");
        byte[] request = Request(name);
        MemoryMarshal.Write(request.AsSpan(NameBytes), TunWithoutHeader);
        Checked(Control(tun, TunSetInterface, ref request[0]), "TUNSETIFF");
        return tun;
    }

    /// <summary>Gives a device of the thread's namespace an address in a /24, if any, and takes it up.</summary>
    public static void Configure(string name, ReadOnlySpan<byte> address)
    {
        int socket = Checked(OpenSocket(Internet, Datagram | CloseOnExec, 0), "socket");
        try
        {
            byte[] request = Request(name);
            if (!address.IsEmpty)
            {
                WriteAddress(request, address);
                Checked(Control(socket, SetAddress, ref request[0]), "SIOCSIFADDR");
                WriteAddress(request, [255, 255, 255, 0]);
                Checked(Control(socket, SetMask, ref request[0]), "SIOCSIFNETMASK");
            }
            request = Request(name);
            Checked(Control(socket, GetFlags, ref request[0]), "SIOCGIFFLAGS");
            request[NameBytes] |= (byte)IsUp;
            Checked(Control(socket, SetFlags, ref request[0]), "SIOCSIFFLAGS");
        }
        finally
        {
            Close(socket);
        }
    }

    /// <summary>One packet into <paramref name="buffer"/>; 0 if none is there.</summary>
    public static int Read(int descriptor, Span<byte> buffer)
    {
        nint count = ReadBytes(descriptor, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
        return count < 0 && Marshal.GetLastPInvokeError() is TryAgain or Interrupted ? 0 : Checked((int)count, "read");
    }

    /// <summary>Hands one packet in; false if the device is down or full: the packet is lost.</summary>
    public static bool Write(int descriptor, ReadOnlySpan<byte> packet)
    {
        nint count = WriteBytes(descriptor, ref MemoryMarshal.GetReference(packet), (nuint)packet.Length);
        if (count < 0 && Marshal.GetLastPInvokeError() is TryAgain or Interrupted or InputOutput)
            return false;
        Checked((int)count, "write");
        return true;
    }

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    private static byte[] Request(string name)
    {
        byte[] request = new byte[RequestBytes];
        Encoding.ASCII.GetBytes(name, request);
        return request;
    }

    // struct sockaddr_in: family, port, address.
    private static void WriteAddress(byte[] request, ReadOnlySpan<byte> address)
    {
        MemoryMarshal.Write(request.AsSpan(NameBytes), (short)Internet);
        address.CopyTo(request.AsSpan(NameBytes + 4));
    }

    private static int Checked(int result, string call) =>
        result >= 0 ? result : throw new IOException($"{call} failed, errno {Marshal.GetLastPInvokeError()}");

    // Buffers are pinned for the call by the ref parameters; all other arguments are integers and one C string.
    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int descriptor, int kind);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int OpenSocket(int family, int kind, int protocol);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, ulong operation, ref byte argument);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadBytes(int descriptor, ref byte buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteBytes(int descriptor, ref byte buffer, nuint length);
}
