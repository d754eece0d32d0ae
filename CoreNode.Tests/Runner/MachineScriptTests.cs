using System.Text;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Runner;

/// <summary>
/// systemd's states and rules by scripts: a unit file, `do`, commands, `----`, and the transcript that they must give.
/// Cases are divided by a line `====`; CORENODE_REWRITE=1 takes what is printed as the new transcript.
/// </summary>
[TestFixture, Category("Script")]
internal sealed class MachineScriptTests
{
    private static readonly string s_folder = Repository.File("CoreNode.Tests/Runner/Scripts");

    public static IEnumerable<string> Files() =>
        Directory.EnumerateFiles(s_folder, "*.txt").Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Files))]
    public void Units_go_through_systemds_states(string name)
    {
        string path = Path.Combine(s_folder, name);
        string expected = File.ReadAllText(path);
        StringBuilder actual = new();
        foreach (string one in expected.TrimEnd('\n').Split("\n====\n"))
        {
            if (actual.Length > 0)
                actual.Append("====\n");
            string script = one.Split("\n----", 2)[0];
            string[] halves = script.Split("\ndo\n", 2);
            MachineScript machine = new(string.Join('\n', halves[0].Split('\n').Where(l => !l.StartsWith('#'))));
            foreach (string command in halves[1].Split('\n', StringSplitOptions.RemoveEmptyEntries))
                machine.Do(command);
            actual.Append(script).Append("\n----\n").Append(machine.Transcript);
        }

        if (Environment.GetEnvironmentVariable("CORENODE_REWRITE") == "1")
            File.WriteAllText(path, actual.ToString());
        else
            Assert.That(actual.ToString(), Is.EqualTo(expected));
    }
}
