namespace CoreNode.Runner;

/// <summary>Where the hierarchies of control groups are mounted, and where this process is in them.</summary>
internal sealed record ControlGroupMounts
{
    private static readonly string[] s_limits = ["memory", "cpu", "pids", "freezer"];

    /// <summary>There are none.</summary>
    public static readonly ControlGroupMounts None = new();

    /// <summary>This process's group in the unified hierarchy; empty if there is none.</summary>
    public string Unified { get; init; } = "";

    /// <summary>Where that is mounted.</summary>
    public string UnifiedRoot { get; init; } = "";

    /// <summary>Controllers that can be used there, of those that matter here.</summary>
    public IReadOnlyList<string> UnifiedControllers { get; init; } = [];

    /// <summary>This process's group in each version 1 hierarchy that matters here, by controller.</summary>
    public IReadOnlyDictionary<string, string> Controllers { get; init; } = new Dictionary<string, string>();

    /// <summary>Reads /proc and the mounts.</summary>
    public static ControlGroupMounts Read()
    {
        try
        {
            return Of(File.ReadAllLines("/proc/self/mountinfo"), File.ReadAllLines("/proc/self/cgroup"));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return None;
        }
    }

    private static ControlGroupMounts Of(string[] mounts, string[] own)
    {
        Dictionary<string, string> groups = [];
        foreach (string line in own)
        {
            string[] parts = line.Split(':', 3);
            foreach (string controller in parts[1].Split(','))
                groups[controller] = parts[2];
        }

        ControlGroupMounts found = None;
        Dictionary<string, string> controllers = [];
        foreach (string line in mounts)
        {
            // id parent device root mountpoint options … - type source superoptions
            string[] halves = line.Split(" - ", 2);
            string[] left = halves[0].Split(' ');
            string[] right = halves.Length == 2 ? halves[1].Split(' ') : [];
            if (left.Length < 5 || right.Length < 3)
                continue;
            if (right[0] == "cgroup2" && groups.TryGetValue("", out string? path) && found.Unified.Length == 0)
            {
                string folder = Join(left[4], left[3], path);
                found = found with
                {
                    Unified = folder,
                    UnifiedRoot = left[4].TrimEnd('/'),
                    UnifiedControllers = Available(folder),
                };
            }
            else if (right[0] == "cgroup")
            {
                foreach (string option in right[2].Split(','))
                {
                    if (s_limits.Contains(option) && groups.TryGetValue(option, out string? group))
                        controllers.TryAdd(option, Join(left[4], left[3], group));
                }
            }
        }

        return found with { Controllers = controllers };
    }

    // What is mounted may be a part of the hierarchy (in a container), which the group's path then begins with.
    private static string Join(string mount, string root, string group)
    {
        string below = root != "/" && (group == root || group.StartsWith(root + "/", StringComparison.Ordinal))
            ? group[root.Length..]
            : group;
        string folder = mount.TrimEnd('/') + (below == "/" ? "" : below);
        return Directory.Exists(folder) ? folder : mount.TrimEnd('/');
    }

    private static List<string> Available(string folder)
    {
        string file = Path.Combine(folder, "cgroup.controllers");
        List<string> available = [];
        if (!File.Exists(file))
            return available;
        foreach (string controller in File.ReadAllText(file).Split(' ', StringSplitOptions.TrimEntries))
        {
            if (controller is "memory" or "cpu" or "pids")
                available.Add(controller);
        }

        return available;
    }
}
