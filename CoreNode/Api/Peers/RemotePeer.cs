using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Api.Peers;

/// <summary>The way to one other member: its two lanes, and the snapshot that is being sent to it, if any.</summary>
internal sealed class RemotePeer : IAsyncDisposable
{
    private readonly PeerIdentity _self;
    private readonly IPeerReceiver _receiver;
    private readonly PeerContext _context;
    private readonly OutboundLane _stream;
    private readonly OutboundLane _heartbeat;
    private readonly Prng _prng;
    private SnapshotSender? _snapshot; // the loop's thread only, and who ends this after it

    /// <summary>Begins to connect.</summary>
    public RemotePeer(
        PeerAddress address, PeerIdentity self, IPeerReceiver receiver, PeerContext context, Prng prng)
    {
        Address = address;
        _self = self;
        _receiver = receiver;
        _context = context;
        _prng = prng;
        _stream = new OutboundLane(
            address, Hello(ConnectionKind.Stream), receiver, context, prng.Child("stream"));
        _heartbeat = new OutboundLane(
            address, Hello(ConnectionKind.Heartbeat), receiver, context, prng.Child("heartbeat"));
    }

    /// <summary>Who, and where.</summary>
    public PeerAddress Address { get; }

    /// <summary>True while both lanes are connected.</summary>
    public bool IsConnected => _stream.IsConnected && _heartbeat.IsConnected;

    /// <summary>Queues a message of Raft. The loop's thread, like all that follow but <see cref="EndAsync"/>.</summary>
    public void Send(RaftMessage message) =>
        (message.Kind is MessageKind.Append or MessageKind.AppendResponse ? _stream : _heartbeat).Send(message);

    /// <summary>Queues another message.</summary>
    public void Send(PeerMessage message) => _stream.Send(message);

    /// <summary>Sends what was queued; what must not wait first.</summary>
    public void Flush()
    {
        _heartbeat.Flush();
        _stream.Flush();
    }

    /// <summary>Begins to stream a snapshot unless one is being streamed.</summary>
    public void SendSnapshot(RaftMessage message)
    {
        if (_snapshot is { IsRunning: true })
            return;
        _snapshot = new SnapshotSender(
            message, Address, Hello(ConnectionKind.Snapshot), _receiver, _context, _prng.Child("snapshot"));
    }

    /// <summary>Ends everything; what is queued may go out for that time.</summary>
    public async Task EndAsync(TimeSpan patience)
    {
        Task snapshot = _snapshot?.DisposeAsync().AsTask() ?? Task.CompletedTask;
        await Task.WhenAll(_stream.EndAsync(patience), _heartbeat.EndAsync(patience), snapshot);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await EndAsync(TimeSpan.Zero);

    private PeerHello Hello(ConnectionKind kind) => new()
    {
        LowestVersion = PeerVersions.Lowest,
        HighestVersion = PeerVersions.Highest,
        Kind = kind,
        ClusterId = _self.ClusterId,
        Sender = _self.Node,
        Receiver = Address.Node,
    };
}
