using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Platform.Processes;

/// <summary>
/// The other end of sd_notify(3): a datagram socket under an abstract name, which needs no folder that every user may
/// write to; the kernel says who sent. One thread at a time.
/// </summary>
public sealed unsafe class NotifyReceiver : IDisposable
{
    private const int UnixFamily = 1;
    private const int Datagram = 2;
    private const int SocketLevel = 1;
    private const int PassCredentials = 16;
    private const int MessageBytes = 4096;
    private const int ControlBytes = 256;
    private const int AddressBytes = 110;

    /// <summary>Listens under a name.</summary>
    /// <param name="name">Abstract: clients get "@" and the name as NOTIFY_SOCKET.</param>
    /// <exception cref="IOException">The name is in use, or the system refuses.</exception>
    public NotifyReceiver(string name)
    {
        int descriptor = ProcessCalls.Socket(
            UnixFamily, Datagram | ProcessCalls.CloseOnExec | ProcessCalls.NonBlocking, 0);
        if (descriptor < 0)
            throw new IOException($"a socket for notifications cannot be made: {Marshal.GetLastPInvokeErrorMessage()}");
        Handle = new SafeFileHandle(descriptor, ownsHandle: true);
        Address = "@" + name;
        // Safety: family, a zero byte, then the name: no longer than sockaddr_un.
        byte* address = stackalloc byte[AddressBytes];
        Span<byte> filled = new(address, AddressBytes);
        filled.Clear();
        filled[0] = UnixFamily;
        int length = 3 + Encoding.UTF8.GetBytes(name, filled[3..]);
        int one = 1;
        if (ProcessCalls.Bind(Handle, address, (uint)length) == 0
            && ProcessCalls.SetSocketOption(Handle, SocketLevel, PassCredentials, &one, sizeof(int)) == 0)
        {
            return;
        }

        string reason = Marshal.GetLastPInvokeErrorMessage();
        Handle.Dispose();
        throw new IOException($"notifications cannot be received at @{name}: {reason}");
    }

    /// <summary>What clients get as NOTIFY_SOCKET.</summary>
    public string Address { get; }

    /// <summary>Readable when there is a message.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Takes one message; null if there is none.</summary>
    /// <param name="pid">Who sent it; 0 if unknown.</param>
    public string? TryReceive(out int pid)
    {
        // Safety: lengths are those of the room that the kernel may fill.
        byte* message = stackalloc byte[MessageBytes];
        byte* control = stackalloc byte[ControlBytes];
        ProcessCalls.Part part = new() { Start = message, Length = MessageBytes };
        ProcessCalls.MessageHeader header = new()
        {
            Parts = &part,
            PartCount = 1,
            Control = control,
            ControlLength = ControlBytes,
        };
        const int closeDescriptorsOnExec = 0x40000000;
        nint length = ProcessCalls.Receive(Handle, &header, closeDescriptorsOnExec);
        pid = 0;
        if (length < 0)
            return null;
        ReadControl(new ReadOnlySpan<byte>(control, (int)header.ControlLength), ref pid);
        return Encoding.UTF8.GetString(message, (int)length);
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    // Each record: length (8 bytes, with its header), level, kind, data; then filled up to 8 bytes.
    private static void ReadControl(ReadOnlySpan<byte> records, ref int pid)
    {
        const int header = 16;
        while (records.Length >= header)
        {
            int length = (int)BinaryPrimitives.ReadInt64LittleEndian(records);
            if (length < header || length > records.Length)
                return;
            int level = BinaryPrimitives.ReadInt32LittleEndian(records[8..]);
            int kind = BinaryPrimitives.ReadInt32LittleEndian(records[12..]);
            if (level == SocketLevel && kind == 2 && length >= header + 12)
                pid = BinaryPrimitives.ReadInt32LittleEndian(records[header..]);
            // Descriptors that came along (FDSTORE=1) are not kept.
            for (int at = header; level == SocketLevel && kind == 1 && at + 4 <= length; at += 4)
                new SafeFileHandle(BinaryPrimitives.ReadInt32LittleEndian(records[at..]), ownsHandle: true).Dispose();
            int step = (length + 7) & ~7;
            if (step >= records.Length)
                return;
            records = records[step..];
        }
    }
}
