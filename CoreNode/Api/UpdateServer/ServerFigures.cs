using CoreNode.Api.Wire;
using CoreNode.Foundation;
using CoreNode.Updates.Server;

namespace CoreNode.Api.UpdateServer;

/// <summary>
/// The figures of the update server for Prometheus: those that are counted, and those of its groups, which are asked
/// for at each scrape.
/// </summary>
internal sealed class ServerFigures
{
    private const int MostVersions = 20;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly IUpdateServer _server;
    private readonly MetricRegistry _metrics;
    private volatile ServerStanding? _standing;

    /// <summary>Registers what has fixed names.</summary>
    public ServerFigures(IUpdateServer server, MetricRegistry metrics)
    {
        _server = server;
        _metrics = metrics;
        metrics.Gauge("corenode_update_server_files", "Files of packages.", () => _standing?.Files ?? 0);
        metrics.Gauge("corenode_update_server_database_bytes", "Bytes of the update server's database.",
            () => _standing?.DatabaseBytes ?? 0);
        metrics.Gauge("corenode_update_server_problems", "Things that an administrator should look at.",
            () => _standing?.Problems.Count ?? 0);
    }

    /// <summary>GET /metrics.</summary>
    public async Task AnswerAsync(RequestContext context)
    {
        if (context.Method is not ("GET" or "HEAD"))
        {
            await context.MethodNotAllowed("GET, HEAD");
            return;
        }

        await Task.Yield();
        using CancellationTokenSource patience = new(s_patience);
        JsonBuffer text = new(32 << 10);
        try
        {
            _standing = await _server.GetStandingAsync(patience.Token);
            IReadOnlyList<GroupStanding> groups = await _server.GetStandingsAsync("", "", patience.Token);
            _metrics.WriteTo(text);
            Write(new MetricPage(text), _server.Catalogue, groups);
        }
        catch (Exception fault) when (fault is CatalogueException or OperationCanceledException)
        {
            // What is counted is told all the same.
            text.Clear();
            _metrics.WriteTo(text);
        }

        context.Headers.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await context.Answer(text.Written);
    }

    /// <summary>Reads how the server is; null and the reason if it does not tell.</summary>
    public async Task<(ServerStanding? Standing, string? Reason)> AskAsync(CancellationToken stopping)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(s_patience);
        try
        {
            return (await _server.GetStandingAsync(patience.Token), null);
        }
        catch (CatalogueException fault)
        {
            return (null, fault.Message);
        }
        catch (OperationCanceledException)
        {
            return (null, "the catalogue does not answer: is its disk slow or full?");
        }
    }

    private static void Write(MetricPage page, Catalogue catalogue, IReadOnlyList<GroupStanding> groups)
    {
        List<(string App, string Group, GroupStanding Standing)> named = [];
        foreach (GroupStanding one in groups)
        {
            foreach (CatalogueGroup group in catalogue.Groups)
            {
                if (group.Id == one.Group)
                    named.Add((catalogue.FindApp(group.App)?.Name ?? group.App, group.Name, one));
            }
        }

        page.Gauge("corenode_update_server_group_machines", "Machines of a group by how far they are.");
        foreach ((string app, string group, GroupStanding standing) in named)
        {
            foreach (StateCount one in standing.ByState)
                page.Line(one.Machines, ("app", app), ("group", group), ("state", StateWords.Of(one.State)));
        }

        page.Gauge(
            "corenode_update_server_group_version_machines", "Machines of a group by version, the most frequent ones.");
        foreach ((string app, string group, GroupStanding standing) in named)
        {
            for (int i = 0; i < Math.Min(MostVersions, standing.ByVersion.Count); i++)
            {
                VersionCount one = standing.ByVersion[i];
                page.Line(one.Machines, ("app", app), ("group", group), ("version", one.Version));
            }
        }

        page.Gauge("corenode_update_server_group_stopped", "1 for a group whose rollout errors have stopped.");
        foreach ((string app, string group, GroupStanding standing) in named)
            page.Line(standing.Standing.Stop is null ? 0 : 1, ("app", app), ("group", group));
    }
}
