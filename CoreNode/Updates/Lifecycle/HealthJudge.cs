namespace CoreNode.Updates.Lifecycle;

/// <summary>
/// Judges a new version by what held before the update. What failed before is not held against it, nor is what may be
/// the site's fault (<see cref="SiteJudge"/>): then nothing is rolled back and nothing is marked.
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

        SiteDoubt doubt = SiteDoubt.Of(before, report);
        List<string> broken = [];
        List<string> doubtful = [];
        string passedOver = "";
        foreach (HealthCheck check in report.Checks)
        {
            if (check.IsPassed == true || IsExcused(before, check, report.Site))
                continue;
            if (check.Kind == HealthCheckKind.Server && IsPassedOver(before, check, report.Server, isOver))
                passedOver = $", but for {check.Name}, which is not held against it";
            else
                (doubt.Covers(check.Kind) ? doubtful : broken).Add(Describe(check));
        }

        if (broken.Count == 0 && doubtful.Count == 0)
        {
            return new HealthVerdict(
                HealthVerdictKind.Good, "everything that was healthy before the update is again" + passedOver);
        }

        string list = string.Join(", ", broken.Count > 0 ? broken : doubtful);
        if (!isOver)
            return new HealthVerdict(HealthVerdictKind.Waiting, "not healthy yet: " + list);
        string why = report.Why.Length > 0 ? $" ({report.Why})" : "";
        return broken.Count > 0
            ? new HealthVerdict(HealthVerdictKind.Bad, $"not healthy in time: {list}{why}")
            : new HealthVerdict(
                HealthVerdictKind.Unclear, $"this may be the site's fault{why}: {list}; the slot stays unmarked");
    }

    // A network that was away before and still is says nothing of the new version: that it works there has to be seen,
    // unless the others say that only this machine had none.
    private static bool IsExcused(IReadOnlyList<HealthCheck>? before, HealthCheck check, SiteAnswer site) =>
        HealthHistory.Find(before, check.Name) == false
        && (check.Kind != HealthCheckKind.Network || site == SiteAnswer.OthersAreFine);

    // Servers are down at times, and a version is none the worse for it. Only where others reach it, and this machine
    // did before, has the new version lost its way to the next one. If nobody says so it is waited for.
    private static bool IsPassedOver(
        IReadOnlyList<HealthCheck>? before, HealthCheck check, SiteAnswer server, bool isOver) =>
        HealthHistory.Find(before, check.Name) != true
        || server == SiteAnswer.OthersFailToo
        || (isOver && server != SiteAnswer.OthersAreFine);

    private static string Describe(HealthCheck check) => check switch
    {
        { IsPassed: null } => check.Name + " has not answered",
        { Detail.Length: > 0 } => $"{check.Name} ({check.Detail})",
        _ => check.Name,
    };
}
