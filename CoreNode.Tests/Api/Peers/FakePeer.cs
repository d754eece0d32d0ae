using System.Net;
using System.Net.Sockets;
using CoreNode.Api.Peers;
using CoreNode.Foundation;
using CoreNode.Platform;

namespace CoreNode.Tests.Api.Peers;

/// <summary>The other side of a connection played byte by byte.</summary>
internal sealed class FakePeer(Socket socket) : IDisposable
{
    private const int Patience = 20_000;

    public static async Task<FakePeer> DialAsync(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(PeerMember.Loopback(port));
        return new FakePeer(socket);
    }

    /// <summary>A listener on a free port.</summary>
    public static Socket Listen()
    {
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(PeerMember.Loopback(0));
        listener.Listen();
        return listener;
    }

    public static int PortOf(Socket listener) => ((IPEndPoint)listener.LocalEndPoint!).Port;

    public static async Task<FakePeer> AcceptAsync(Socket listener)
    {
        using CancellationTokenSource deadline = new(Patience);
        return new FakePeer(await listener.AcceptAsync(deadline.Token));
    }

    /// <summary>A good hello of member 2 to member 1.</summary>
    public static PeerHello Hello(
        ConnectionKind kind = ConnectionKind.Stream, byte lowest = 1, byte highest = 1) =>
        new()
        {
            LowestVersion = lowest,
            HighestVersion = highest,
            Kind = kind,
            ClusterId = PeerMember.ClusterId,
            Sender = new NodeId(2),
            Receiver = new NodeId(1),
        };

    /// <summary>Sends; an end of the other side is no failure.</summary>
    public async Task SendAsync(params byte[] bytes)
    {
        try
        {
            using CancellationTokenSource deadline = new(Patience);
            for (int at = 0; at < bytes.Length;)
                at += await socket.SendAsync(bytes.AsMemory(at), SocketFlags.None, deadline.Token);
        }
        catch (SocketException)
        {
            // Closed there, which is what many tests are about.
        }
    }

    /// <summary>Reads that many bytes, or fewer at the end.</summary>
    public async Task<byte[]> ReadAsync(int count)
    {
        using CancellationTokenSource deadline = new(Patience);
        byte[] bytes = new byte[count];
        int at = 0;
        try
        {
            int read = 1;
            while (at < count && read > 0)
                at += read = await socket.ReceiveAsync(bytes.AsMemory(at), SocketFlags.None, deadline.Token);
        }
        catch (SocketException)
        {
            // A reset is an end too.
        }

        return bytes[..at];
    }

    /// <summary>Reads the next frame by hand; null at the end.</summary>
    public async Task<(FrameType Type, byte[] Payload)?> ReadFrameAsync()
    {
        byte[] header = await ReadAsync(PeerFrame.HeaderLength);
        if (header.Length < PeerFrame.HeaderLength)
            return null;
        int length = BitConverter.ToInt32(header);
        byte[] rest = await ReadAsync(length + 4);
        if (rest.Length < length + 4)
            return null;
        Assert.That(
            BitConverter.ToUInt32(rest, length),
            Is.EqualTo(Crc32C.Append(Crc32C.Compute(header), rest.AsSpan(0, length))));
        return ((FrameType)header[4], rest[..length]);
    }

    /// <summary>Reads a hello and says yes; gives the kind of connection.</summary>
    public async Task<ConnectionKind> LetInAsync()
    {
        byte[] preface = await ReadAsync(PeerHello.PrefaceLength);
        await ReadFrameAsync();
        await SendAsync(HelloAnswer.Accept(1));
        return (ConnectionKind)preface[6];
    }

    public void EndSending() => socket.Shutdown(SocketShutdown.Send);

    public void Dispose() => socket.Dispose();
}
