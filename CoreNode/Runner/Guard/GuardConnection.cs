using System.Buffers.Binary;
using System.Net.Sockets;

namespace CoreNode.Runner.Guard;

/// <summary>A connection to a guard: one message, one receipt. One caller at a time.</summary>
internal sealed class GuardConnection : IDisposable
{
    private readonly Socket _socket;

    private GuardConnection(Socket socket) => _socket = socket;

    /// <summary>Fires once the guard is gone.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Connects, and gets what the guard holds; null if there is none at that path.</summary>
    /// <exception cref="IOException">What answers is no guard of this version.</exception>
    public static async Task<(GuardConnection Connection, GuardMessage Held)?> OpenAsync(
        string path, CancellationToken cancellation)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        GuardConnection connection = new(socket);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return (connection, await connection.ReceiveAsync(cancellation));
        }
        catch (SocketException)
        {
            connection.Dispose();
            return null;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Has the guard hold this, and returns once it does.</summary>
    /// <exception cref="IOException">It is gone, or did not take it.</exception>
    public async Task ArmAsync(GuardMessage message, CancellationToken cancellation)
    {
        try
        {
            await _socket.SendAsync(message.Write(), cancellation);
            GuardMessage held = await ReceiveAsync(cancellation);
            if (held.Deadline != message.Deadline || held.Units.Count != message.Units.Count)
                throw new IOException("the guard holds something else than it was told");
        }
        catch (SocketException gone)
        {
            IsLost = true;
            throw new IOException($"the guard is gone: {gone.Message}", gone);
        }
    }

    /// <summary>True if the guard has ended, without asking it.</summary>
    public bool HasEnded()
    {
        // Nothing is sent without being asked for, so what can be read is the end.
        IsLost |= _socket.Poll(0, SelectMode.SelectRead);
        return IsLost;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private async Task<GuardMessage> ReceiveAsync(CancellationToken cancellation)
    {
        byte[] head = await ReceiveAsync(GuardMessage.HeadBytes, cancellation);
        int length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length is < 0 or > GuardMessage.LimitBytes)
            throw new IOException("a guard's answer is damaged");
        return GuardMessage.Read(await ReceiveAsync(length, cancellation));
    }

    private async Task<byte[]> ReceiveAsync(int length, CancellationToken cancellation)
    {
        byte[] bytes = new byte[length];
        for (int at = 0; at < length;)
        {
            int count = await _socket.ReceiveAsync(bytes.AsMemory(at), SocketFlags.None, cancellation);
            if (count == 0)
            {
                IsLost = true;
                throw new IOException("the guard has ended");
            }

            at += count;
        }

        return bytes;
    }
}
