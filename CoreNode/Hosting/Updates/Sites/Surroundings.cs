using CoreNode.Updates.Lifecycle;

namespace CoreNode.Hosting.Updates.Sites;

/// <summary>Connections to all others and to the update server, opened at once. One look.</summary>
internal sealed class Surroundings
{
    private readonly IReadOnlyList<Uri> _others;
    private readonly UpdateTarget? _server;
    private readonly List<Task<bool>> _asked = [];
    private readonly Task<bool>? _serverAsked;

    private Surroundings(IReadOnlyList<Uri> others, UpdateTarget? server, CancellationToken limit)
    {
        _others = others;
        _server = server;
        foreach (Uri one in others)
            _asked.Add(SiteConnect.TryAsync(one, limit));
        _serverAsked = server is null ? null : SiteConnect.TryAsync(server.Address, limit);
    }

    /// <summary>How many others there are.</summary>
    public int Others => _others.Count;

    /// <summary>The update server; empty: none.</summary>
    public string Server => _server?.Name ?? "";

    /// <summary>Begins.</summary>
    public static Surroundings Begin(IReadOnlyList<Uri> others, UpdateTarget? server, CancellationToken limit) =>
        new(others, server, limit);

    /// <summary>
    /// Whether anything outside of this machine answers; and, where there are others to compare with, whether the
    /// update server does. A machine that knows nobody outside has neither check.
    /// </summary>
    public async Task<IReadOnlyList<HealthCheck>> ChecksAsync()
    {
        if (_others.Count == 0 && _server is null)
            return [];
        List<HealthCheck> checks = [await NetworkAsync()];
        if (_others.Count > 0 && await IsServerConnectedAsync() is { } isConnected)
        {
            checks.Add(new HealthCheck(
                "update-server", HealthCheckKind.Server, isConnected,
                isConnected ? "" : $"{_server!.Name} cannot be connected to"));
        }

        return checks;
    }

    /// <summary>Those others that took the connection, in their order.</summary>
    public async Task<List<Uri>> ConnectedAsync()
    {
        List<Uri> connected = [];
        for (int at = 0; at < _others.Count; at++)
        {
            if (await _asked[at])
                connected.Add(_others[at]);
        }

        return connected;
    }

    /// <summary>Whether the update server took one; null without one.</summary>
    public async Task<bool?> IsServerConnectedAsync() => _serverAsked is null ? null : await _serverAsked;

    /// <summary>Waits for what is still open; its limit was cancelled.</summary>
    public async Task EndAsync()
    {
        await Task.WhenAll(_asked);
        if (_serverAsked is not null)
            await _serverAsked;
    }

    private async Task<HealthCheck> NetworkAsync()
    {
        List<Task<bool>> open = [.. _asked];
        if (_serverAsked is not null)
            open.Add(_serverAsked);
        int count = open.Count;
        while (open.Count > 0)
        {
            Task<bool> first = await Task.WhenAny(open);
            open.Remove(first);
            if (await first)
                return new HealthCheck("network", HealthCheckKind.Network, true);
        }

        string named = _others.Count > 0 ? _others[0].Host : _server!.Address.Host;
        return new HealthCheck(
            "network", HealthCheckKind.Network, false, $"none of {count} others answers, {named} first of them");
    }
}
