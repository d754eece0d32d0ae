using CoreNode.Units.Model;

namespace CoreNode.Cli.Units;

/// <summary>Problems of a unit file as compilers write them: file:line: what.</summary>
internal static class ProblemText
{
    public static void Write(TextWriter output, string path, IReadOnlyList<UnitProblem> problems)
    {
        foreach (UnitProblem problem in problems)
        {
            string place = problem.Line > 0 ? $"{path}:{problem.Line}" : path;
            output.WriteLine($"{place}: {(problem.IsError ? "error" : "warning")}: {problem.Message}");
        }
    }
}
