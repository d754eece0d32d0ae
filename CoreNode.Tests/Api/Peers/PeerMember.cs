using System.Diagnostics;
using System.Net;
using CoreNode.Api.Peers;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Tests.Foundation;

namespace CoreNode.Tests.Api.Peers;

/// <summary>One transport on loopback with the member behind it.</summary>
internal sealed class PeerMember : IAsyncDisposable
{
    public const ulong ClusterId = 0xC1;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly string _scheme;

    private PeerMember(
        ulong id, RecordingReceiver receiver, PeerTransport transport, RecordedLog log, string scheme)
    {
        Log = log;
        _scheme = scheme;
        Node = new NodeId(id);
        Receiver = receiver;
        Transport = transport;
    }

    public NodeId Node { get; }

    public RecordingReceiver Receiver { get; }

    public PeerTransport Transport { get; }

    public int Port => Transport.BoundEndPoints[0].Port;

    public string Url => $"{_scheme}://127.0.0.1:{Port}";

    public RecordedLog Log { get; }

    /// <summary>Short waits, nothing else changed.</summary>
    public static PeerTransportOptions Options => new()
    {
        MinBackoff = TimeSpan.FromMilliseconds(5),
        MaxBackoff = TimeSpan.FromMilliseconds(20),
    };

    /// <summary>The same with https URLs; certificates are missing.</summary>
    public static PeerTransportOptions Tls => Options with { ListenPeerUrls = [new Uri("https://127.0.0.1:0")] };

    public static async Task<PeerMember> StartAsync(
        ulong id,
        RecordingReceiver? receiver = null,
        PeerTransportOptions? options = null,
        int port = 0,
        ulong clusterId = ClusterId)
    {
        options ??= Options;
        if (options.ListenPeerUrls.Count == 0)
            options = options with { ListenPeerUrls = [new Uri($"http://127.0.0.1:{port}")] };
        RecordedLog log = new();
        PeerMember member = new(
            id,
            receiver ?? new RecordingReceiver(),
            new PeerTransport(options, new MetricRegistry(), TimeProvider.System, log),
            log,
            options.ListenPeerUrls[0].Scheme);
        PeerIdentity self = new(clusterId, member.Node);
        await member.Transport.StartAsync(self, member.Receiver, CancellationToken.None);
        return member;
    }

    /// <summary>Two members that know each other.</summary>
    public static async Task<(PeerMember A, PeerMember B)> StartTwoAsync(
        RecordingReceiver? first = null, RecordingReceiver? second = null, PeerTransportOptions? options = null)
    {
        PeerMember a = await StartAsync(1, first, options);
        PeerMember b = await StartAsync(2, second, options);
        a.Meet((2, b.Url));
        b.Meet((1, a.Url));
        await a.ConnectedToAsync(2);
        await b.ConnectedToAsync(1);
        return (a, b);
    }

    public void Meet(params (ulong Id, string Url)[] others) => Transport.SetMembers(
        [new PeerAddress(Node, [Url]), .. others.Select(o => new PeerAddress(new NodeId(o.Id), [o.Url]))]);

    public Task ConnectedToAsync(ulong id) =>
        EventuallyAsync(() => Transport.IsConnectedTo(new NodeId(id)), $"{Node} is connected to {id:x}");

    public Task RefusedAsync(ProtocolFault fault, long count = 1) =>
        EventuallyAsync(() => Transport.Metrics.RefusedCount(fault) >= count, $"{count} refusals: {fault}");

    /// <summary>Looks again and again, without a wait that the result would depend on.</summary>
    public static async Task EventuallyAsync(Func<bool> condition, string what)
    {
        long begin = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.That(Stopwatch.GetElapsedTime(begin), Is.LessThan(s_patience), $"waited in vain: {what}");
            await Task.Delay(1);
        }
    }

    public void Send(params RaftMessage[] messages)
    {
        foreach (RaftMessage message in messages)
            Transport.Send(message);
        Transport.Flush();
    }

    public RaftMessage Message(MessageKind kind, ulong to, ulong context = 0) =>
        new() { Kind = kind, From = Node, To = new NodeId(to), Term = new Term(1), Context = context };

    /// <summary>An append of one entry of that many bytes, filled with its number.</summary>
    public RaftMessage Append(ulong to, ulong number, int bytes = 100)
    {
        byte[] data = new byte[bytes];
        data.AsSpan().Fill((byte)(number & 0xFF));
        RaftEntry entry = new(new LogIndex(number + 1), new Term(1), EntryKind.Command, data);
        return Message(MessageKind.Append, to) with
        {
            LogIndex = new LogIndex(number),
            LogTerm = new Term(1),
            Entries = new[] { entry },
        };
    }

    public RaftMessage SnapshotMessage(ulong to, ulong index = 9) => Message(MessageKind.Snapshot, to) with
    {
        Snapshot = new SnapshotMetadata(
            new LogIndex(index), new Term(1), new Configuration([Node, new NodeId(to)])),
    };

    public ValueTask DisposeAsync() => Transport.DisposeAsync();

    public static IPEndPoint Loopback(int port) => new(IPAddress.Loopback, port);
}
