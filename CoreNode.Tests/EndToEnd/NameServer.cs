using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CoreNode.Platform;
using CoreNode.Tests.EndToEnd.Clusters;
using CoreNode.Tests.Platform;

namespace CoreNode.Tests.EndToEnd;

/// <summary>A name server for one test, on UDP port 53 of loopback in a namespace of its own.</summary>
internal sealed class NameServer : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public NameServer(NetworkNamespace home)
    {
        _socket = home.Run(() =>
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 53));
            return socket;
        });
        _serving = ServeAsync();
    }

    /// <summary>SRV records by name.</summary>
    public Dictionary<string, SrvRecord[]> Services { get; } = [];

    /// <summary>IPv4 addresses by name.</summary>
    public Dictionary<string, IPAddress> Hosts { get; } = [];

    /// <summary>While set, nothing is answered.</summary>
    public volatile bool IsSilent;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving.ContinueWith(static _ => { }, TaskScheduler.Default);
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        byte[] buffer = new byte[512];
        while (!_stop.IsCancellationRequested)
        {
            SocketReceiveFromResult asked = await _socket.ReceiveFromAsync(
                buffer, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
            if (IsSilent)
                continue;
            byte[] answer = Answer(buffer.AsSpan(0, asked.ReceivedBytes));
            await _socket.SendToAsync(answer, asked.RemoteEndPoint, _stop.Token);
        }
    }

    private byte[] Answer(ReadOnlySpan<byte> message)
    {
        StringBuilder name = new();
        int at = 12;
        for (; message[at] != 0; at += message[at] + 1)
            name.Append(Encoding.ASCII.GetString(message.Slice(at + 1, message[at]))).Append('.');
        ushort type = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 1)..]);
        string key = name.ToString().TrimEnd('.').ToLowerInvariant();
        byte[][] records = type switch
        {
            DnsMessage.Service when Services.TryGetValue(key, out SrvRecord[]? services) =>
                [.. services.Select(s => DnsMessage.Record(type, DnsMessage.ServiceData(s)))],
            DnsMessage.Address when Hosts.TryGetValue(key, out IPAddress? host) =>
                [DnsMessage.Record(type, host.GetAddressBytes())],
            _ => [],
        };
        bool exists = records.Length > 0 || Services.ContainsKey(key) || Hosts.ContainsKey(key);
        return DnsMessage.Answer(
            BinaryPrimitives.ReadUInt16BigEndian(message), message[12..(at + 5)], exists, records);
    }
}
