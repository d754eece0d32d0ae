namespace CoreNode.Updates.Lifecycle;

/// <summary>
/// Judges a new version by what held before the update. What failed before is not held against it. If the network is
/// away, the cluster and the operator's checks may fail because of that, so nothing is rolled back unless the others
/// say that the network is fine.
/// </summary>
public static class HealthJudge
{
    /// <summary>Judges.</summary>
    /// <param name="before">What the checks found before the update; null: unknown, everything must be healthy.</param>
    /// <param name="report">What they find now.</param>
    /// <param name="isOver">True once the time to become healthy is over.</param>
    public static HealthVerdict Judge(IReadOnlyList<HealthCheck>? before, HealthReport report, bool isOver)
    {
        if (report.Checks.Count == 0)
        {
            return isOver
                ? new HealthVerdict(HealthVerdictKind.Bad, "no check of health answered in time")
                : HealthVerdict.Waiting;
        }

        bool isNetworkInDoubt = false;
        foreach (HealthCheck check in report.Checks)
        {
            isNetworkInDoubt |= check is { Kind: HealthCheckKind.Network, IsPassed: not true }
                && report.Site != SiteAnswer.OthersAreFine;
        }

        List<string> broken = [];
        List<string> doubtful = [];
        foreach (HealthCheck check in report.Checks)
        {
            if (check.IsPassed == true || IsExcused(before, check, report.Site))
                continue;
            bool mayBeTheSite = check.Kind != HealthCheckKind.Node && isNetworkInDoubt;
            (mayBeTheSite ? doubtful : broken).Add(Describe(check));
        }

        if (broken.Count == 0 && doubtful.Count == 0)
            return new HealthVerdict(HealthVerdictKind.Good, "everything that was healthy before the update is again");
        string list = string.Join(", ", broken.Count > 0 ? broken : doubtful);
        if (!isOver)
            return new HealthVerdict(HealthVerdictKind.Waiting, "not healthy yet: " + list);
        return broken.Count > 0
            ? new HealthVerdict(HealthVerdictKind.Bad, "not healthy in time: " + list)
            : new HealthVerdict(
                HealthVerdictKind.Unclear,
                $"the network is away, so this may be the site's fault: {list}; the slot stays unmarked");
    }

    // A network that was away before the update and still is says nothing of the new version: that it works there has
    // to be seen, unless the others say that only this machine had none.
    private static bool IsExcused(IReadOnlyList<HealthCheck>? before, HealthCheck check, SiteAnswer site) =>
        FailedBefore(before, check.Name)
        && (check.Kind != HealthCheckKind.Network || site == SiteAnswer.OthersAreFine);

    private static bool FailedBefore(IReadOnlyList<HealthCheck>? before, string name)
    {
        if (before is null)
            return false;
        foreach (HealthCheck check in before)
        {
            if (check.Name == name)
                return check.IsPassed == false;
        }

        return false;
    }

    private static string Describe(HealthCheck check) => check switch
    {
        { IsPassed: null } => check.Name + " has not answered",
        { Detail.Length: > 0 } => $"{check.Name} ({check.Detail})",
        _ => check.Name,
    };
}
