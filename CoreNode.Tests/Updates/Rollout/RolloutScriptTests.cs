using System.Text;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Updates.Rollout;

/// <summary>
/// Rollouts by scripts: commands, "----", and exactly what they print up to an empty line. CORENODE_REWRITE=1 takes
/// what is printed as the new transcript; read the difference before committing it.
/// </summary>
[TestFixture, Category("Script")]
internal sealed class RolloutScriptTests
{
    private const string Separator = "----";

    private static readonly string s_folder = Repository.File("CoreNode.Tests/Updates/Rollout/Scripts");

    public static IEnumerable<string> Files() =>
        Directory.EnumerateFiles(s_folder, "*.txt").Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Files))]
    public void Decisions_are_those_of_the_script(string name)
    {
        string path = Path.Combine(s_folder, name);
        string expected = File.ReadAllText(path);
        string actual = Replay(expected);
        if (Environment.GetEnvironmentVariable("CORENODE_REWRITE") == "1")
            File.WriteAllText(path, actual);
        else
            Assert.That(actual, Is.EqualTo(expected), $"CORENODE_REWRITE=1 rewrites {name}");
    }

    [Test]
    public void There_are_scripts() => Assert.That(Files().Count(), Is.GreaterThan(9));

    // A block is commands and comments up to the separator, then their output up to an empty line.
    private static string Replay(string script)
    {
        RolloutScript runner = new();
        StringBuilder replayed = new();
        StringBuilder output = new();
        bool isOutput = false;
        foreach (string line in script.Split('\n').Append(""))
        {
            if (isOutput && line.Length > 0)
                continue;
            if (isOutput)
            {
                replayed.Append(output).Append('\n');
                output.Clear();
                isOutput = false;
                continue;
            }

            if (line.Length == 0 && output.Length == 0)
                continue;
            replayed.Append(line).Append('\n');
            if (line == Separator)
                isOutput = true;
            else if (line.Length > 0 && line[0] != '#')
                output.Append(runner.Run(line));
        }

        return replayed.ToString().TrimEnd('\n') + "\n";
    }
}
