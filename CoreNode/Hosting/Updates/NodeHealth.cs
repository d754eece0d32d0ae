using System.Net.Sockets;
using CoreNode.Updates.Client.Ports;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Hosting.Updates;

/// <summary>How healthy this machine is: node, cluster, network, and the operator's checks.</summary>
/// <param name="place">What the node says of itself.</param>
/// <param name="server">Host and port of the update server; null without one.</param>
/// <param name="folder">The operator's executables.</param>
internal sealed class NodeHealth(UpdatesPlace place, Func<Uri?> server, HealthFolder folder) : IHealthChecks
{
    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async Task<HealthReport> LookAsync(CancellationToken cancellation)
    {
        Task<IReadOnlyList<HealthCheck>> custom = folder.LookAsync(cancellation);
        Task<HealthCheck?> network = NetworkAsync(cancellation);
        List<HealthCheck> checks = [Node(), Cluster()];
        if (await network is { } seen)
            checks.Add(seen);
        checks.AddRange(await custom);
        return new HealthReport(checks);
    }

    private HealthCheck Node()
    {
        string problem = place.NodeProblem();
        return new HealthCheck("node", HealthCheckKind.Node, problem.Length == 0, problem);
    }

    private HealthCheck Cluster()
    {
        string problem = place.ClusterProblem();
        return new HealthCheck("cluster", HealthCheckKind.Cluster, problem.Length == 0, problem);
    }

    // Whether anything outside of this machine answers. A machine that knows nobody outside has no such check.
    private async Task<HealthCheck?> NetworkAsync(CancellationToken cancellation)
    {
        List<Uri> others = [.. place.Others()];
        if (server() is { } updates)
            others.Add(updates);
        if (others.Count == 0)
            return null;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_connect);
        List<Task<bool>> asked = others.ConvertAll(one => AnswersAsync(one, limit.Token));
        while (asked.Count > 0)
        {
            Task<bool> first = await Task.WhenAny(asked);
            asked.Remove(first);
            if (await first)
            {
                await limit.CancelAsync();
                await Task.WhenAll(asked);
                return new HealthCheck("network", HealthCheckKind.Network, true);
            }
        }

        cancellation.ThrowIfCancellationRequested();
        return new HealthCheck(
            "network", HealthCheckKind.Network, false,
            $"none of {others.Count} others answers, {others[0].Host} first of them");
    }

    private static async Task<bool> AnswersAsync(Uri one, CancellationToken cancellation)
    {
        using TcpClient client = new();
        try
        {
            await client.ConnectAsync(one.Host.Trim('[', ']'), one.Port, cancellation);
            return true;
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
