using CoreNode.Provision.Model;

namespace CoreNode.Cli.Config;

/// <summary>What came of reading, planning or applying a configuration.</summary>
public sealed record ConfigReport
{
    /// <summary>What was read, as people know it; empty: no source had anything.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>What its author should know.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>How many changes there are to make, or were.</summary>
    public int Changes { get; init; }

    /// <summary>The plan as people read it, or as JSON where that was asked for; empty where it was not made.</summary>
    public string Plan { get; init; } = "";

    /// <summary>How many findings of a severity there are.</summary>
    public int Count(Severity severity)
    {
        int count = 0;
        foreach (Finding finding in Findings)
            count += finding.Severity == severity ? 1 : 0;
        return count;
    }
}
