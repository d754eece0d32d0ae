using CoreNode.Provision.Model;
using CoreNode.Units.Model;

namespace CoreNode.Provision.Planning;

/// <summary>
/// Enables and disables units by the links of their [Install] (systemd.unit(5)): WantedBy, RequiredBy, UpheldBy, Alias,
/// Also, DefaultInstance, as systemctl does, so that it also works for a root that does not run. Who is disabled loses
/// all links that lead to him, whoever made them.
/// </summary>
internal sealed class UnitEnabling(TargetTree tree, PlanNotes notes, IReadOnlyList<DesiredUnit> units)
{
    private const int MaxUnits = 256;
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);
    private readonly List<UnitLink> _links = [];

    // Links that are there; a unit that is enabled by one keeps it.
    private readonly List<UnitLink> _swept = [];

    /// <summary>The links of all units that were added.</summary>
    public void Write()
    {
        foreach (UnitLink link in _links)
            Write(link);
        foreach (UnitLink link in _swept)
        {
            if (!_links.Exists(wish => wish.IsOn && wish.Path == link.Path))
                Write(link);
        }
    }

    /// <summary>One unit with those it names in Also=.</summary>
    public void Add(DesiredUnit unit)
    {
        _done.Clear();
        Add(unit.Name, unit, unit.IsEnabled == true);
    }

    private void Add(string name, DesiredUnit wanted, bool isOn)
    {
        if (_done.Count >= MaxUnits || !_done.Add(name))
            return;
        if (!isOn)
            Sweep(name, wanted);
        string path = Find(name, out bool isMasked);
        if (path.Length == 0 || isMasked)
        {
            // What is not there is as good as disabled.
            if (isOn)
            {
                notes.Warning(
                    wanted.From, wanted.Place,
                    $"{name} is not enabled: {(isMasked ? "it is masked" : "there is no such unit on this machine")}",
                    isMasked ? "unmask it, or leave enable out" : "give it a content, or leave enable out");
            }

            return;
        }

        if (ReadInstall(name, path, wanted) is not { } install)
            return;
        // A template stands for its DefaultInstance=, also in what is made of specifiers.
        UnitName? parts = UnitName.Parse(name);
        string instance = install.Value("Install", "DefaultInstance") ?? "";
        if (parts is { IsTemplate: true } && UnitPaths.IsName(instance))
            parts = UnitName.Parse(parts.InstanceOf(instance)) ?? parts;
        int links = 0;
        foreach ((string key, string folder) in ((string, string)[])
            [("WantedBy", ".wants/"), ("RequiredBy", ".requires/"), ("UpheldBy", ".upholds/")])
        {
            foreach (string target in Words(install, key, parts, wanted))
            {
                links++;
                if (CanBeWantedBy(target, parts, wanted))
                    Put($"{Folder(wanted)}/{target}{folder}{parts?.Full ?? name}", path, wanted, isOn);
            }
        }

        foreach (string alias in Words(install, "Alias", parts, wanted))
        {
            links++;
            AddAlias(name, alias, path, wanted, isOn);
        }

        foreach (string also in Words(install, "Also", parts, wanted))
        {
            links++;
            Add(also, wanted, isOn);
        }

        if (links == 0 && isOn)
        {
            notes.Warning(
                wanted.From, wanted.Place, $"{name} says nothing in [Install], so enabling it does nothing",
                "add WantedBy=multi-user.target below [Install], or start it by command");
        }
    }

    // All links by which something wants that unit, and its other names; not the one by which it is there itself.
    private void Sweep(string name, DesiredUnit wanted)
    {
        if (tree.Resolve(Folder(wanted), followsLast: true, out _) is not { } folder)
            return;
        foreach (string entry in tree.NamesIn(folder))
        {
            string path = $"{folder}/{entry}";
            bool isOfWants = entry.EndsWith(".wants", StringComparison.Ordinal)
                || entry.EndsWith(".requires", StringComparison.Ordinal)
                || entry.EndsWith(".upholds", StringComparison.Ordinal);
            if (isOfWants)
            {
                foreach (string link in tree.NamesIn(path))
                    Sweep($"{path}/{link}", name, isByName: link == name, wanted);
            }
            else if (entry != name && UnitName.Parse(entry) is not null)
                Sweep(path, name, isByName: false, wanted);
        }
    }

    private void Sweep(string path, string name, bool isByName, DesiredUnit wanted)
    {
        if (tree.At(path) is not { Kind: PathKind.Link } fact)
            return;
        bool isOfUnit = isByName || TargetPath.Name(fact.Target) == name
            || (tree.Resolve(path, followsLast: true, out _) is { } real && TargetPath.Name(real) == name);
        if (isOfUnit)
            _swept.Add(new UnitLink(path, fact.Target, IsOn: false, wanted));
    }

    // The file of a unit, or of its template; "" where there is none.
    private string Find(string name, out bool isMasked)
    {
        isMasked = false;
        UnitName? parts = UnitName.Parse(name);
        foreach (string file in parts is { IsInstance: true } ? (string[])[name, parts.Template] : [name])
        {
            foreach (string folder in UnitPaths.Search)
            {
                string path = $"{folder}/{file}";
                if (tree.Resolve(path, followsLast: true, out _) is not { } real)
                    continue;
                isMasked = real == UnitPaths.Null;
                if (isMasked || tree.ContentOf(path, out _) is not null)
                    return real;
            }
        }

        return "";
    }

    private UnitFile? ReadInstall(string name, string path, DesiredUnit wanted)
    {
        string text = RawText.Of(tree.ContentOf(path, out _) ?? default);
        foreach (DesiredUnit unit in units)
        {
            if (unit.Name != name)
                continue;
            foreach (DesiredDropIn dropIn in unit.DropIns)
                text = $"{text}\n{RawText.Of(dropIn.Content)}";
        }

        UnitFile? file = UnitFile.Parse(text, out IReadOnlyList<UnitProblem> problems);
        if (file is not null)
            return file;
        string reason = "";
        foreach (UnitProblem problem in problems)
        {
            if (problem.IsError && reason.Length == 0)
                reason = $"line {problem.Line}: {problem.Message}";
        }

        notes.Warning(wanted.From, wanted.Place, $"{name} is not enabled: {path} cannot be read: {reason}", "mend it");
        return null;
    }

    private List<string> Words(UnitFile install, string key, UnitName? name, DesiredUnit wanted)
    {
        List<string> words = [];
        foreach (string value in install.Values("Install", key))
        {
            foreach (string word in value.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            {
                string full = name is null ? word : UnitSpecifiers.Expand(word, name);
                if (UnitPaths.IsName(full) && !full.Contains('%', StringComparison.Ordinal))
                    words.Add(full);
                else
                {
                    notes.Warning(
                        wanted.From, wanted.Place, $"{key}={word} of {wanted.Name} is left out: it is no unit's name",
                        "write a name such as multi-user.target");
                }
            }
        }

        return words;
    }

    // A template without an instance can only belong to another template.
    private bool CanBeWantedBy(string target, UnitName? name, DesiredUnit wanted)
    {
        if (name is not { IsTemplate: true } || UnitName.Parse(target) is { IsTemplate: true })
            return true;
        notes.Warning(
            wanted.From, wanted.Place, $"{name.Full} is a template without DefaultInstance=, so it is not enabled",
            $"enable an instance such as {name.InstanceOf("1")}");
        return false;
    }

    private void AddAlias(string name, string alias, string path, DesiredUnit wanted, bool isOn)
    {
        UnitName? other = UnitName.Parse(alias);
        UnitName? own = UnitName.Parse(name);
        if (other is null || own is null || other.Type != own.Type || (own.IsTemplate && !other.IsTemplate))
        {
            notes.Warning(
                wanted.From, wanted.Place, $"Alias={alias} of {name} is left out: it is another kind of unit",
                "let the alias have the same ending");
            return;
        }

        // An instance by the name of another template is an instance there too.
        string link = own.IsInstance && other.IsTemplate ? other.InstanceOf(own.Instance) : alias;
        if (link != name)
            Put($"{Folder(wanted)}/{link}", path, wanted, isOn);
    }

    // Several units may name one link: the later one that is enabled has it, and disabling another takes nothing away.
    private void Put(string path, string unitPath, DesiredUnit wanted, bool isOn)
    {
        int at = _links.FindIndex(link => link.Path == path);
        UnitLink wish = new(path, unitPath, isOn, wanted);
        if (at < 0)
            _links.Add(wish);
        else if (isOn || !_links[at].IsOn || IsOf(unitPath, _links[at].UnitPath))
            _links[at] = wish;
    }

    private void Write(UnitLink link)
    {
        PathFact fact = tree.At(link.Path);
        TargetKind planned = tree.Find(link.Path)?.Kind ?? TargetKind.Untouched;
        bool isThere = fact.Kind == PathKind.Link && IsOf(fact.Target, link.UnitPath);
        bool isInTheWay = planned is TargetKind.File or TargetKind.Folder
            || (planned == TargetKind.Untouched && fact.Kind is PathKind.File or PathKind.Folder);
        // A mask, or a link that was asked for as one, is stronger.
        bool isDecided = planned is TargetKind.Link or TargetKind.HardLink;
        if (isDecided || (!link.IsOn && isInTheWay) || (isThere == link.IsOn && !isInTheWay))
            return;
        DesiredUnit wanted = link.Wanted;
        if (tree.Take(link.Path, followsLast: false, wanted.From, wanted.Place) is not { } target)
            return;
        if (isInTheWay)
        {
            notes.Error(
                wanted.From, wanted.Place,
                $"{wanted.Name} cannot be enabled: {link.Path} is there already and is no link", "delete it");
        }
        else if (tree.Claim(target, link.IsOn ? TargetKind.Link : TargetKind.Absent, wanted.From, wanted.Place))
            target.LinkTarget = link.IsOn ? link.UnitPath : "";
    }

    // systemd goes by the names of links alone.
    private static bool IsOf(string target, string unitPath) =>
        TargetPath.Name(target) == TargetPath.Name(unitPath);

    private static string Folder(DesiredUnit unit) => unit.IsRuntime ? UnitPaths.Runtime : UnitPaths.System;
}
