using System.Runtime.CompilerServices;
using System.Text;
using CoreNode.Provision;
using CoreNode.Provision.Model;
using CoreNode.Provision.Planning;

namespace CoreNode.Tests.Provision;

/// <summary>
/// User data as data: every file in Scripts is a test. "@input NAME" begins user data, with "oem" or what its source
/// tells of the machine behind it, "@file PATH" a file that is there; then what is found, planned and told to units
/// follows in "@findings", "@plan" and "@units".
/// CORENODE_REWRITE=1 writes these anew; read the difference before committing it.
/// </summary>
[TestFixture, Category("Script")]
internal sealed class ProvisionScriptTests
{
    public static IEnumerable<string> Scripts() => Directory
        .EnumerateFiles(Path.Combine(TestContext.CurrentContext.TestDirectory, "Provision", "Scripts"), "*.txt")
        .Select(static path => Path.GetFileNameWithoutExtension(path)!)
        .Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Scripts))]
    public async Task Inputs_come_to_what_the_script_expects(string script)
    {
        string path = Path.Combine(
            TestContext.CurrentContext.TestDirectory, "Provision", "Scripts", script + ".txt");
        string expected = await File.ReadAllTextAsync(path);
        string actual = await ReplayAsync(expected);
        if (Environment.GetEnvironmentVariable("CORENODE_REWRITE") == "1")
            await File.WriteAllTextAsync(SourcePath(script), actual);
        else
            Assert.That(actual, Is.EqualTo(expected), $"CORENODE_REWRITE=1 rewrites {script}.txt");
    }

    [Test]
    public void There_are_scripts() => Assert.That(Scripts().Count(), Is.GreaterThan(4));

    private static async Task<string> ReplayAsync(string script)
    {
        using ScratchMachine machine = new();
        List<UserData> inputs = [];
        string[] sections = script.Split("\n@");
        StringBuilder replayed = new(sections[0]);
        foreach (string section in sections[1..])
        {
            string[] parts = section.Split('\n', 2);
            string[] words = parts[0].Split(' ');
            string content = parts[1];
            if (words[0] == "input")
                inputs.Add(Input(words, content));
            else if (words[0] == "file")
                machine.Write(words[1], content);
            else
                continue;
            replayed.Append("\n@").Append(section);
        }

        LoadedConfig loaded = await ProvisionRun.LoadAsync(inputs);
        ToldUnits units = new();
        Plan plan = ProvisionRun.On(machine, units).Plan(loaded.Result.Desired);
        bool isRefused = loaded.Result.IsRefused;
        string found = PlanText.Write(loaded.Result.Findings);
        Section(replayed, "findings", isRefused ? found : found + PlanText.Write(plan.Findings));
        if (isRefused)
            return replayed.ToString().TrimEnd('\n') + "\n";
        Section(replayed, "plan", PlanText.Write(plan));
        ProvisionOutcome outcome = await ProvisionRun.On(machine, units).ApplyAsync(
            loaded.Result.Desired, new ToldProgress(), CancellationToken.None);
        Section(replayed, "units", string.Concat(units.Told.Select(static told => told + "\n")) + outcome.Failure);
        Plan again = ProvisionRun.On(machine, units).Plan(loaded.Result.Desired);
        Assert.That(outcome.IsComplete ? PlanText.Write(again) : "", Is.Empty, "a second run has nothing to do");
        return replayed.ToString().TrimEnd('\n') + "\n";
    }

    private static UserData Input(string[] words, string content)
    {
        UserData input = ProvisionRun.Data(content, words[1]);
        foreach (string word in words[2..])
        {
            string value = word[(word.IndexOf('=', StringComparison.Ordinal) + 1)..];
            input = word.Split('=')[0] switch
            {
                "oem" => input with { IsOem = true },
                "hostname" => input with { Hostname = value },
                "key" => input with { SshKeys = [value.Replace('_', ' ')] },
                "private_ipv4" => input with { Addresses = input.Addresses with { PrivateIPv4 = value } },
                "public_ipv4" => input with { Addresses = input.Addresses with { PublicIPv4 = value } },
                _ => throw new FormatException(word),
            };
        }

        return input;
    }

    private static void Section(StringBuilder replayed, string name, string text) =>
        replayed.Append("\n@").Append(name).Append('\n').Append(text);

    private static string SourcePath(string script, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "Scripts", script + ".txt");
}
