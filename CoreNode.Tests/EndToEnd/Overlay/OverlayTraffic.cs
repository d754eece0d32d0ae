using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd.Overlay;

/// <summary>Traffic between namespaces, and whom the receiver saw.</summary>
internal static class OverlayTraffic
{
    private const int UdpPort = 7007;
    private const int TcpPort = 7008;
    private const int TcpBytes = 1 << 20;
    private const int Timeout = 10_000;

    /// <summary>
    /// Sends datagrams of several sizes, the last one as long as a packet may be, and has each echoed; the address that
    /// they came from.
    /// </summary>
    public static IPAddress Udp(NetworkNamespace from, NetworkNamespace to, IPAddress address, int mtu)
    {
        using Socket server = to.Run(() => Open(address, SocketType.Dgram, ProtocolType.Udp));
        server.Bind(new IPEndPoint(address, UdpPort));
        using Socket client = from.Run(() => Open(address, SocketType.Dgram, ProtocolType.Udp));
        client.Connect(address, UdpPort);
        int headers = address.AddressFamily == AddressFamily.InterNetworkV6 ? 48 : 28;
        EndPoint seen = new IPEndPoint(address, 0);
        foreach (int length in (int[])[1, 100, 1000, mtu - headers])
        {
            byte[] sent = RandomNumberGenerator.GetBytes(length);
            byte[] received = new byte[65536];
            client.Send(sent);
            int count = server.ReceiveFrom(received, ref seen);
            Assert.That(received.AsSpan(0, count).SequenceEqual(sent), Is.True, $"datagram of {length}");
            server.SendTo(received.AsSpan(0, count), seen);
            Assert.That(client.Receive(received), Is.EqualTo(length));
        }

        return ((IPEndPoint)seen).Address;
    }

    /// <summary>Sends a megabyte over one connection; the address that it came from.</summary>
    public static IPAddress Tcp(NetworkNamespace from, NetworkNamespace to, IPAddress address, IPAddress? source = null)
    {
        using Socket listener = to.Run(() => Open(address, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(address, TcpPort));
        listener.Listen();
        byte[] sent = RandomNumberGenerator.GetBytes(TcpBytes);
        using Socket client = from.Run(() => Open(address, SocketType.Stream, ProtocolType.Tcp));
        if (source is not null)
            client.Bind(new IPEndPoint(source, 0));
        Task connecting = client.ConnectAsync(address, TcpPort);
        Assert.That(connecting.Wait(Timeout), Is.True, "connected");
        using Socket accepted = listener.Accept();
        accepted.ReceiveTimeout = Timeout;
        Thread sender = new(() =>
        {
            client.Send(sent);
            client.Shutdown(SocketShutdown.Send);
        });
        sender.Start();
        byte[] received = new byte[TcpBytes + 1];
        int length = 0;
        while (accepted.Receive(received.AsSpan(length)) is > 0 and int count)
            length += count;
        sender.Join();
        Assert.That(received.AsSpan(0, length).SequenceEqual(sent), Is.True, "what was sent came");
        return ((IPEndPoint)accepted.RemoteEndPoint!).Address;
    }

    private static Socket Open(IPAddress address, SocketType kind, ProtocolType protocol) =>
        new(address.AddressFamily, kind, protocol) { ReceiveTimeout = Timeout, SendTimeout = Timeout };
}
