using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Api.Peers;

/// <summary>
/// One kind of messages to one member: keeps a connection open, and dials again when it is lost, with growing waits.
/// What is sent while there is none is dropped.
/// </summary>
internal sealed class OutboundLane : IAsyncDisposable
{
    // Room for some hundred heartbeats; more would be stale when they arrive.
    private const int HeartbeatSendBuffer = 32 << 10;

    // A connection that lasted so long was a good one: the next wait is short again.
    private static readonly TimeSpan s_steady = TimeSpan.FromSeconds(1);

    private readonly PeerAddress _address;
    private readonly PeerHello _hello;
    private readonly IPeerReceiver _receiver;
    private readonly PeerContext _context;
    private readonly Prng _prng;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;
    private OutboundConnection? _connection;
    private volatile bool _isEnding;
    private int _urlIndex; // RunAsync only
    private bool _isOverflowing; // the loop's thread only

    /// <summary>Begins to dial; returns at once.</summary>
    public OutboundLane(
        PeerAddress address, PeerHello hello, IPeerReceiver receiver, PeerContext context, Prng prng)
    {
        _address = address;
        _hello = hello;
        _receiver = receiver;
        _context = context;
        _prng = prng;
        _run = RunAsync();
    }

    /// <summary>True while a connection is there.</summary>
    public bool IsConnected => Volatile.Read(ref _connection) is not null;

    /// <summary>Queues a message of Raft, or drops it. The loop's thread.</summary>
    public void Send(RaftMessage message)
    {
        if (Volatile.Read(ref _connection) is not { } connection)
            return;
        int length = RaftMessageCodec.Length(message);
        bool isHeartbeat = message.Kind is MessageKind.Heartbeat or MessageKind.HeartbeatResponse;
        if (HasRoom(connection, length, isHeartbeat))
            connection.Append(message, length);
    }

    /// <summary>Queues another message, or drops it. The loop's thread.</summary>
    public void Send(PeerMessage message)
    {
        if (Volatile.Read(ref _connection) is not { } connection)
            return;
        long length = PeerMessageCodec.Length(message);
        if (HasRoom(connection, length, isHeartbeat: false))
            connection.Append(message, (int)length);
    }

    /// <summary>Sends what was queued. The loop's thread.</summary>
    public void Flush() => Volatile.Read(ref _connection)?.Flush();

    /// <summary>Ends the connection after what is queued, or after that time, and dials no more.</summary>
    public async Task EndAsync(TimeSpan patience)
    {
        _isEnding = true;
        OutboundConnection? connection = Volatile.Read(ref _connection);
        if (connection is not null)
            await connection.EndAsync(patience);
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await EndAsync(TimeSpan.Zero);

    private bool HasRoom(OutboundConnection connection, long length, bool isHeartbeat)
    {
        PeerTransportOptions options = _context.Options;
        long queued = connection.QueuedBytes;
        long most = _hello.Kind == ConnectionKind.Stream ? options.MaxQueuedBytes : options.MaxQueuedUrgentBytes;
        if (isHeartbeat && queued > options.MaxQueuedHeartbeatBytes)
        {
            _context.Metrics.Dropped.Increment();
            return false;
        }

        // One frame always fits into an empty queue, if the other side takes it at all.
        if ((queued == 0 || queued + length <= most) && length <= options.MaxStreamFrameBytes)
        {
            _isOverflowing &= queued > most / 2;
            return true;
        }

        _context.Metrics.Dropped.Increment();
        if (!_isOverflowing)
        {
            _isOverflowing = true;
            _context.Complaints.Overflowed(_address.Node, _hello.Kind, queued + length);
            _receiver.ReportUnreachable(_address.Node);
        }

        return false;
    }

    private async Task RunAsync()
    {
        // Off the loop's thread before anything else.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        TimeSpan backoff = _context.Options.MinBackoff;
        while (!_stop.IsCancellationRequested)
        {
            Attempt attempt = await TryEachUrlAsync();
            if (attempt == Attempt.Lasted)
                backoff = _context.Options.MinBackoff;
            TimeSpan wait = attempt == Attempt.Refused ? _context.Options.MaxBackoff : backoff;
            backoff = backoff * 2 < _context.Options.MaxBackoff ? backoff * 2 : _context.Options.MaxBackoff;
            try
            {
                await Task.Delay(wait * (0.75 + (_prng.NextDouble() / 2)), _context.Time, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // Each URL once, from the one on that answered last; a connection that was made ends the round.
    private async Task<Attempt> TryEachUrlAsync()
    {
        Attempt outcome = Attempt.Failed;
        for (int i = 0; i < _address.PeerUrls.Count && !_stop.IsCancellationRequested; i++)
        {
            string url = _address.PeerUrls[_urlIndex];
            Attempt attempt = await TryAsync(url);
            if (attempt is Attempt.Lasted or Attempt.Broke)
                return attempt;
            outcome = attempt == Attempt.Refused ? attempt : outcome;
            _urlIndex = (_urlIndex + 1) % _address.PeerUrls.Count;
        }

        return outcome;
    }

    private async Task<Attempt> TryAsync(string url)
    {
        Attempt outcome = Attempt.Failed;
        try
        {
            (PeerLink link, FrameStream frames) =
                await PeerDialer.DialAsync(url, _hello, PeerHello.MaxPayload, _context, _stop.Token);
            long begin = _context.Time.GetTimestamp();
            outcome = Attempt.Broke;
            try
            {
                await ServeAsync(url, link, frames);
            }
            finally
            {
                if (_context.Time.GetElapsedTime(begin) >= s_steady)
                    outcome = Attempt.Lasted;
            }
        }
        catch (PeerRefusedException e)
        {
            _context.Complaints.RefusedBy(_address.Node, url, e.Refusal);
            _receiver.ReportRefused(_address.Node, e.Refusal);
            return Attempt.Refused;
        }
        catch (Exception e) when (PeerFaults.IsOutside(e))
        {
            if (!_isEnding)
            {
                _context.Complaints.Unreachable(_address.Node, url, PeerFaults.Reason(e));
                _receiver.ReportUnreachable(_address.Node);
            }
        }
        catch (Exception e)
        {
            _context.Log.PeerFailed(e, _address.Node, url);
            _receiver.ReportUnreachable(_address.Node);
        }

        return outcome;
    }

    // Ends by an exception only: the other side says nothing on this connection but that it refuses from now on.
    private async Task ServeAsync(string url, PeerLink link, FrameStream frames)
    {
        using OutboundConnection connection = new(link, _context);
        if (_hello.Kind == ConnectionKind.Heartbeat)
            link.LimitSendBuffer(HeartbeatSendBuffer);
        _context.Log.PeerConnected(_address.Node, url, _hello.Kind);
        Volatile.Write(ref _connection, connection);
        try
        {
            PeerFrame frame = await frames.ReadAsync(_stop.Token);
            if (HelloAnswer.Read(frame, out _) is { } refusal)
                throw new PeerRefusedException(refusal);
            throw new PeerProtocolException(ProtocolFault.Damaged, "it sends where it should only receive");
        }
        finally
        {
            Volatile.Write(ref _connection, null);
        }
    }

    // How an attempt to connect went, and the connection if it was made.
    private enum Attempt
    {
        Failed,
        Refused,
        Broke,
        Lasted,
    }
}
