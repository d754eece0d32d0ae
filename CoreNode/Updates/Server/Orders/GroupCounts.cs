using CoreNode.Updates.Rollout;

namespace CoreNode.Updates.Server.Orders;

/// <summary>
/// Counts the machines of a group. Versions are what machines say: beyond a bound they count as one without a name.
/// </summary>
internal sealed class GroupCounts
{
    private const int MostVersions = 200;
    private const int MostStates = 32;

    private readonly Dictionary<string, int> _versions = new(StringComparer.Ordinal);
    private readonly int[] _states = new int[MostStates];

    /// <summary>Machines for which there is nothing in the release.</summary>
    public int UpToDate { get; private set; }

    /// <summary>Machines of the others that an operator keeps out of the release.</summary>
    public int KeptOut { get; private set; }

    /// <summary>One machine more.</summary>
    public void Add(RolloutState state, string version, bool isUpToDate, bool isKeptOut)
    {
        _states[(int)state]++;
        if (isUpToDate)
            UpToDate++;
        else if (isKeptOut)
            KeptOut++;
        if (_versions.Count >= MostVersions && !_versions.ContainsKey(version))
            version = "";
        _versions[version] = _versions.GetValueOrDefault(version) + 1;
    }

    /// <summary>By state, most first.</summary>
    public List<StateCount> States()
    {
        List<StateCount> counts = [];
        for (int i = 0; i < _states.Length; i++)
        {
            if (_states[i] > 0)
                counts.Add(new StateCount((RolloutState)i, _states[i]));
        }

        counts.Sort(static (one, other) => other.Machines.CompareTo(one.Machines));
        return counts;
    }

    /// <summary>By version, most first.</summary>
    public List<VersionCount> Versions()
    {
        List<VersionCount> counts = [];
        foreach ((string version, int machines) in _versions)
            counts.Add(new VersionCount(version, machines));
        counts.Sort(static (one, other) => one.Machines != other.Machines
            ? other.Machines.CompareTo(one.Machines)
            : string.CompareOrdinal(one.Version, other.Version));
        return counts;
    }
}
