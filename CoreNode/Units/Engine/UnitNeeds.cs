using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Engine;

/// <summary>Which units one unit needs beside it, as its file says: they leave a machine after it. Pure.</summary>
internal static class UnitNeeds
{
    private static readonly string[] s_keys = ["Requires", "BindsTo", "Requisite", "After", "Wants"];
    private const int StrongKeys = 3;

    /// <summary>Adds whom a unit names, true where it cannot run without them.</summary>
    public static void Add(Job job, Dictionary<string, bool> needs)
    {
        if (job.File is not { } file)
            return;
        for (int i = 0; i < s_keys.Length; i++)
        {
            foreach (string value in file.Values("Unit", s_keys[i]))
            {
                foreach (string word in value.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries))
                {
                    string name = UnitSpecifiers.Expand(word, job.Name);
                    if (name != job.Name.Full)
                        needs[name] = i < StrongKeys || needs.GetValueOrDefault(name);
                }
            }
        }
    }

    /// <summary>True if a unit must be on the same machine as another one.</summary>
    public static bool GoesWith(UnitCase unit, string other) =>
        unit.Job is { } job && unit.Name != other && IsNamed(job.Requirements.MachineOf, other);

    private static bool IsNamed(IReadOnlyList<string> patterns, string name)
    {
        for (int i = 0; i < patterns.Count; i++)
        {
            if (UnitGlob.IsMatch(patterns[i], name))
                return true;
        }

        return false;
    }
}
