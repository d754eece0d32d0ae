namespace CoreNode.Units.Model;

/// <summary>Names of other units in a unit: what is none is skipped by systemd, and never met by the cluster.</summary>
internal static class UnitNameChecks
{
    private static readonly string[] s_keys =
    [
        "After", "Before", "Requires", "Requisite", "Wants", "BindsTo", "PartOf", "Upholds", "Conflicts", "OnFailure",
        "OnSuccess", "WantedBy", "RequiredBy", "Also",
    ];

    /// <summary>Names in [Unit] and [Install].</summary>
    public static void OfSystemd(UnitOption option, int line, List<UnitProblem> problems)
    {
        if (Array.IndexOf(s_keys, option.Name) < 0)
            return;
        foreach (string word in Words(option))
        {
            if (!HasType(word))
                problems.Add(new UnitProblem(
                    line,
                    $"{option.Name}={word} is no unit, systemd skips it: write {word}.service or what it is",
                    IsError: false));
        }
    }

    /// <summary>Names and patterns in [X-Fleet].</summary>
    public static void OfFleet(UnitOption option, int line, List<UnitProblem> problems)
    {
        if (option.Name is not ("MachineOf" or "Conflicts" or "Replaces"))
            return;
        foreach (string word in Words(option))
        {
            if (!HasType(word) && word.AsSpan().IndexOfAny('*', '?', '[') < 0)
                problems.Add(new UnitProblem(
                    line, $"{option.Name}={word} names no unit: write {word}.service", IsError: false));
        }
    }

    // What a specifier stands for is not known here.
    private static IEnumerable<string> Words(UnitOption option) => option.JoinedValue
        .Replace("\"", "", StringComparison.Ordinal)
        .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        .Where(static word => !word.Contains('%', StringComparison.Ordinal));

    private static bool HasType(string word)
    {
        int dot = word.LastIndexOf('.');
        return dot > 0 && UnitName.Complaint("a" + word[dot..]).Length == 0;
    }
}
