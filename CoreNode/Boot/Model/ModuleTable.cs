namespace CoreNode.Boot.Model;

/// <summary>
/// The modules of one kernel: where they are, what each needs (modules.dep) and for which devices they are
/// (modules.alias), as depmod writes them. Names have underscores, also where files have hyphens. Immutable.
/// </summary>
public sealed class ModuleTable
{
    private readonly SortedDictionary<string, string[]> _files;
    private readonly List<KeyValuePair<string, string>> _aliases;

    private ModuleTable(SortedDictionary<string, string[]> files, List<KeyValuePair<string, string>> aliases)
    {
        _files = files;
        _aliases = aliases;
    }

    /// <summary>Reads both files; lines that are no lines of theirs are passed over.</summary>
    public static ModuleTable Parse(string dependencies, string aliases)
    {
        SortedDictionary<string, string[]> files = new(StringComparer.Ordinal);
        foreach (string line in dependencies.Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
                continue;
            string[] needed = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            // The file itself comes first there and last when it is loaded.
            Array.Reverse(needed);
            files[NameOf(line[..colon])] = [.. needed, line[..colon]];
        }

        List<KeyValuePair<string, string>> patterns = [];
        foreach (string line in aliases.Split('\n'))
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["alias", var pattern, var name])
                patterns.Add(new KeyValuePair<string, string>(pattern, Plain(name)));
        }

        return new ModuleTable(files, patterns);
    }

    /// <summary>The name of a module's file: "kernel/drivers/md/dm-verity.ko.xz" is dm_verity.</summary>
    public static string NameOf(string file)
    {
        string name = file[(file.LastIndexOf('/') + 1)..];
        int end = name.IndexOf(".ko", StringComparison.Ordinal);
        return Plain(end < 0 ? name : name[..end]);
    }

    /// <summary>
    /// Files of these modules in the order in which they are loaded, each after what it needs and once. Names that the
    /// kernel has no module for are passed over: most of them are built in.
    /// </summary>
    public IReadOnlyList<string> Load(IEnumerable<string> names)
    {
        List<string> order = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (string name in names)
        {
            if (!_files.TryGetValue(Plain(name), out string[]? files))
                continue;
            foreach (string file in files)
            {
                if (seen.Add(file))
                    order.Add(file);
            }
        }

        return order;
    }

    /// <summary>True if there is such a module.</summary>
    public bool Has(string name) => _files.ContainsKey(Plain(name));

    /// <summary>
    /// True if a module may be for a device of that bus: most buses have none that matter here, and hundreds of
    /// devices.
    /// </summary>
    public bool KnowsBus(string bus)
    {
        foreach (KeyValuePair<string, string> one in _aliases)
        {
            // What ACPI tells of is on that bus, too, under a name of its own.
            if (one.Key.StartsWith(bus, StringComparison.Ordinal)
                || (bus == "platform" && one.Key.StartsWith("acpi", StringComparison.Ordinal)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Modules for a device that calls itself so.</summary>
    public IReadOnlyList<string> For(string modalias)
    {
        List<string> names = [];
        foreach (KeyValuePair<string, string> one in _aliases)
        {
            if (Glob.Fits(one.Key, modalias) && !names.Contains(one.Value))
                names.Add(one.Value);
        }

        return names;
    }

    /// <summary>Both files with nothing but these modules and what they need; sorted, so the same ones give the same.
    /// </summary>
    public (string Dependencies, string Aliases) Reduce(IReadOnlyList<string> names)
    {
        List<string> kept = [.. Load(names)];
        HashSet<string> keptNames = new(StringComparer.Ordinal);
        foreach (string file in kept)
            keptNames.Add(NameOf(file));
        List<string> lines = [];
        foreach (string name in keptNames)
        {
            string[] files = _files[name];
            string[] needed = files[..^1];
            Array.Reverse(needed);
            lines.Add($"{files[^1]}:{string.Concat(Array.ConvertAll(needed, static one => " " + one))}\n");
        }

        lines.Sort(StringComparer.Ordinal);
        List<string> aliases = [];
        foreach (KeyValuePair<string, string> one in _aliases)
        {
            if (keptNames.Contains(one.Value))
                aliases.Add($"alias {one.Key} {one.Value}\n");
        }

        aliases.Sort(StringComparer.Ordinal);
        return (string.Concat(lines), string.Concat(aliases));
    }

    private static string Plain(string name) => name.Replace('-', '_');
}
