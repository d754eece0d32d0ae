using System.Runtime.CompilerServices;
using System.Text;

namespace CoreNode.Tests.Updates.Server;

/// <summary>
/// Exchanges of real clients as data: every file in Scripts is a test, with commands, "----", and exactly what comes
/// back. CORENODE_REWRITE=1 writes the answers anew; read the difference before committing it.
/// </summary>
[TestFixture, Category("Script")]
internal sealed class OmahaScriptTests
{
    private const string Separator = "----";

    public static IEnumerable<string> Scripts() => Directory
        .EnumerateFiles(
            Path.Combine(TestContext.CurrentContext.TestDirectory, "Updates", "Server", "Scripts"), "*.txt")
        .Select(static path => Path.GetFileNameWithoutExtension(path)!)
        .Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Scripts))]
    public async Task Answers_are_what_the_script_expects(string script)
    {
        string path = Path.Combine(
            TestContext.CurrentContext.TestDirectory, "Updates", "Server", "Scripts", script + ".txt");
        string expected = await File.ReadAllTextAsync(path);
        string actual = await ReplayAsync(expected);
        if (Environment.GetEnvironmentVariable("CORENODE_REWRITE") == "1")
            await File.WriteAllTextAsync(SourcePath(script), actual);
        else
            Assert.That(actual, Is.EqualTo(expected), $"CORENODE_REWRITE=1 rewrites {script}.txt");
    }

    [Test]
    public void There_are_scripts() => Assert.That(Scripts().Count(), Is.GreaterThan(4));

    // A block is a command, lines that belong to it, the separator, then its output up to an empty line.
    private static async Task<string> ReplayAsync(string script)
    {
        using OmahaScriptRunner runner = new();
        await runner.SetUpAsync();
        StringBuilder replayed = new();
        List<string> block = [];
        bool isOutput = false;
        foreach (string line in script.TrimEnd('\n').Split('\n').Append(""))
        {
            if (isOutput && line.Length > 0)
                continue;
            if (isOutput)
            {
                string output = await runner.RunAsync(block);
                replayed.Append(output).Append(output.Length > 0 ? "\n\n" : "\n");
                block.Clear();
                isOutput = false;
                continue;
            }

            if (line == Separator)
                isOutput = true;
            else if (line.Length > 0 && !line.StartsWith('#'))
                block.Add(line);
            replayed.Append(line).Append('\n');
        }

        return replayed.ToString().TrimEnd('\n') + "\n";
    }

    private static string SourcePath(string script, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "Scripts", script + ".txt");
}
