using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Ignition;

/// <summary>All paths of a configuration, and which of them cannot be there together.</summary>
internal sealed class IgnitionPaths(IgnitionReport report)
{
    private readonly List<Entry> _entries = [];
    private readonly List<Entry> _targets = [];

    /// <summary>Something shall be at a path.</summary>
    public void Add(ScalarNode path, IgnitionPathKind kind, string key) =>
        _entries.Add(new Entry(path.Text, path, kind, $"{key}.path"));

    /// <summary>A hard link is to point there.</summary>
    public void AddTarget(string path, ScalarNode node, string key) =>
        _targets.Add(new Entry(path, node, IgnitionPathKind.Link, key));

    /// <summary>Reports what contradicts itself.</summary>
    public void Check(IReadOnlyList<DesiredUnit> units)
    {
        Dictionary<string, Entry> byPath = new(StringComparer.Ordinal);
        foreach (Entry entry in _entries)
            byPath.TryAdd(entry.Path, entry);
        CheckParents();
        foreach (Entry target in _targets)
        {
            if (byPath.TryGetValue(target.Path, out Entry? there) && there.Kind == IgnitionPathKind.Folder)
            {
                report.Error(
                    target.Node, target.Key,
                    "a hard link cannot point to a folder, as it is at " + report.PlaceOf(there.Node, target.Node),
                    "delete hard: a symbolic link can");
            }
        }

        foreach (DesiredUnit unit in units)
        {
            string path = $"/etc/systemd/system/{unit.Name}";
            if (unit.Content is not null)
                CheckUnit(byPath, path, unit);
            foreach (DesiredDropIn dropIn in unit.DropIns)
                CheckUnit(byPath, $"{path}.d/{dropIn.Name}", unit);
        }
    }

    private void CheckUnit(Dictionary<string, Entry> byPath, string path, DesiredUnit unit)
    {
        if (byPath.TryGetValue(path, out Entry? entry))
        {
            report.Error(
                entry.Node, entry.Key, $"this file is written by a unit too, at {unit.From}, {unit.Place}",
                "say it once");
        }
    }

    // In this order everything below a path follows it at once, so the parents of each are on the stack.
    private void CheckParents()
    {
        Entry[] sorted = [.. _entries];
        Array.Sort(sorted, static (a, b) => Compare(a.Path, b.Path));
        Stack<Entry> parents = new();
        foreach (Entry entry in sorted)
        {
            while (parents.TryPeek(out Entry? top) && !IsBelow(entry.Path, top.Path))
                parents.Pop();
            foreach (Entry parent in parents)
            {
                if (parent.Kind != IgnitionPathKind.Folder)
                {
                    string what = parent.Kind == IgnitionPathKind.Link ? "a link" : "a file";
                    report.Error(
                        entry.Node, entry.Key, $"\"{parent.Path}\" above it is {what}, made at "
                            + report.PlaceOf(parent.Node, entry.Node),
                        parent.Kind == IgnitionPathKind.Link ? "write the path that the link leads to"
                            : "choose another path for one of them");
                    break;
                }
            }

            parents.Push(entry);
        }
    }

    private static bool IsBelow(string path, string parent) =>
        parent == "/" || (path.Length > parent.Length && path[parent.Length] == '/'
            && path.StartsWith(parent, StringComparison.Ordinal));

    // By character, but "/" comes before all others.
    private static int Compare(string a, string b)
    {
        int same = a.AsSpan().CommonPrefixLength(b);
        if (same == a.Length || same == b.Length)
            return a.Length.CompareTo(b.Length);
        return Rank(a[same]).CompareTo(Rank(b[same]));
    }

    private static int Rank(char one) => one == '/' ? -1 : one;

    private sealed record Entry(string Path, ScalarNode Node, IgnitionPathKind Kind, string Key);
}
