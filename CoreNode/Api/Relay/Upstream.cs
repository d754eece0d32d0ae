using CoreNode.Proxy;

namespace CoreNode.Api.Relay;

/// <summary>The connections to one route of a member. Any thread.</summary>
internal sealed class Upstream : IDisposable
{
    private readonly RelayOptions _options;
    private readonly UpstreamConnector _connector;
    private readonly TimeProvider _time;
    private readonly UpstreamAddress? _address;
    private readonly string _problem;
    private readonly Lock _gate = new(); // _idle, _all, _isClosed
    private readonly List<UpstreamConnection> _idle = [];
    private readonly HashSet<UpstreamConnection> _all = [];
    private bool _isClosed;

    /// <summary>Connects to nothing yet.</summary>
    public Upstream(Route route, RelayOptions options, UpstreamConnector connector, TimeProvider time)
    {
        Route = route;
        _options = options;
        _connector = connector;
        _time = time;
        _problem = UpstreamAddress.TryParse(route.Url, out _address, out string? problem) ? "" : problem;
    }

    /// <summary>Where it leads.</summary>
    public Route Route { get; }

    /// <summary>The Host header line.</summary>
    public ReadOnlySpan<byte> HostHeader => _address!.HostHeader;

    /// <summary>Connections, idle ones included.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _all.Count;
        }
    }

    /// <summary>An idle connection that was alive a moment ago; null without one.</summary>
    public UpstreamConnection? TryTake()
    {
        lock (_gate)
        {
            while (_idle.Count > 0)
            {
                UpstreamConnection connection = _idle[^1];
                _idle.RemoveAt(_idle.Count - 1);
                if (!connection.HasNews)
                    return connection;
                _all.Remove(connection);
                connection.Dispose();
            }
        }

        return null;
    }

    /// <summary>A new connection.</summary>
    /// <exception cref="IOException">It cannot be made; the message says why.</exception>
    public async ValueTask<UpstreamConnection> ConnectAsync(CancellationToken cancellation)
    {
        if (_address is null)
            throw new IOException(_problem);
        UpstreamConnection connection = await _connector.ConnectAsync(_address, cancellation);
        lock (_gate)
        {
            if (!_isClosed)
            {
                _all.Add(connection);
                return connection;
            }
        }

        connection.Dispose();
        throw new IOException("the member has left");
    }

    /// <summary>Gives a connection back whose last answer was read to its end.</summary>
    public void Return(UpstreamConnection connection)
    {
        connection.IsUsed = true;
        connection.IdleSince = _time.GetTimestamp();
        connection.Listen();
        lock (_gate)
        {
            if (!_isClosed && _idle.Count < _options.MaxIdleConnections)
            {
                _idle.Add(connection);
                return;
            }
        }

        Drop(connection);
    }

    /// <summary>Closes a connection.</summary>
    public void Drop(UpstreamConnection connection)
    {
        lock (_gate)
            _all.Remove(connection);
        connection.Dispose();
    }

    /// <summary>Cuts what is overdue, and closes what is dead or was idle for too long.</summary>
    public void Review()
    {
        long now = _time.GetTimestamp();
        List<UpstreamConnection> useless = [];
        UpstreamConnection[] all;
        lock (_gate)
        {
            all = [.. _all];
            _idle.RemoveAll(connection =>
            {
                bool isUseless = connection.HasNews
                    || _time.GetElapsedTime(connection.IdleSince, now) > _options.IdleConnectionTime;
                if (isUseless)
                    useless.Add(connection);
                return isUseless;
            });
        }

        // Outside of the lock: whoever waits on them may go on here.
        foreach (UpstreamConnection connection in all)
            connection.Expire(now);
        foreach (UpstreamConnection connection in useless)
            Drop(connection);
    }

    /// <summary>The member has left: idle connections are closed, those in use when they are given back.</summary>
    public void Dispose()
    {
        List<UpstreamConnection> idle;
        lock (_gate)
        {
            _isClosed = true;
            idle = [.. _idle];
            _idle.Clear();
        }

        foreach (UpstreamConnection connection in idle)
            Drop(connection);
    }
}
