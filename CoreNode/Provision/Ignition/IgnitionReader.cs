using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Ignition;

/// <summary>
/// Reads configurations for Ignition, versions 3.0.0 to 3.5.0, and turns them into what is wanted of a machine. Each
/// version knows its own fields only. What it is not able to do is refused, never left out silently. Pure.
/// </summary>
public static class IgnitionReader
{
    /// <summary>
    /// Reads one configuration by itself. What it names (merge, replace, contents by URL) is not fetched:
    /// <see cref="IgnitionAssembly"/> puts it together.
    /// </summary>
    /// <param name="json">The configuration.</param>
    /// <param name="source">Its name for people.</param>
    /// <param name="rules">Limits.</param>
    public static IgnitionResult Read(ReadOnlyMemory<byte> json, string source, IgnitionRules rules) =>
        Read(json, source, rules, new IgnitionOrigins());

    internal static IgnitionResult Read(
        ReadOnlyMemory<byte> json, string source, IgnitionRules rules, IgnitionOrigins origins)
    {
        IgnitionReport report = new(origins);
        MapNode? root = null;
        try
        {
            DocumentNode tree = JsonTree.Parse(json);
            root = tree as MapNode;
            if (root is null)
                report.Add(Severity.Error, source, tree.Place, "", "a configuration is an object { … }",
                    "write { \"ignition\": { \"version\": \"3.5.0\" } }");
        }
        catch (DocumentException broken)
        {
            report.Add(Severity.Error, source, broken.Place, "", broken.What, broken.Advice);
        }

        IgnitionOrigins own = new();
        IgnitionReport early = new(own);
        int? version = root is null ? null : IgnitionVersion.Find(root, source, early);
        report.AddAll(early.Findings);
        if (root is null || version is not { } known)
            return new IgnitionResult(new ConfigResult(DesiredMachine.Nothing, report.Findings));
        origins.Add(root, new IgnitionOrigin(source, known));
        new IgnitionShape(report, known).Check(root, IgnitionSchema.Root, "");
        return Build(root, report, rules);
    }

    /// <summary>Makes of a tree, one configuration's or merged, what is wanted.</summary>
    internal static IgnitionResult Build(MapNode root, IgnitionReport report, IgnitionRules rules)
    {
        IgnitionContents contents = new(report, rules);
        IgnitionFetching fetching = new(report, contents);
        List<IgnitionReference> merge = fetching.Merge(root);
        IgnitionReference? replace = fetching.Replace(root);
        FetchOptions options = fetching.Options(root);
        DesiredMachine machine = Machine(root, report, contents);
        return new IgnitionResult(new ConfigResult(
            report.HasErrors ? DesiredMachine.Nothing : machine, report.Findings))
        {
            Merge = merge,
            Replace = replace,
            Fetching = options,
            Tree = report.HasErrors ? null : root,
        };
    }

    private static DesiredMachine Machine(MapNode root, IgnitionReport report, IgnitionContents contents)
    {
        IgnitionStorage storage = new(report, contents);
        IgnitionAccounts accounts = new(report);
        MapNode? stored = root.FindMap("storage");
        MapNode? passwd = root.FindMap("passwd");
        DesiredMachine machine = new()
        {
            Files = storage.Files(stored),
            Folders = storage.Folders(stored),
            Links = storage.Links(stored),
            Units = new IgnitionUnits(report).Read(root.FindMap("systemd")),
            Users = accounts.Users(passwd),
            Groups = accounts.Groups(passwd),
            KernelArguments = Arguments(root, "shouldExist", report),
            UnwantedKernelArguments = Arguments(root, "shouldNotExist", report),
        };
        storage.CheckPaths(machine.Units);
        return machine;
    }

    private static List<string> Arguments(MapNode root, string name, IgnitionReport report)
    {
        List<string> arguments = [];
        foreach (ScalarNode argument in root.FindMap("kernelArguments").FindTexts(name))
        {
            if (arguments.Count == 0)
            {
                report.Note(
                    argument, $"kernelArguments.{name}", "kernel arguments are reported and not changed: the boot "
                        + "loader's configuration has them", "set them where the machine is booted from");
            }

            if (argument.Text.AsSpan().IndexOfAnyInRange('\0', '\x1F') >= 0)
                report.Error(argument, $"kernelArguments.{name}", "an argument has no control characters",
                    "leave them out");
            arguments.Add(argument.Text);
        }

        return arguments;
    }
}
