using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CoreNode.Api.Peers.Requests;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;

namespace CoreNode.Api.Peers;

/// <summary>
/// The accepting end: listeners, hellos with their limits, and the connections that were let in. A member has at most
/// one connection of each kind; a new one replaces the old one, which its sender has given up.
/// </summary>
internal sealed class PeerListener(
    PeerIdentity self, IPeerReceiver receiver, RequestServer requests, PeerContext context)
    : IAsyncDisposable
{
    private const int Backlog = 128;

    // After an accept that failed, as for want of descriptors.
    private static readonly TimeSpan s_acceptPause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new(); // _connections, _handshakes, _tasks
    private readonly Dictionary<(NodeId Node, ConnectionKind Kind), InboundConnection> _connections = [];
    private readonly HashSet<PeerLink> _handshakes = [];
    private readonly HashSet<Task> _tasks = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(Socket Socket, bool IsTls)> _sockets = [];

    /// <summary>Where members are served, with the ports that were chosen.</summary>
    public IReadOnlyList<IPEndPoint> BoundEndPoints { get; private set; } = [];

    /// <summary>Opens the listeners.</summary>
    /// <exception cref="IOException">An address cannot be bound.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        foreach (Uri url in context.Options.ListenPeerUrls)
        {
            foreach (IPEndPoint address in await PeerEndPoints.ResolveAsync(url, cancellation))
                _sockets.Add((Bind(address, url), url.Scheme == Uri.UriSchemeHttps));
        }

        BoundEndPoints = _sockets.ConvertAll(static s => (IPEndPoint)s.Socket.LocalEndPoint!);
        context.Log.ServingPeers(string.Join(", ", BoundEndPoints));
        for (int i = 0; i < _sockets.Count; i++)
            Track(AcceptAsync(_sockets[i].Socket, BoundEndPoints[i], _sockets[i].IsTls));
    }

    /// <summary>
    /// Asks again about those who are connected and not among the members: whoever was removed is told so.
    /// </summary>
    public async Task ReviewAsync(IReadOnlySet<NodeId> members)
    {
        InboundConnection[] strangers;
        lock (_gate)
            strangers = [.. _connections.Values.Where(c => !members.Contains(c.Hello.Sender))];
        foreach (InboundConnection stranger in strangers)
        {
            if (receiver.Admit(new PeerIdentity(stranger.Hello.ClusterId, stranger.Hello.Sender)) is not { } refusal)
                continue;
            try
            {
                await stranger.RefuseAsync(refusal, _stop.Token);
            }
            catch (Exception e) when (PeerFaults.IsOutside(e))
            {
                stranger.Dispose();
            }
        }
    }

    /// <summary>Closes listeners and connections, and waits for what ran on them.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach ((Socket socket, bool _) in _sockets)
            socket.Dispose();
        Task[] tasks;
        lock (_gate)
        {
            foreach (InboundConnection connection in _connections.Values)
                connection.Dispose();
            foreach (PeerLink link in _handshakes)
                link.Dispose();
            tasks = [.. _tasks];
        }

        await Task.WhenAll(tasks);
        _stop.Dispose();
    }

    private Socket Bind(IPEndPoint address, Uri url)
    {
        Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // As Go does: [::] serves both families.
            if (address.Address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            socket.Bind(address);
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            foreach ((Socket bound, bool _) in _sockets)
                bound.Dispose();
            throw new IOException(
                string.Create(CultureInfo.InvariantCulture, $"cannot listen for members on {url}: {e.Message}"), e);
        }
    }

    private async Task AcceptAsync(Socket listener, IPEndPoint address, bool isTls)
    {
        // The listener may be disposed before this goes on.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket socket = await listener.AcceptAsync(_stop.Token);
                Track(ServeAsync(socket, isTls));
            }
            catch (Exception e) when (PeerFaults.IsOutside(e))
            {
                if (_stop.IsCancellationRequested)
                    return;
                context.Log.AcceptFailed(address.ToString(), e.Message);
                await Task.Delay(s_acceptPause, context.Time, CancellationToken.None);
            }
        }
    }

    private void Track(Task task)
    {
        if (task.IsCompletedSuccessfully)
            return;
        lock (_gate)
            _tasks.Add(task);
        _ = task.ContinueWith(Untrack, TaskContinuationOptions.ExecuteSynchronously);
    }

    private void Untrack(Task task)
    {
        lock (_gate)
            _tasks.Remove(task);
    }

    private async Task ServeAsync(Socket socket, bool isTls)
    {
        // Off the thread that accepts: what follows may run for long without a wait.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        NodeId sender = NodeId.None;
        EndPoint remote = new IPEndPoint(IPAddress.None, 0);
        try
        {
            using PeerLink link = new(socket, context.Options.AcknowledgeTimeout);
            remote = link.Remote;
            if (await HandshakeAsync(link, isTls) is not { } connection)
                return;
            using (connection)
            {
                sender = connection.Hello.Sender;
                await (connection.Hello.Kind == ConnectionKind.Request
                    ? connection.ServeAsync(requests, _stop.Token)
                    : ServeAsync(connection));
            }
        }
        catch (PeerProtocolException e)
        {
            context.Metrics.Refused(e.Fault);
            context.Complaints.Refused(remote, sender, e.Fault, e.Message);
        }
        catch (Exception e) when (PeerFaults.IsOutside(e))
        {
            // The other side went away, or this one stops; the sending side reports what is lost.
        }
        catch (Exception e)
        {
            context.Log.PeerFailed(e, sender, remote.ToString() ?? "");
        }
        finally
        {
            socket.Dispose();
        }
    }

    private async Task ServeAsync(InboundConnection connection)
    {
        (NodeId, ConnectionKind) key = (connection.Hello.Sender, connection.Hello.Kind);
        InboundConnection? previous;
        lock (_gate)
        {
            // Whoever stops this one closes what is listed, once.
            if (_stop.IsCancellationRequested)
                return;
            _connections.Remove(key, out previous);
            _connections.Add(key, connection);
        }

        previous?.Dispose();
        try
        {
            await connection.ServeAsync(previous);
        }
        finally
        {
            lock (_gate)
            {
                if (_connections.TryGetValue(key, out InboundConnection? present) && present == connection)
                    _connections.Remove(key);
            }
        }
    }

    // Null if the connection was answered and needs no more.
    private async Task<InboundConnection?> HandshakeAsync(PeerLink link, bool isTls)
    {
        lock (_gate)
        {
            if (_handshakes.Count >= context.Options.MaxHandshakes)
            {
                throw new PeerProtocolException(
                    ProtocolFault.TooMany,
                    $"{_handshakes.Count} connections have not said yet who they are, no more are allowed");
            }

            _handshakes.Add(link);
        }

        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        deadline.CancelAfter(context.Options.HandshakeTimeout);
        try
        {
            if (isTls)
                await PeerTls.AcceptAsync(link, context, deadline.Token);
            return await new PeerReception(self, receiver, context).MeetAsync(link, deadline.Token);
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            throw new PeerProtocolException(
                ProtocolFault.Silent,
                $"it did not say who it is within {context.Options.HandshakeTimeout.TotalSeconds:0.#} s");
        }
        finally
        {
            lock (_gate)
                _handshakes.Remove(link);
        }
    }
}
