using System.Text;
using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision.Planning;

/// <summary>Short words for what tests of the planner want and look at.</summary>
internal static class Wishes
{
    /// <summary>A file's wish.</summary>
    public static DesiredFile File(string path, string text) =>
        new(path, Encoding.UTF8.GetBytes(text)) { From = "user-data: write_files[0]" };

    /// <summary>Only files are wanted.</summary>
    public static DesiredMachine Files(params DesiredFile[] files) => new() { Files = files };

    /// <summary>Only users are wanted.</summary>
    public static DesiredMachine Users(params DesiredUser[] users) => new() { Users = users };

    /// <summary>Only groups are wanted.</summary>
    public static DesiredMachine Groups(params DesiredGroup[] groups) => new() { Groups = groups };

    /// <summary>Only units are wanted.</summary>
    public static DesiredMachine Units(params DesiredUnit[] units) => new() { Units = units };

    /// <summary>The line of a name in a file of accounts; "": none.</summary>
    public static string Line(FakeMachine machine, string path, string name) =>
        machine.Text(path).Split('\n')
            .FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.Ordinal)) ?? "";

    /// <summary>The errors of a plan.</summary>
    public static string Errors(Plan plan) => Reasons(plan, Severity.Error);

    /// <summary>The warnings of a plan.</summary>
    public static string Warnings(Plan plan) => Reasons(plan, Severity.Warning);

    private static string Reasons(Plan plan, Severity severity) =>
        string.Join('\n', plan.Findings.Where(f => f.Severity == severity).Select(static f => f.Reason));
}
