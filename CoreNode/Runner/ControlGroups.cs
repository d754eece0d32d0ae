using System.Globalization;
using CoreNode.Platform.Processes;
using CoreNode.Runner.Settings;

namespace CoreNode.Runner;

/// <summary>
/// The control groups of units, as far as this machine gives them: one group a unit in the unified hierarchy (cgroup2)
/// for finding and killing its processes, with a part `run` that holds them under limits and a part `launch` where
/// they set themselves up outside of these limits; and one a unit in each version 1 hierarchy for limits. Where there
/// are none, processes are found by a mark in their environment. Owned by the runner's thread, but for
/// <see cref="GroupsOf"/> and <see cref="MarkOf"/>.
/// </summary>
internal sealed class ControlGroups
{
    private const string OwnPart = "/corenode-supervisor";
    private const int Period = 100_000;

    private readonly ControlGroupMounts _mounts;
    private readonly string _key;
    private readonly string _unified = "";
    private readonly bool _hasUnifiedControllers;
    private readonly Dictionary<string, string> _first = new(StringComparer.Ordinal);

    private ControlGroups(string key, ControlGroupMounts mounts, bool isWanted)
    {
        _key = key;
        _mounts = mounts;
        if (!isWanted)
            return;
        if (mounts.Unified.Length > 0 && TryMake(Path.Combine(Trim(mounts.Unified), Folder)) is { } unified)
        {
            _unified = unified;
            _hasUnifiedControllers = TryDelegate(Trim(mounts.Unified), unified);
        }

        foreach ((string controller, string folder) in mounts.Controllers)
        {
            if (TryMake(Path.Combine(folder, Folder)) is { } made)
                _first[controller] = made;
        }
    }

    /// <summary>Which limits hold here, and which not: for the log.</summary>
    public string Summary
    {
        get
        {
            List<string> limits = [];
            foreach (string controller in (string[])["memory", "cpu", "pids"])
            {
                if (Has(controller))
                    limits.Add(controller);
            }

            string kill = _unified.Length > 0 ? "control groups" : _first.Count > 0 ? "control groups (version 1)"
                : "sessions and a mark in the environment, as this machine gives no control groups to this program";
            return $"processes are held together by {kill}; limits enforced: "
                + (limits.Count > 0 ? string.Join(", ", limits) : "none (MemoryMax=, CPUQuota=, TasksMax= do nothing)");
        }
    }

    private string Folder => $"corenode-units-{_key}";

    /// <summary>Looks what there is, and makes the groups' parents.</summary>
    /// <param name="key">Tells this node's groups and marks from another's on the same machine.</param>
    /// <param name="isWanted">False: none, as on a machine that gives none.</param>
    public static ControlGroups Find(string key, bool isWanted) =>
        new(key, isWanted ? ControlGroupMounts.Read() : ControlGroupMounts.None, isWanted);

    /// <summary>Folders of a unit's groups; empty if there are none here. Any thread.</summary>
    public IReadOnlyList<string> GroupsOf(string unit)
    {
        if (_unified.Length > 0)
            return [Path.Combine(_unified, unit)];
        foreach (string controller in (string[])["pids", "freezer", "memory", "cpu"])
        {
            if (_first.TryGetValue(controller, out string? folder))
                return [Path.Combine(folder, unit)];
        }

        return [];
    }

    /// <summary>Entry of the environment of all processes of a unit. Any thread.</summary>
    public string MarkOf(string unit) => $"CORENODE_UNIT={_key}/{unit}";

    /// <summary>The group as a path below its hierarchy, for people; empty if there is none.</summary>
    public string NameOf(string unit)
    {
        if (_unified.Length == 0 || !_unified.StartsWith(_mounts.UnifiedRoot, StringComparison.Ordinal))
            return "";
        return Path.Combine(_unified, unit)[_mounts.UnifiedRoot.Length..];
    }

    /// <summary>True if that kind of limit is enforced here.</summary>
    public bool Has(string controller) => _first.ContainsKey(controller)
        || (_hasUnifiedControllers && _mounts.UnifiedControllers.Contains(controller));

    /// <summary>Makes a unit's groups and sets its limits.</summary>
    /// <returns>What cannot be enforced, for the unit's journal.</returns>
    /// <exception cref="IOException">A group cannot be made.</exception>
    public IReadOnlyList<string> Prepare(string unit, ExecSettings settings)
    {
        List<string> notes = [];
        if (_unified.Length > 0)
        {
            Directory.CreateDirectory(Path.Combine(_unified, unit, "launch"));
            Directory.CreateDirectory(Path.Combine(_unified, unit, "run"));
            if (_hasUnifiedControllers)
                _ = TryWrite(Path.Combine(_unified, unit, "cgroup.subtree_control"), "+memory +cpu +pids");
        }

        foreach (string folder in _first.Values)
            Directory.CreateDirectory(Path.Combine(folder, unit));
        Limit(notes, unit, "memory", settings.MemoryMax is not null, "MemoryMax=",
            ("memory.limit_in_bytes", Text(settings.MemoryMax, "-1")), ("memory.max", Text(settings.MemoryMax, "max")));
        Limit(notes, unit, "pids", settings.TasksMax is not null, "TasksMax=",
            ("pids.max", Text(settings.TasksMax, "max")), ("pids.max", Text(settings.TasksMax, "max")));
        long? quota = settings.ProcessorMillis * (Period / 1000);
        Limit(notes, unit, "cpu", quota is not null, "CPUQuota=",
            ("cpu.cfs_quota_us", Text(quota, "-1")),
            ("cpu.max", string.Create(CultureInfo.InvariantCulture, $"{Text(quota, "max")} {Period}")));
        return notes;
    }

    /// <summary>Files that a process writes its pid to when it is made, and before it executes.</summary>
    public (IReadOnlyList<string> First, IReadOnlyList<string> Last) Entrances(string unit)
    {
        List<string> first = [];
        List<string> last = [];
        if (_unified.Length > 0)
        {
            first.Add(Path.Combine(_unified, unit, "launch", "cgroup.procs"));
            last.Add(Path.Combine(_unified, unit, "run", "cgroup.procs"));
        }

        // Without the unified hierarchy one of these holds the unit together, and is entered at once.
        string holder = _unified.Length > 0 || GroupsOf(unit) is not [var one] ? "" : one;
        foreach (string folder in _first.Values)
        {
            string group = Path.Combine(folder, unit);
            (group == holder ? first : last).Add(Path.Combine(group, "cgroup.procs"));
        }

        return (first, last);
    }

    /// <summary>The processes of a unit.</summary>
    public IReadOnlyList<int> Processes(string unit, IReadOnlyCollection<int> known)
    {
        IReadOnlyList<string> groups = GroupsOf(unit);
        return groups.Count > 0 ? ProcessKill.InGroups(groups) : ProcessKill.Marked(MarkOf(unit), known);
    }

    /// <summary>Kills all processes of a unit.</summary>
    public bool Kill(string unit, IReadOnlyCollection<int> known) =>
        ProcessKill.All(GroupsOf(unit), MarkOf(unit), known);

    /// <summary>How often the kernel killed processes of a unit for want of memory.</summary>
    public long MemoryKills(string unit)
    {
        string text = _first.TryGetValue("memory", out string? folder)
            ? TryRead(Path.Combine(folder, unit, "memory.oom_control"))
            : _hasUnifiedControllers ? TryRead(Path.Combine(_unified, unit, "run", "memory.events")) : "";
        return Field(text, "oom_kill");
    }

    /// <summary>Bytes that a unit has in memory; 0 if that is not known.</summary>
    public long MemoryBytes(string unit)
    {
        string text = _first.TryGetValue("memory", out string? folder)
            ? TryRead(Path.Combine(folder, unit, "memory.usage_in_bytes"))
            : _hasUnifiedControllers ? TryRead(Path.Combine(_unified, unit, "memory.current")) : "";
        return long.TryParse(text.Trim(), CultureInfo.InvariantCulture, out long bytes) ? bytes : 0;
    }

    /// <summary>Processor time that a unit has used; zero if that is not known.</summary>
    public TimeSpan ProcessorTime(string unit) => _unified.Length == 0
        ? TimeSpan.Zero
        : TimeSpan.FromMicroseconds(Field(TryRead(Path.Combine(_unified, unit, "cpu.stat")), "usage_usec"));

    /// <summary>Removes a unit's groups, as far as nobody is in them.</summary>
    public void Remove(string unit)
    {
        if (_unified.Length > 0)
        {
            TryRemove(Path.Combine(_unified, unit, "launch"));
            TryRemove(Path.Combine(_unified, unit, "run"));
            TryRemove(Path.Combine(_unified, unit));
        }

        foreach (string folder in _first.Values)
            TryRemove(Path.Combine(folder, unit));
    }

    /// <summary>Units that have a group, known or not.</summary>
    public IReadOnlyList<string> Present()
    {
        HashSet<string> names = [];
        foreach (string folder in (string[])[_unified, .. _first.Values])
        {
            if (folder.Length == 0 || !Directory.Exists(folder))
                continue;
            foreach (string path in Directory.EnumerateDirectories(folder))
                names.Add(Path.GetFileName(path));
        }

        return [.. names];
    }

    /// <summary>Removes the groups' parents, as far as they are empty.</summary>
    public void RemoveAll()
    {
        foreach (string unit in Present())
            Remove(unit);
        if (_unified.Length > 0)
            TryRemove(_unified);
        foreach (string folder in _first.Values)
            TryRemove(folder);
    }

    private void Limit(
        List<string> notes, string unit, string controller, bool isWanted, string directive,
        (string File, string Value) first, (string File, string Value) unified)
    {
        string? fault = null;
        if (_first.TryGetValue(controller, out string? folder))
            fault = TryWrite(Path.Combine(folder, unit, first.File), first.Value);
        else if (Has(controller))
            fault = TryWrite(Path.Combine(_unified, unit, "run", unified.File), unified.Value);
        else
            fault = "this machine does not let corenode limit that";
        if (fault is not null && isWanted)
            notes.Add($"{directive} is not enforced: {fault}");
    }

    // Controllers can be given to groups below only while no process is in the group itself: with only this process
    // in it (a container) it moves aside.
    private bool TryDelegate(string own, string unified)
    {
        if (_mounts.UnifiedControllers.Count == 0)
            return false;
        string wanted = "+" + string.Join(" +", _mounts.UnifiedControllers);
        if (TryWrite(Path.Combine(own, "cgroup.subtree_control"), wanted) is not null)
        {
            string ownPid = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
            bool isAlone = TryRead(Path.Combine(own, "cgroup.procs")).Trim() == ownPid;
            if (!isAlone || TryMake(own + OwnPart) is not { } aside
                || TryWrite(Path.Combine(aside, "cgroup.procs"), ownPid) is not null
                || TryWrite(Path.Combine(own, "cgroup.subtree_control"), wanted) is not null)
            {
                return false;
            }
        }

        return TryWrite(Path.Combine(unified, "cgroup.subtree_control"), wanted) is null;
    }

    private static string Trim(string own) =>
        own.EndsWith(OwnPart, StringComparison.Ordinal) ? own[..^OwnPart.Length] : own;

    private static string Text(ulong? value, string none) => value?.ToString(CultureInfo.InvariantCulture) ?? none;

    private static string Text(long? value, string none) => value?.ToString(CultureInfo.InvariantCulture) ?? none;

    private static long Field(string text, string name)
    {
        foreach (string line in text.Split('\n'))
        {
            string[] parts = line.Split(' ');
            if (parts is [var key, var value] && key == name
                && long.TryParse(value, CultureInfo.InvariantCulture, out long number))
            {
                return number;
            }
        }

        return 0;
    }

    private static string? TryMake(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            // A folder that is no control group has no such file.
            return File.Exists(Path.Combine(folder, "cgroup.procs")) ? folder : null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? TryWrite(string file, string text)
    {
        try
        {
            File.WriteAllText(file, text);
            return null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return refused.Message;
        }
    }

    private static string TryRead(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static void TryRemove(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // Somebody is in it: it is removed another time.
        }
    }
}
