using CoreNode.Units.Model;

namespace CoreNode.Units.Quadlet;

/// <summary>
/// The service that Quadlet makes of a NAME.container file (podman-systemd.unit(5)): [Container] stays in it as
/// [X-Container], which systemd skips; all other sections, [X-Fleet] too, are the file's. Pure.
/// </summary>
public static class ContainerUnit
{
    /// <summary>How the files' names end.</summary>
    public const string Suffix = ".container";

    // What names other units: a container's file stands for its service.
    private static readonly string[] s_unitKeys =
    [
        "Wants", "Requires", "Requisite", "BindsTo", "PartOf", "Upholds", "Conflicts", "Before", "After",
        "MachineOf", "Replaces",
    ];

    /// <summary>True for the name of such a file.</summary>
    public static bool IsFile(string name) =>
        name.Length > Suffix.Length && name.EndsWith(Suffix, StringComparison.Ordinal);

    /// <summary>The unit of such a file: web.service of web.container; any other name stays.</summary>
    public static string ServiceOf(string name) => IsFile(name) ? name[..^Suffix.Length] + ".service" : name;

    /// <summary>
    /// The service with the name <paramref name="name"/>; null where the file cannot be taken. The problems are those
    /// of the file, also those that <see cref="UnitVerifier"/> finds, with its lines.
    /// </summary>
    public static UnitFile? Convert(string name, string text, out IReadOnlyList<UnitProblem> problems)
    {
        if (UnitFile.Parse(text, out problems) is not { } source)
            return null;
        List<UnitProblem> found = [.. problems];
        UnitFile service = Service(name, source, found);
        found.AddRange(UnitVerifier.Verify(name, service));
        found.Sort((a, b) => a.Line.CompareTo(b.Line));
        problems = found;
        return found.Exists(static problem => problem.IsError) ? null : service;
    }

    private static UnitFile Service(string name, UnitFile source, List<UnitProblem> problems)
    {
        ContainerOptions container = new(source, problems);
        ContainerServiceOptions made = new(container);
        bool isOneshot = source.Value("Service", "Type") == "oneshot";
        bool isTemplate = name.Contains('@', StringComparison.Ordinal);
        if (!source.HasSection(ContainerOptions.Section))
            container.Complain(0, "no [Container] section: say what to run by Image= in it");
        string called = container.Last("ContainerName") ?? (isTemplate ? "systemd-%p_%i" : "systemd-%N");
        if (isTemplate && !called.Contains('%', StringComparison.Ordinal))
            container.Warn(
                container.LineOf("ContainerName"),
                $"ContainerName={called}: instances on one machine would replace each other; put %i into it");
        if (container.Last("AutoUpdate") is not null)
            container.Warn(
                container.LineOf("AutoUpdate"),
                "AutoUpdate= does nothing here: submit the file with another image, and UpdatePolicy=rolling in "
                + "[X-Fleet] brings it to one instance after the other");
        made.AddUnit(source);
        for (int i = 0; i < source.Options.Count; i++)
            Take(source.Options[i], source.LineOf(i), container, made);
        made.AddService(source, new ContainerCommand(container, called, isOneshot), isOneshot);
        return UnitFile.Of(made.Options, made.Lines);
    }

    private static void Take(UnitOption option, int line, ContainerOptions container, ContainerServiceOptions made)
    {
        switch (option.Section)
        {
            case ContainerOptions.Section:
                made.Add(line, "X-Container", option.Name, option.Value);
                return;
            case "Quadlet":
                if (option.Name != "DefaultDependencies")
                    container.Complain(line, $"[Quadlet] has no {option.Name}=; it has DefaultDependencies=");
                return;
            case "Pod" or "Kube" or "Network" or "Volume" or "Build" or "Image":
                container.Complain(line, $"[{option.Section}] is no section of a .container file");
                return;
            case "Service" when option.Name is "ExecStart" or "ExecStop" or "ExecReload":
                container.Complain(line, $"{option.Name}= is made of [Container]: Exec= is what runs in it");
                return;
            case "Service" when option.Name == "Type" && option.Value is not ("notify" or "oneshot"):
                container.Complain(line, $"Type={option.Value}: a container's is notify or oneshot");
                return;
            case "Service" when option.Name == "KillMode" && option.Value is not ("mixed" or "control-group"):
                container.Complain(line, $"KillMode={option.Value}: a container's is mixed or control-group");
                return;
            case "Unit" or UnitRequirements.Section when Array.IndexOf(s_unitKeys, option.Name) >= 0:
                string[] names = option.JoinedValue.Split(' ');
                made.Add(line, option.Section, option.Name, string.Join(' ', Array.ConvertAll(names, ServiceOf)));
                return;
            default:
                made.Add(line, option.Section, option.Name, option.Value);
                return;
        }
    }
}
