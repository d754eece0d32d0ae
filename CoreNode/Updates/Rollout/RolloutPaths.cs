using CoreNode.Updates.Omaha;

namespace CoreNode.Updates.Rollout;

/// <summary>
/// Which steps lead from a version to a release: the floors above the version and below the target in order, then the
/// target. Keeps the answers, since a fleet runs few versions; not more than a bound, since clients may say anything.
/// </summary>
internal sealed class RolloutPaths
{
    private const int MostKept = 256;

    private readonly RolloutRelease _release;
    private readonly Dictionary<string, RolloutPath> _known = new(StringComparer.Ordinal);

    public RolloutPaths(RolloutRelease release) => _release = release;

    /// <summary>From that version on.</summary>
    public RolloutPath From(string version)
    {
        if (_known.TryGetValue(version, out RolloutPath? path))
            return path;
        int order = VersionOrder.Compare(version, _release.Version);
        path = new RolloutPath(order, order < 0 ? Upwards(_release, version) : []);
        if (_known.Count >= MostKept)
            _known.Clear();
        _known.Add(version, path);
        return path;
    }

    /// <summary>
    /// The steps to a release that a machine is to run exactly: an older one is reached at once, floors are for going
    /// up.
    /// </summary>
    public static IReadOnlyList<RolloutStep> Exactly(RolloutRelease release, string version)
    {
        int order = VersionOrder.Compare(version, release.Version);
        return order == 0 ? [] : order > 0 ? [release.Target] : Upwards(release, version);
    }

    private static List<RolloutStep> Upwards(RolloutRelease release, string version)
    {
        List<RolloutStep> steps = [];
        foreach (RolloutStep floor in release.Floors)
        {
            bool isBetween = VersionOrder.Compare(floor.Version, version) > 0
                && VersionOrder.Compare(floor.Version, release.Version) < 0;
            if (!isBetween)
                continue;
            int at = steps.Count;
            while (at > 0 && VersionOrder.Compare(steps[at - 1].Version, floor.Version) > 0)
                at--;
            steps.Insert(at, floor);
        }

        steps.Add(release.Target);
        return steps;
    }
}
