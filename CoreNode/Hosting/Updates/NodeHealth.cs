using CoreNode.Hosting.Updates.Sites;
using CoreNode.Updates.Client.Ports;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Hosting.Updates;

/// <summary>
/// How healthy this machine is: node, cluster, network, update server, and the operator's checks. Where one fails that
/// others may know more about they are asked. One look at a time.
/// </summary>
/// <param name="place">What the node says of itself.</param>
/// <param name="server">The update server; null without one.</param>
/// <param name="folder">The operator's executables.</param>
/// <param name="links">The interfaces of this machine; null: not to be known.</param>
internal sealed class NodeHealth(
    UpdatesPlace place, Func<UpdateTarget?> server, HealthFolder folder, Func<MachineLinks?> links) : IHealthChecks
{
    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_answer = TimeSpan.FromSeconds(8);

    private bool _isAcquainted;

    /// <inheritdoc/>
    public async Task<HealthReport> LookAsync(CancellationToken cancellation)
    {
        Task<IReadOnlyList<HealthCheck>> custom = folder.LookAsync(cancellation);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(s_connect);
        Surroundings around = Surroundings.Begin(place.Others(), server(), end.Token);
        List<HealthCheck> checks = [Node(), await ClusterAsync(end.Token)];
        checks.AddRange(await around.ChecksAsync());
        checks.AddRange(await custom);
        cancellation.ThrowIfCancellationRequested();

        bool isWell = true;
        foreach (HealthCheck check in checks)
            isWell &= check.IsPassed == true || check.Kind == HealthCheckKind.Node;

        // Also while all is well until somebody has answered then: before an update, so that those who are asked after
        // it know this machine, and the secret by which it is known is there.
        SiteView view = SiteView.Unasked;
        if (!isWell || !_isAcquainted)
        {
            SiteEvidence evidence = await AskAsync(around, cancellation);
            _isAcquainted |= isWell && evidence.Accounts.Count > 0;
            view = SiteJudge.Judge(evidence);
        }

        await end.CancelAsync();
        await around.EndAsync();
        return new HealthReport(checks, view.Cluster, view.Server, view.Why);
    }

    private HealthCheck Node()
    {
        string problem = place.NodeProblem();
        return new HealthCheck("node", HealthCheckKind.Node, problem.Length == 0, problem);
    }

    private async Task<HealthCheck> ClusterAsync(CancellationToken cancellation)
    {
        string problem = await place.ClusterProblem(cancellation);
        return new HealthCheck("cluster", HealthCheckKind.Cluster, problem.Length == 0, problem);
    }

    private async Task<SiteEvidence> AskAsync(Surroundings around, CancellationToken cancellation)
    {
        List<Uri> connected = await around.ConnectedAsync();
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_answer);
        List<WitnessAccount> accounts = [];
        string problem = "";
        foreach (Task<SiteReply> asking in connected.ConvertAll(one => AskAsync(one, limit.Token)))
        {
            SiteReply reply = await asking;
            if (reply.Account is { } account)
                accounts.Add(account);
            else if (problem.Length == 0)
                problem = reply.Problem;
        }

        cancellation.ThrowIfCancellationRequested();
        return new SiteEvidence
        {
            Others = around.Others,
            Connected = connected.Count,
            OthersOfQuorum = place.OthersOfQuorum(),
            Server = around.Server,
            IsServerConnected = await around.IsServerConnectedAsync(),
            Accounts = accounts,
            Problem = problem,
            Links = links(),
        };
    }

    private async Task<SiteReply> AskAsync(Uri one, CancellationToken limit)
    {
        try
        {
            return await place.AskAsync(one, limit);
        }
        catch (OperationCanceledException)
        {
            return new SiteReply(null, $"{one.Authority} does not answer in time");
        }
    }
}
