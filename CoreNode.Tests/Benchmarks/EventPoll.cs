using System.Runtime.InteropServices;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// epoll(7), recv(2) and send(2) without a layer between: the load generator shares two cores with the server that it
/// measures, so each microsecond here would be taken from there. Owned by one thread.
/// </summary>
internal sealed partial class EventPoll : IDisposable
{
    private const int MaxEvents = 1024;
    private const int AddOperation = 1;
    private const uint Readable = 1;
    private const int InterruptedError = 4;
    private const int NoSignal = 0x4000;

    // struct epoll_event is packed on x86-64 only: the kernel's ABI, see epoll_ctl(2).
    private static readonly int DataOffset =
        RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64 ? 4 : 8;

    private readonly byte[] _events = GC.AllocateArray<byte>(MaxEvents * (DataOffset + 8), pinned: true);
    private readonly int _descriptor;

    public EventPoll()
    {
        _descriptor = Checked(CreatePoll(0));
    }

    /// <summary>
    /// Watches <paramref name="descriptor"/> for readability; <see cref="TagAt"/> tells it by the tag.
    /// </summary>
    public void Add(int descriptor, int tag)
    {
        Span<byte> change = stackalloc byte[DataOffset + 8];
        MemoryMarshal.Write(change, Readable);
        MemoryMarshal.Write(change[DataOffset..], (long)tag);
        Checked(ControlPoll(_descriptor, AddOperation, descriptor, ref MemoryMarshal.GetReference(change)));
    }

    /// <summary>Waits until something is readable, or the time is over; how many are.</summary>
    public int Wait(int timeoutMilliseconds)
    {
        int count = WaitPoll(_descriptor, ref _events[0], MaxEvents, timeoutMilliseconds);
        return count < 0 && Marshal.GetLastPInvokeError() == InterruptedError ? 0 : Checked(count);
    }

    /// <summary>The tag of the readable descriptor at <paramref name="position"/>.</summary>
    public int TagAt(int position) =>
        (int)MemoryMarshal.Read<long>(_events.AsSpan(position * (DataOffset + 8) + DataOffset));

    /// <summary>Receives what is there; waits for a first byte on a blocking socket. 0 is the end.</summary>
    public static int Receive(int descriptor, Span<byte> buffer) =>
        Checked((int)ReceiveBytes(descriptor, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length, 0));

    /// <summary>Sends all of a request, which is far smaller than a socket's buffer.</summary>
    public static void Send(int descriptor, ReadOnlySpan<byte> request)
    {
        int sent = Checked(
            (int)SendBytes(descriptor, ref MemoryMarshal.GetReference(request), (nuint)request.Length, NoSignal));
        if (sent != request.Length)
            throw new IOException($"only {sent} of {request.Length} bytes of a request were taken");
    }

    public void Dispose() => ClosePoll(_descriptor);

    private static int Checked(int result) =>
        result >= 0 ? result : throw new IOException($"a system call failed, errno {Marshal.GetLastPInvokeError()}");

    // Buffers are pinned for the call by the ref parameters; all other arguments are integers.
    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int CreatePoll(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int ControlPoll(int poll, int operation, int descriptor, ref byte change);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int WaitPoll(int poll, ref byte events, int maxEvents, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint ReceiveBytes(int descriptor, ref byte buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint SendBytes(int descriptor, ref byte buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int ClosePoll(int descriptor);
}
