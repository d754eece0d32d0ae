namespace CoreNode.Api.Client;

/// <summary>
/// The connections to the endpoints of the moment: those of the options, or of their source. Thread-safe.
/// </summary>
internal sealed class EndpointPool : IDisposable
{
    private readonly ClientOptions _options;
    private readonly ClientCertificates _certificates;
    private readonly Lock _gate = new(); // _state, _isDisposed
    private State _state;
    private bool _isDisposed;

    public EndpointPool(ClientOptions options, ClientCertificates certificates)
    {
        _options = options;
        _certificates = certificates;
        _state = new State(options.Endpoints, [.. options.Endpoints.Select(Make)]);
    }

    /// <summary>In the order in which they are to be tried.</summary>
    public EndpointConnection[] Connections
    {
        get
        {
            State state = Volatile.Read(ref _state);
            if (_options.EndpointSource?.Invoke() is { } endpoints && !ReferenceEquals(endpoints, state.Endpoints))
                state = Follow(endpoints);
            return state.Connections;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
            _isDisposed = true;
        foreach (EndpointConnection connection in _state.Connections)
            connection.Dispose();
    }

    private EndpointConnection Make(ClientEndpoint endpoint) => new(endpoint, _options, _certificates);

    private State Follow(IReadOnlyList<ClientEndpoint> endpoints)
    {
        EndpointConnection[] left;
        State state;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            EndpointConnection[] old = _state.Connections;
            state = new State(
                endpoints, [.. endpoints.Select(one => Array.Find(old, c => c.Endpoint == one) ?? Make(one))]);
            Volatile.Write(ref _state, state);
            left = [.. old.Except(state.Connections)];
        }

        // Calls that have one of these in hand fail as if the node had gone, which it has.
        foreach (EndpointConnection connection in left)
            connection.Dispose();
        return state;
    }

    private sealed record State(IReadOnlyList<ClientEndpoint> Endpoints, EndpointConnection[] Connections);
}
