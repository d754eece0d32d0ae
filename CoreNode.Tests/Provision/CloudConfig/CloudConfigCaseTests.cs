using System.Runtime.CompilerServices;

namespace CoreNode.Tests.Provision.CloudConfig;

/// <summary>
/// Every file in Cases holds cases divided by lines "====": a comment that names it, a configuration, "----", and
/// exactly what is said of it and read from it. CORENODE_REWRITE=1 takes what comes out as what is expected.
/// </summary>
[TestFixture, Category("Script")]
internal sealed class CloudConfigCaseTests
{
    private const string Between = "\n====\n";
    private const string Separator = "\n----\n";

    private static string Folder =>
        Path.Combine(TestContext.CurrentContext.TestDirectory, "Provision", "CloudConfig", "Cases");

    private static IEnumerable<TestCaseData> Cases()
    {
        foreach (string path in Directory.EnumerateFiles(Folder, "*.txt").Order(StringComparer.Ordinal))
        {
            string file = Path.GetFileNameWithoutExtension(path);
            string[] cases = File.ReadAllText(path).TrimEnd('\n').Split(Between);
            for (int i = 0; i < cases.Length; i++)
                yield return new TestCaseData(file, i).SetArgDisplayNames(file, NameOf(cases[i]));
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void A_configuration_is_read_as_the_case_expects(string file, int index)
    {
        bool isRewriting = Environment.GetEnvironmentVariable("CORENODE_REWRITE") == "1";
        string path = isRewriting ? SourcePath(file) : Path.Combine(Folder, file + ".txt");
        string[] cases = File.ReadAllText(path).TrimEnd('\n').Split(Between);
        string[] parts = (cases[index] + "\n").Split(Separator, 2);
        string yaml = parts[0][(parts[0].IndexOf('\n', StringComparison.Ordinal) + 1)..] + "\n";
        string actual = CaseText.Run(yaml);
        if (isRewriting)
        {
            cases[index] = (parts[0] + Separator + actual).TrimEnd('\n');
            File.WriteAllText(path, string.Join(Between, cases) + "\n");
            return;
        }

        Assert.That(actual, Is.EqualTo(parts.Length > 1 ? parts[1] : ""));
    }

    [Test]
    public void Whatever_is_said_in_any_case_says_what_to_do()
    {
        int said = 0;
        foreach (string line in Directory.EnumerateFiles(Folder, "*.txt").SelectMany(File.ReadAllLines))
        {
            if (line.Split(' ')[0] is not ("error" or "warning" or "note"))
                continue;
            Assert.That(line, Does.Contain(" | "));
            said++;
        }

        Assert.That(said, Is.GreaterThan(200));
    }

    [Test]
    public void There_are_at_least_150_cases_and_each_has_a_name_of_its_own()
    {
        string[] names = [.. Directory.EnumerateFiles(Folder, "*.txt").SelectMany(static path =>
            File.ReadAllText(path).TrimEnd('\n').Split(Between).Select(NameOf))];
        Assert.That(names, Is.Unique);
        Assert.That(names, Has.Length.GreaterThanOrEqualTo(150));
        Assert.That(names, Has.None.Empty);
    }

    private static string NameOf(string one) => one.Split('\n')[0].TrimStart('#', ' ');

    private static string SourcePath(string file, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "Cases", file + ".txt");
}
