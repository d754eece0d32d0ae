using System.Runtime.InteropServices;
using CoreNode.Overlay.Net;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Overlay.Links;

/// <summary>
/// One netlink socket for requests, in the network namespace of the thread that makes it. The kernel handles a request
/// while it is sent, so every answer is there, or is made by reading, when sending returns: nothing waits. One caller
/// at a time.
/// </summary>
internal sealed class NetlinkSocket : IDisposable
{
    // A dump fills at most 32 KiB of what it is offered.
    private const int BufferBytes = 65536;

    // Answers in one go: a kilobyte of the receive buffer each, at most.
    private const int MostMessagesAtOnce = 256;
    private const int ReceiveBytes = 1 << 20;
    private const int MostDumpAttempts = 10;
    private const int AddressBytes = 12;

    private static readonly NetlinkAnswer s_interrupted = new(ErrorNumbers.Interrupted, "");

    private readonly SafeFileHandle _socket;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private uint _lastNumber;
    private bool _isInterrupted;

    /// <summary>Opens it.</summary>
    /// <exception cref="NetworkException">The kernel, or what keeps this process in, does not allow it.</exception>
    public NetlinkSocket(int protocol)
    {
        _socket = new SafeFileHandle(Open(protocol), ownsHandle: true);

        // Not all kernels know all of these, and without them it works as well as it can there.
        Set(_socket, LibNetlink.NetlinkLevel, LibNetlink.CapAck, 1);
        Set(_socket, LibNetlink.NetlinkLevel, LibNetlink.ExtendedAck, 1);
        Set(_socket, LibNetlink.NetlinkLevel, LibNetlink.StrictCheck, 1);
        Set(_socket, LibNetlink.SocketLevel, LibNetlink.ReceiveBufferForce, ReceiveBytes);
    }

    /// <summary>The number that messages about our own changes carry; 0 until the kernel has answered once.</summary>
    public uint Port { get; private set; }

    /// <summary>A bound descriptor; who has it closes it.</summary>
    public static int Open(int protocol)
    {
        int descriptor = LibNetlink.OpenSocket(LibNetlink.Family, LibNetlink.RawCloseOnExec, protocol);
        if (descriptor < 0)
            throw Failed("socket");

        // struct sockaddr_nl: family, padding, port (0: the kernel chooses), groups.
        Span<byte> address = stackalloc byte[AddressBytes];
        address.Clear();
        MemoryMarshal.Write(address, (ushort)LibNetlink.Family);
        using SafeFileHandle handle = new(descriptor, ownsHandle: false);
        return LibNetlink.Bind(handle, address, AddressBytes) == 0 ? descriptor : throw Failed("bind");
    }

    /// <summary>Sets an option, if the kernel knows it.</summary>
    public static bool Set(SafeHandle socket, int level, int option, int value) =>
        LibNetlink.SetOption(socket, level, option, value, sizeof(int)) == 0;

    /// <summary>
    /// Sends messages, which ask for an answer each, and says what the kernel said to each. None stops the others.
    /// </summary>
    /// <param name="messages">All of them.</param>
    /// <param name="take">What is told besides the answers.</param>
    public NetlinkAnswer[] Exchange(MessageWriter messages, TakeMessage? take = null)
    {
        NetlinkAnswer?[] answers = new NetlinkAnswer?[messages.Count];
        for (int first = 0; first < messages.Count; first += MostMessagesAtOnce)
            Exchange(messages, first, Math.Min(MostMessagesAtOnce, messages.Count - first), answers, take);
        return Array.ConvertAll(
            answers, static one => one ?? new NetlinkAnswer(ErrorNumbers.NoBuffers, "the kernel did not answer"));
    }

    /// <summary>The same with one transaction: sent in one piece whatever its length.</summary>
    public NetlinkAnswer[] ExchangeWhole(MessageWriter messages)
    {
        NetlinkAnswer?[] answers = new NetlinkAnswer?[messages.Count];
        Exchange(messages, 0, messages.Count, answers, null);
        return Array.ConvertAll(answers, static one => one ?? NetlinkAnswer.Done);
    }

    /// <summary>
    /// All that the kernel lists for one request. What changes meanwhile makes it begin again, a few times; then what
    /// there is has to do.
    /// </summary>
    /// <exception cref="NetworkException">It refuses.</exception>
    public List<T> Dump<T>(MessageWriter request, DecodeMessage<T> decode)
        where T : class
    {
        List<T> found = [];
        for (int attempt = 1; ; attempt++)
        {
            found.Clear();
            NetlinkAnswer answer = Exchange(request, (_, body) =>
            {
                if (decode(body) is { } one)
                    found.Add(one);
            })[0];
            if (answer.ErrorNumber == 0 || (answer.ErrorNumber == ErrorNumbers.Interrupted
                && attempt == MostDumpAttempts))
                return found;
            if (answer.ErrorNumber != ErrorNumbers.Interrupted)
                throw FaultTexts.NotReadable(answer);
        }
    }

    /// <summary>The one thing that is asked for; null and why if the kernel has none.</summary>
    public T? Get<T>(MessageWriter request, DecodeMessage<T> decode, out NetlinkAnswer answer)
        where T : class
    {
        T? found = null;
        answer = Exchange(request, (_, body) => found ??= decode(body))[0];
        return answer.ErrorNumber == 0 ? found : null;
    }

    public void Dispose() => _socket.Dispose();

    private static NetworkException Failed(string call)
    {
        int error = Marshal.GetLastPInvokeError();
        return FaultTexts.NoSocket(call, error);
    }

    private void Exchange(
        MessageWriter messages, int first, int count, NetlinkAnswer?[] answers, TakeMessage? take)
    {
        // It wraps around after years.
        uint number = unchecked(_lastNumber + 1);
        messages.Number(unchecked(number - (uint)first));
        _lastNumber = unchecked(_lastNumber + (uint)count);
        ReadOnlySpan<byte> bytes = messages.Part(first, count);
        nint sent;
        do
            sent = LibNetlink.Send(_socket, bytes, (nuint)bytes.Length, 0);
        while (sent < 0 && Marshal.GetLastPInvokeError() == ErrorNumbers.Interrupted);
        if (sent < 0)
            throw Failed("send");
        _isInterrupted = false;
        int open = count;
        while (open > 0 && Receive() is > 0 and int length)
            open -= TakeAnswers(_buffer.AsSpan(0, length), number, answers.AsSpan(first, count), take);
    }

    // 0 when no more is there.
    private int Receive()
    {
        while (true)
        {
            nint length = LibNetlink.Receive(_socket, _buffer, BufferBytes, LibNetlink.DoNotWait);
            int error = length < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (error == ErrorNumbers.TryAgain)
                return 0;

            // Answers that found no room are lost; what is there still counts.
            if (error == 0)
                return (int)length;
            if (error is not (ErrorNumbers.Interrupted or ErrorNumbers.NoBuffers))
                throw FaultTexts.NoSocket("recv", error);
        }
    }

    // How many of the messages have their last answer in here.
    private int TakeAnswers(
        ReadOnlySpan<byte> received, uint firstNumber, Span<NetlinkAnswer?> answers, TakeMessage? take)
    {
        int ended = 0;
        MessageReader reader = new(received);
        while (reader.Next())
        {
            uint index = unchecked(reader.Number - firstNumber);
            if (index >= (uint)answers.Length)
                continue;
            Port = reader.Port;
            _isInterrupted |= (reader.Flags & Netlink.DumpInterrupted) != 0;
            if (reader.Type is not (Netlink.Done or Netlink.Error))
            {
                take?.Invoke(reader.Type, reader.Body);
            }
            else if (answers[(int)index] is null)
            {
                answers[(int)index] = _isInterrupted ? s_interrupted : reader.Answer;
                ended++;
            }
        }

        return ended;
    }
}
