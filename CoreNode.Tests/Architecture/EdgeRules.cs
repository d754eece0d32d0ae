namespace CoreNode.Tests.Architecture;

/// <summary>Compares real uses with a table. Pure.</summary>
internal static class EdgeRules
{
    private const string Foundation = "Foundation";
    private static readonly string[] s_baseLibrary =
        ["System", "Microsoft.Win32", "netstandard", "mscorlib", "Microsoft.CSharp"];

    /// <summary>What breaks the table: one line each, with the place and what it needs.</summary>
    public static IReadOnlyList<string> Violations(EdgeTable table, IEnumerable<Use> uses)
    {
        Dictionary<string, ModuleRule> modules = table.Modules.ToDictionary(m => m.Name);
        SortedSet<string> found = new(StringComparer.Ordinal);
        foreach (Use use in uses.Select(u => Resolve(modules, u)))
        {
            if (use.Module == use.TargetModule)
                continue;
            if (!modules.TryGetValue(use.Module, out ModuleRule? rule))
                found.Add($"unknown module {use.Module}: add it to the table ({use.Where})");
            else if (Violation(table, rule, use) is { } violation)
                found.Add(violation);
        }

        return [.. found];
    }

    /// <summary>Allowed edges that no code uses.</summary>
    public static IReadOnlyList<string> Unused(EdgeTable table, IEnumerable<Use> uses)
    {
        Dictionary<string, ModuleRule> modules = table.Modules.ToDictionary(m => m.Name);
        HashSet<string> real =
            [.. uses.Select(u => Resolve(modules, u)).Select(u => $"{u.Module} -> {u.TargetModule}")];
        return
        [
            .. table.Modules.SelectMany(m => m.MayUse.Select(target => $"{m.Name} -> {target}"))
                .Where(edge => !real.Contains(edge)),
        ];
    }

    // A folder inside a module that has no row of its own belongs to that module.
    private static Use Resolve(Dictionary<string, ModuleRule> modules, Use use) => use with
    {
        Module = Nearest(modules, use.Module),
        TargetModule = use.TargetModule is null ? null : Nearest(modules, use.TargetModule),
    };

    private static string Nearest(Dictionary<string, ModuleRule> modules, string name)
    {
        for (string nearest = name; ; nearest = nearest[..nearest.LastIndexOf('.')])
        {
            if (modules.ContainsKey(nearest))
                return nearest;
            if (!nearest.Contains('.', StringComparison.Ordinal))
                return name;
        }
    }

    private static string? Violation(EdgeTable table, ModuleRule rule, Use use)
    {
        if (use.IsNative)
        {
            return rule.IsNative
                ? null
                : $"{use.Module} must not call native code: {use.Where} declares {use.Member} of {use.Assembly}";
        }

        if (use.TargetModule is { } target)
        {
            return target == Foundation || rule.MayUse.Contains(target)
                ? null
                : $"{use.Module} must not use {target}: {use.Where} needs {use.Target}";
        }

        if (BannedFor(rule, use) is { } ban)
            return $"{use.Module} ({rule.Kind}) must not use {use.Target}: {use.Where}; instead: {ban.Instead}";
        return PackageViolation(table, use);
    }

    private static Ban? BannedFor(ModuleRule rule, Use use)
    {
        // Every iterator asks which thread enumerates it; that is the compiler's doing and decides nothing.
        if (use is { IsGenerated: true, Member: "get_CurrentManagedThreadId", Type: "System.Environment" })
            return null;

        // await ends in GetResult too, once the task is done.
        if (use is { IsAwaiting: true, Member: "GetResult" })
            return null;
        return Bans.Of(rule.Kind).FirstOrDefault(b => b.Covers(use));
    }

    private static string? PackageViolation(EdgeTable table, Use use)
    {
        PackageRule? rule = table.Packages.FirstOrDefault(p => p.Covers(use.Assembly));
        if (rule is not null)
        {
            return rule.Owners.Contains(use.Module)
                ? null
                : $"{use.Module} must not use the package {use.Assembly}, it belongs to "
                    + $"{string.Join(", ", rule.Owners)}: {use.Where} needs {use.Target}";
        }

        bool isBase = s_baseLibrary.Any(b =>
            use.Assembly == b || use.Assembly.StartsWith(b + ".", StringComparison.Ordinal));
        return isBase ? null : $"unknown package {use.Assembly}: give it an owner ({use.Where} needs {use.Target})";
    }
}
