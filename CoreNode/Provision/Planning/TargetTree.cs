using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Planning;

/// <summary>
/// What all paths shall be in the end. Invariant: each path, its links resolved, is in it once, so that the changes
/// that follow from comparing it with the facts are none once they were made.
/// </summary>
internal sealed class TargetTree(MachineView view, PlanNotes notes)
{
    private const int MaxLinks = 40;
    private readonly Dictionary<string, Target> _byPath = new(StringComparer.Ordinal);
    private readonly List<Target> _inOrder = [];
    private readonly List<string> _homes = [];
    private readonly List<string> _replaced = [];

    /// <summary>In the order they are wanted.</summary>
    public IReadOnlyList<Target> Targets => _inOrder;

    /// <summary>A folder that is not root's alone: no link in it is followed.</summary>
    public void AddHome(string home)
    {
        if (TargetPath.Depth(home) > 1 && !home.EndsWith('/'))
            _homes.Add(home);
    }

    /// <summary>Something else gives way to a new folder there, so nothing is in it.</summary>
    public void AddReplaced(string folder) => _replaced.Add(folder);

    /// <summary>What is at a path whose links are resolved.</summary>
    public PathFact At(string real)
    {
        foreach (string folder in _replaced)
        {
            if (TargetPath.IsBelow(real, folder))
                return PathFact.Absent;
        }

        return view.At(real);
    }

    /// <summary>The names that are in a folder now, its links resolved.</summary>
    public IReadOnlyList<string> NamesIn(string real) =>
        At(real).Kind == PathKind.Folder ? view.NamesIn(real) : [];

    /// <summary>The target of a path whose links are resolved; null: nobody looked at it.</summary>
    public Target? Find(string real) => _byPath.GetValueOrDefault(real);

    /// <summary>
    /// The target of a path, its parents wanted as folders; null where it must not be written, which is said.
    /// </summary>
    public Target? Take(string path, bool followsLast, string from, TextPlace place)
    {
        string complaint = TargetPath.Complaint(path);
        if (complaint.Length > 0)
        {
            notes.Error(from, place, complaint, "choose another path");
            return null;
        }

        string? real = Resolve(path, followsLast, out string fault);
        // A refusal goes on where the path ends: "is below /usr, …".
        string refusal = real is null ? $"is not written: {fault}" : Refusal(path, real);
        if (real is null || refusal.Length > 0)
        {
            notes.Error(from, place, $"{path} {refusal}", "choose another path");
            return null;
        }

        if (_byPath.TryGetValue(real, out Target? known))
            return known;
        PathFact fact = At(real);
        if (fact.Kind == PathKind.Other)
        {
            notes.Error(from, place, $"{path} is a device, a pipe or a socket, which is never touched",
                "choose another path");
            return null;
        }

        if (!WantParents(real, from, place))
            return null;
        return Add(new Target(real, fact) { From = from, Place = place });
    }

    /// <summary>
    /// From now on the path shall be of that kind; false where somebody wants something else of it, which is said.
    /// </summary>
    public bool Claim(Target target, TargetKind kind, string from, TextPlace place)
    {
        bool isFree = target.Kind is TargetKind.Untouched or TargetKind.Absent || target.Kind == kind;
        if (!isFree)
        {
            notes.Error(
                from, place, $"{target.Path} cannot be {Words(kind)}: {target.From} wants {Words(target.Kind)} there",
                "leave one of the two out");
            return false;
        }

        target.Kind = kind;
        target.From = from;
        target.Place = place;
        target.IsImplied = false;
        return true;
    }

    /// <summary>
    /// The path with all links on the way resolved inside the root, those of this plan too, and the last one as well if
    /// asked for; null where that cannot be, with the reason.
    /// </summary>
    public string? Resolve(string path, bool followsLast, out string fault)
    {
        fault = "";
        string real = "";
        List<string> rest = [.. path[1..].Split('/')];
        rest.Reverse();
        for (int links = 0; rest.Count > 0;)
        {
            string part = rest[^1];
            rest.RemoveAt(rest.Count - 1);
            if (part is "" or ".")
                continue;
            if (part == "..")
            {
                real = real.Length == 0 ? "" : real[..real.LastIndexOf('/')];
                continue;
            }

            string next = $"{real}/{part}";
            string? link = rest.Count > 0 || followsLast ? LinkAt(next) : null;
            if (link is null)
            {
                real = next;
                continue;
            }

            if (++links > MaxLinks)
                fault = $"more than {MaxLinks} links lead there, in a circle perhaps";
            else if (IsInHome(next))
                fault = $"{next} is a link in a user's home, which is not followed";
            if (fault.Length > 0)
                return null;
            string[] parts = link.Split('/');
            for (int i = parts.Length - 1; i >= 0; i--)
                rest.Add(parts[i]);
            if (link.StartsWith('/'))
                real = "";
        }

        return real.Length == 0 ? "/" : real;
    }

    /// <summary>
    /// The path of the file that a hard link names, as a symbolic link would; null where that cannot be.
    /// </summary>
    public string? ResolveFile(string link, string target, out string fault) => Resolve(
        target.StartsWith('/') ? target : $"{TargetPath.Parent(link)}/{target}", followsLast: true, out fault);

    /// <summary>What the file at that path will hold, links followed; null: no file, or it was not read.</summary>
    public ReadOnlyMemory<byte>? ContentOf(string path, out string real)
    {
        real = Resolve(path, followsLast: true, out _) ?? "";
        if (real.Length == 0)
            return null;
        if (_byPath.TryGetValue(real, out Target? target) && target.Kind != TargetKind.Untouched)
        {
            if (target.Kind != TargetKind.File)
                return null;
            if (target.Content is { } content)
                return content;
        }

        PathFact fact = At(real);
        return fact.Kind == PathKind.File ? fact.Content : null;
    }

    private string Refusal(string path, string real)
    {
        string refusal = At(real).Refusal;
        return refusal.Length > 0 || path == real ? refusal : view.At(path).Refusal;
    }

    private string? LinkAt(string path)
    {
        if (_byPath.TryGetValue(path, out Target? target) && target.Kind != TargetKind.Untouched)
            return target.Kind == TargetKind.Link ? target.LinkTarget : null;
        PathFact fact = At(path);
        return fact.Kind == PathKind.Link ? fact.Target : null;
    }

    private bool IsInHome(string path)
    {
        foreach (string home in _homes)
        {
            if (TargetPath.IsBelow(path, home))
                return true;
        }

        return false;
    }

    private bool WantParents(string real, string from, TextPlace place)
    {
        string parent = TargetPath.Parent(real);
        if (parent == "/")
            return true;
        if (!_byPath.TryGetValue(parent, out Target? target))
        {
            PathFact fact = At(parent);
            if (fact.Kind == PathKind.Folder)
                return true;
            if (!WantParents(parent, from, place))
                return false;
            target = Add(new Target(parent, fact) { From = from, Place = place });
        }

        bool isThere = target.Kind == TargetKind.Folder
            || (target.Kind == TargetKind.Untouched && target.Fact.Kind == PathKind.Folder);
        if (isThere)
            return true;
        bool canBeMade = target.Kind is TargetKind.Untouched or TargetKind.Absent
            && target.Fact.Kind == PathKind.Absent;
        if (canBeMade && Claim(target, TargetKind.Folder, from, place))
        {
            target.IsImplied = true;
            return true;
        }

        notes.Error(from, place, $"{real} cannot be written: {parent} is no folder", "choose another path");
        return false;
    }

    private Target Add(Target target)
    {
        _byPath.Add(target.Path, target);
        _inOrder.Add(target);
        return target;
    }

    private static string Words(TargetKind kind) => kind switch
    {
        TargetKind.File => "a file",
        TargetKind.Folder => "a folder",
        TargetKind.Link => "a link",
        TargetKind.HardLink => "a hard link",
        _ => "nothing",
    };
}
