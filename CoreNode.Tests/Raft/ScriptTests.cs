using System.Runtime.CompilerServices;
using System.Text;

namespace CoreNode.Tests.Raft;

/// <summary>
/// Every file in Scripts is a test: commands, "----", and exactly what they print. CORENODE_REWRITE=1 writes the
/// transcripts anew; read the difference before committing it.
/// </summary>
[TestFixture, Category("Script")]
internal sealed class ScriptTests
{
    private const string Separator = "----";

    public static IEnumerable<string> Scripts() => Directory
        .EnumerateFiles(Path.Combine(TestContext.CurrentContext.TestDirectory, "Raft", "Scripts"), "*.txt")
        .Select(static path => Path.GetFileNameWithoutExtension(path)!)
        .Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Scripts))]
    public void Transcript_is_what_the_script_expects(string script)
    {
        string path = Path.Combine(TestContext.CurrentContext.TestDirectory, "Raft", "Scripts", script + ".txt");
        string expected = File.ReadAllText(path);
        string actual = Replay(expected);
        if (Environment.GetEnvironmentVariable("CORENODE_REWRITE") == "1")
            File.WriteAllText(SourcePath(script), actual);
        else
            Assert.That(actual, Is.EqualTo(expected), $"CORENODE_REWRITE=1 rewrites {script}.txt");
    }

    [Test]
    public void There_are_scripts() => Assert.That(Scripts().Count(), Is.GreaterThan(15));

    // A block is commands (and comments) up to the separator, then their output up to an empty line.
    private static string Replay(string script)
    {
        ScriptRunner runner = new();
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

    private static string SourcePath(string script, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "Scripts", script + ".txt");
}
