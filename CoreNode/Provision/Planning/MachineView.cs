using CoreNode.Provision.Model;

namespace CoreNode.Provision.Planning;

/// <summary>
/// The facts as the planner looks them up. What is not there yet counts as absent and is remembered as a question, so
/// that planning itself finds out what must be known.
/// </summary>
internal sealed class MachineView(MachineFacts facts)
{
    private static readonly PathFact s_root = new(PathKind.Folder) { Mode = 0x1ED };
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly List<string> _missing = [];

    /// <summary>Everything else that is known.</summary>
    public MachineFacts Facts => facts;

    /// <summary>Paths that were looked up and are not known, in that order.</summary>
    public IReadOnlyList<string> Missing => _missing;

    /// <summary>What is there.</summary>
    public PathFact At(string path)
    {
        if (path.Length <= 1)
            return s_root;
        if (facts.Paths.TryGetValue(path, out PathFact? fact))
            return fact;
        if (_asked.Add(path))
            _missing.Add(path);
        return PathFact.Absent;
    }

    /// <summary>The names in a folder; none where there is no folder.</summary>
    public IReadOnlyList<string> NamesIn(string folder) => At(folder + "/").Names;
}
