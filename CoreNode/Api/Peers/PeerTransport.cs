using System.Net;
using CoreNode.Api.Peers.Requests;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api.Peers;

/// <summary>
/// Messages between members over TCP (docs/formats.md, docs/decisions/0014-peer-transport.md). To each other member
/// this one keeps a connection for appends and one for heartbeats, on which only it sends; a snapshot gets one of its
/// own. In: messages, members, and connections from others. Out: their messages, to <see cref="IPeerReceiver"/>.
/// What holds: the loop's thread never waits; what may wait for a member is bounded; whatever others send costs them
/// their connection and nothing more.
/// </summary>
public sealed class PeerTransport : IPeerTransport, IClusterProbe
{
    private static readonly TimeSpan s_reviewInterval = TimeSpan.FromSeconds(1);

    private readonly PeerContext _context;
    private readonly Prng _prng;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new(); // _leaving, _isStopped
    private readonly List<Task> _leaving = [];
    private PeerIdentity _self = new(0, NodeId.None);
    private IPeerReceiver? _receiver;
    private PeerListener? _listener;
    private Task _review = Task.CompletedTask;
    private IReadOnlyList<PeerAddress> _members = [];
    private HashSet<NodeId> _memberIds = [];
    private RemotePeer[] _peers = [];
    private bool _isStopped;

    /// <summary>Nothing is opened yet.</summary>
    public PeerTransport(
        PeerTransportOptions options, MetricRegistry metrics, TimeProvider time, ILoggerFactory loggers)
    {
        _context = new PeerContext(options, metrics, time, loggers.CreateLogger<PeerTransport>());
        _prng = new Prng(options.Seed);
    }

    /// <summary>What this node knows that strangers do not.</summary>
    public INodeKeys Keys { get; init; } = new MemberKeys(null);

    /// <summary>What this node answers other nodes, besides the cluster's secret.</summary>
    public NodeServices Services { get; init; } = new(new Dictionary<string, INodeService>());

    /// <summary>Where members are served, with the ports that were chosen; empty before the start.</summary>
    public IReadOnlyList<IPEndPoint> BoundEndPoints => _listener?.BoundEndPoints ?? [];

    internal PeerMetrics Metrics => _context.Metrics;

    /// <summary>True while both connections to that member are there.</summary>
    internal bool IsConnectedTo(NodeId node) => Find(node) is { IsConnected: true };

    /// <inheritdoc/>
    public async Task StartAsync(PeerIdentity self, IPeerReceiver receiver, CancellationToken cancellation)
    {
        RequestServer requests = new(self, Services, Keys, _context);
        PeerListener listener = new(self, receiver, requests, _context);
        await listener.StartAsync(cancellation);
        lock (_gate)
        {
            _self = self;
            _listener = listener;
            _receiver = receiver;
        }

        SetMembers(_members);
        _review = ReviewAsync(listener);
    }

    /// <summary>Asks other nodes in the name of this one.</summary>
    public NodeRequests RequestsOf(PeerIdentity self) => new(self, Keys, _context);

    /// <inheritdoc/>
    public void Send(RaftMessage message) => Find(message.To)?.Send(message);

    /// <inheritdoc/>
    public void Send(PeerMessage message) => Find(message.To)?.Send(message);

    /// <inheritdoc/>
    public void Flush()
    {
        foreach (RemotePeer peer in Volatile.Read(ref _peers))
            peer.Flush();
    }

    /// <inheritdoc/>
    public void SendSnapshot(RaftMessage message)
    {
        if (Find(message.To) is { } peer)
            peer.SendSnapshot(message);
        else
            _receiver?.ReportSnapshot(message.To, false);
    }

    /// <inheritdoc/>
    public void SetMembers(IReadOnlyList<PeerAddress> members)
    {
        lock (_gate)
        {
            _members = members;
            if (_receiver is null || _isStopped)
                return;
            Volatile.Write(ref _memberIds, [.. Array.ConvertAll([.. members], static m => m.Node)]);
            List<RemotePeer> peers = [];
            foreach (PeerAddress member in members.Where(m => m.Node != _self.Node))
            {
                peers.Add(_peers.FirstOrDefault(p => IsSame(p.Address, member))
                    ?? new RemotePeer(member, _self, _receiver, _context, _prng.Child(member.Node.ToString())));
            }

            RemotePeer[] leaving = [.. _peers.Except(peers)];
            Volatile.Write(ref _peers, [.. peers]);
            _leaving.RemoveAll(static t => t.IsCompleted);
            foreach (RemotePeer peer in leaving)
                _leaving.Add(peer.EndAsync(_context.Options.DrainTime));
        }
    }

    /// <inheritdoc/>
    public async Task<ClusterDescription?> DescribeAsync(string peerUrl, CancellationToken cancellation)
    {
        PeerHello hello = new()
        {
            LowestVersion = PeerVersions.Lowest,
            HighestVersion = PeerVersions.Highest,
            Kind = ConnectionKind.Describe,
        };
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(_context.Options.HandshakeTimeout);
        try
        {
            (PeerLink link, FrameStream frames) = await PeerDialer.DialAsync(
                peerUrl, hello, DescriptionCodec.MaxBytes, _context, deadline.Token);
            using (link)
            {
                PeerFrame frame = await frames.ReadAsync(deadline.Token);
                return frame.Type == FrameType.Description
                    && DescriptionCodec.TryDecode(frame.Payload, out ClusterDescription? description)
                        ? description
                        : throw new PeerProtocolException(ProtocolFault.Damaged, "its description makes no sense");
            }
        }
        catch (Exception e) when (PeerFaults.IsOutside(e) || e is PeerRefusedException)
        {
            cancellation.ThrowIfCancellationRequested();

            // That nobody is there yet is for the one who asks to tell.
            if (e is PeerRefusedException or PeerProtocolException || e.InnerException is PeerProtocolException)
                _context.Complaints.Unreachable(NodeId.None, peerUrl, PeerFaults.Reason(e));
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        RemotePeer[] peers;
        lock (_gate)
        {
            if (_isStopped)
                return;
            _isStopped = true;
            peers = _peers;
            Volatile.Write(ref _peers, []);
        }

        await _stop.CancelAsync();
        await Task.WhenAll(peers.Select(p => p.EndAsync(_context.Options.StopTime)));
        if (_listener is not null)
            await _listener.DisposeAsync();
        await Task.WhenAll([.. _leaving, _review]);
        _stop.Dispose();
    }

    private static bool IsSame(PeerAddress a, PeerAddress b) =>
        a.Node == b.Node && a.PeerUrls.SequenceEqual(b.PeerUrls, StringComparer.Ordinal);

    private RemotePeer? Find(NodeId node)
    {
        foreach (RemotePeer peer in Volatile.Read(ref _peers))
        {
            if (peer.Address.Node == node)
                return peer;
        }

        return null;
    }

    private async Task ReviewAsync(PeerListener listener)
    {
        using PeriodicTimer timer = new(s_reviewInterval, _context.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
                await listener.ReviewAsync(Volatile.Read(ref _memberIds));
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }
}
