namespace CoreNode.Updates.Lifecycle;

/// <summary>What of a report may be the site's fault.</summary>
/// <param name="Network">The network as a whole: whatever needs it may fail because of that.</param>
/// <param name="Cluster">The cluster: others are without it, too, or none of them can be reached.</param>
/// <param name="Server">The way to the update server, and so perhaps to anything else out there.</param>
internal sealed record SiteDoubt(bool Network, bool Cluster, bool Server)
{
    /// <summary>The doubts about a report.</summary>
    public static SiteDoubt Of(IReadOnlyList<HealthCheck>? before, HealthReport report)
    {
        bool isNetworkAway = false;
        bool isServerAway = false;
        foreach (HealthCheck check in report.Checks)
        {
            isNetworkAway |= check is { Kind: HealthCheckKind.Network, IsPassed: not true }
                && !IsOwnFault(before, check, report.Site);
            isServerAway |= check is { Kind: HealthCheckKind.Server, IsPassed: not true }
                && HealthHistory.Find(before, check.Name) != false;
        }

        return new SiteDoubt(
            isNetworkAway, report.Site is SiteAnswer.OthersFailToo or SiteAnswer.NobodyReached,
            isServerAway && report.Server == SiteAnswer.OthersFailToo);
    }

    /// <summary>True if a check of that kind may fail because of the site.</summary>
    public bool Covers(HealthCheckKind kind) => kind switch
    {
        HealthCheckKind.Node => false,
        HealthCheckKind.Network => Network,
        HealthCheckKind.Cluster => Network || Cluster,
        HealthCheckKind.Custom => Network || Cluster || Server,
        HealthCheckKind.Server => Network || Server,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind"),
    };

    // A machine that had a network before and has no interface any more lacks its driver.
    private static bool IsOwnFault(IReadOnlyList<HealthCheck>? before, HealthCheck network, SiteAnswer site) =>
        site == SiteAnswer.OthersAreFine
        || (site == SiteAnswer.NoInterface && HealthHistory.Find(before, network.Name) == true);
}
