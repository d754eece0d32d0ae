using CoreNode.Foundation;

namespace CoreNode.Units.Model;

/// <summary>Finds mistakes in units before they run: `unit verify`, and what a surface refuses at submit.</summary>
public static class UnitVerifier
{
    private static readonly string[] s_fleetKeys =
    [
        "MachineID", "MachineOf", "MachineMetadata", "Conflicts", "Global", "Replaces",
        "X-ConditionMachineID", "X-ConditionMachineBootID", "X-ConditionMachineOf", "X-ConditionMachineMetadata",
        "X-Conflicts",
        "Singleton", "Replicas", "MemoryReserve", "CPUReserve", "Weight", "Spread", "HealthExec", "HealthHTTP",
        "HealthInterval", "RescheduleOnFailure", "Announce", "UpdatePolicy", "MaxUnavailable", "DrainDeadline",
        "AnnounceGrace",
    ];

    /// <summary>True for a key of [X-Fleet].</summary>
    internal static bool IsFleetKey(string name) => Array.IndexOf(s_fleetKeys, name) >= 0;

    /// <summary>Everything that is odd or wrong with a text, by line.</summary>
    public static IReadOnlyList<UnitProblem> Verify(string name, string text)
    {
        UnitFile? file = UnitFile.Parse(text, out IReadOnlyList<UnitProblem> problems);
        if (file is null)
            return problems;
        List<UnitProblem> all = [.. problems, .. Verify(name, file)];
        all.Sort((a, b) => a.Line.CompareTo(b.Line));
        return all;
    }

    /// <summary>Everything that is odd or wrong with a unit.</summary>
    public static IReadOnlyList<UnitProblem> Verify(string name, UnitFile file)
    {
        List<UnitProblem> problems = [];
        if (Refuse(name, file, problems))
            SystemdChecks.Check(UnitName.Parse(name)!, file, problems);
        UnknownFleetKeys(file, problems);
        // Fleet's API calls it so in its answers; in a file nobody ever wrote it.
        return problems.ConvertAll(static problem => problem with
        {
            Message = problem.Message.Replace("with Peers", "with MachineOf", StringComparison.Ordinal),
        });
    }

    /// <summary>
    /// Why the cluster does not take this unit; null if it does. Only what could never work: an odd unit that fleet
    /// took is taken.
    /// </summary>
    public static UnitProblem? Refusal(string name, UnitFile file)
    {
        List<UnitProblem> problems = [];
        Refuse(name, file, problems);
        return problems.Find(p => p.IsError);
    }

    // False if the name is none, so that nothing more can be said.
    private static bool Refuse(string name, UnitFile file, List<UnitProblem> problems)
    {
        string complaint = UnitName.Complaint(name);
        if (complaint.Length > 0)
        {
            problems.Add(new UnitProblem(0, complaint, IsError: true));
            return false;
        }

        Shape(file, problems);
        UnitName parts = UnitName.Parse(name)!;
        // Of a template it is judged what its instances would ask for: %i is theirs.
        UnitName read = parts.IsTemplate ? UnitName.Parse($"{parts.Prefix}@1.{parts.Type}")! : parts;
        UnitRequirements requirements = UnitRequirementsReader.Read(read, file, problems);
        string rule = UnitRules.Complaint(parts, requirements);
        if (rule.Length > 0)
            problems.Add(new UnitProblem(LineOfRule(file, rule), rule, IsError: true));
        return true;
    }

    // Options of an API may hold what no file can: they must come back from the normal text as they went in.
    private static void Shape(UnitFile file, List<UnitProblem> problems)
    {
        for (int i = 0; i < file.Options.Count; i++)
        {
            UnitOption option = file.Options[i];
            bool isNamed = option.Name.Length > 0 && option.Name.AsSpan().IndexOfAny("=\n\r\0") < 0
                && option.Name[0] is not ('#' or ';' or '[') && option.Section.Length > 0
                && option.Section.AsSpan().IndexOfAny("[]\n\r\0") < 0;
            if (!isNamed)
                problems.Add(new UnitProblem(
                    file.LineOf(i), $"\"{option.Section}/{option.Name}\" cannot stand in a unit file", IsError: true));
            else if (option.Value.AsSpan().IndexOfAny('\r', '\0') >= 0 || !IsContinuedAtEveryLineEnd(option.Value))
                problems.Add(new UnitProblem(
                    file.LineOf(i), $"{option.Name}: a line end without a backslash before it", IsError: true));
        }

        if (file.Options.Count == 0)
            problems.Add(new UnitProblem(0, "no option at all: the file is empty", IsError: true));
        if (file.Text.Length > UnitFile.MaxLength)
            problems.Add(new UnitProblem(0, $"longer than {UnitFile.MaxLength} characters", IsError: true));
    }

    private static bool IsContinuedAtEveryLineEnd(string value)
    {
        string[] lines = value.Split('\n');
        for (int i = 0; i < lines.Length - 1; i++)
        {
            if (!UnitFileReader.IsContinued(lines[i]))
                return false;
        }

        return true;
    }

    private static void UnknownFleetKeys(UnitFile file, List<UnitProblem> problems)
    {
        for (int i = 0; i < file.Options.Count; i++)
        {
            UnitOption option = file.Options[i];
            if (option.Section == UnitRequirements.Section && !IsFleetKey(option.Name))
                problems.Add(new UnitProblem(
                    file.LineOf(i),
                    $"unrecognized requirement in [X-Fleet] section: \"{option.Name}\"{Advice(option.Name)}",
                    IsError: false));
        }
    }

    private static string Advice(string key) =>
        SystemdKeys.HomeOf(key) is { } home ? $"; it belongs into [{home}]"
        : NearestWord.Of(key, s_fleetKeys) is { } meant ? $"; did you mean {meant}=?"
        : "";

    // The last line that says something of what does not go together; of the section if none does.
    private static int LineOfRule(UnitFile file, string rule)
    {
        string words = rule.Replace("Peers", "MachineOf", StringComparison.Ordinal);
        int line = 0;
        bool isNamed = false;
        for (int i = 0; i < file.Options.Count; i++)
        {
            UnitOption option = file.Options[i];
            if (option.Section != UnitRequirements.Section)
                continue;
            if (words.Contains(option.Name, StringComparison.Ordinal))
            {
                line = file.LineOf(i);
                isNamed = true;
            }
            else if (line == 0 && !isNamed)
                line = file.LineOf(i);
        }

        return line;
    }
}
