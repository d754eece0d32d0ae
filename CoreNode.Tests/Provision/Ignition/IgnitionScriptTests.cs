using System.Text;
using CoreNode.Provision.Ignition;

namespace CoreNode.Tests.Provision.Ignition;

/// <summary>
/// Every case in Scripts: a name, a configuration, "----", and exactly what is said of it and wanted by it.
/// CORENODE_REWRITE=1 writes the transcripts anew; read the difference before committing it.
/// </summary>
[TestFixture, Category("Script")]
internal sealed class IgnitionScriptTests
{
    private const int LeastCases = 90;

    [TestCaseSource(typeof(IgnitionCase), nameof(IgnitionCase.Files))]
    public void Configurations_are_read_or_refused_as_the_script_says(string file)
    {
        string path = Path.Combine(IgnitionCase.Folder, file);
        string actual = IgnitionCase.Join(
            IgnitionCase.Of(file).Select(static one => one.Text(IgnitionText.Of(Read(one.Json)))));
        if (Environment.GetEnvironmentVariable("CORENODE_REWRITE") == "1")
            File.WriteAllText(path, actual);
        else
            Assert.That(actual, Is.EqualTo(File.ReadAllText(path)), $"CORENODE_REWRITE=1 rewrites {file}");
    }

    [Test]
    public void There_are_cases_enough() =>
        Assert.That(IgnitionCase.All().Count(), Is.GreaterThanOrEqualTo(LeastCases));

    [Test]
    public void Each_refusal_says_where_and_what_to_do()
    {
        foreach (IgnitionCase one in IgnitionCase.All())
        {
            foreach (CoreNode.Provision.Model.Finding finding in Read(one.Json).Config.Findings)
            {
                Assert.That(finding.Place.Line, Is.GreaterThan(0), one.Name);
                Assert.That(finding.Suggestion, Is.Not.Empty, one.Name);
                Assert.That(finding.Place.Column, Is.GreaterThan(0), one.Name);
                Assert.That(finding.Source, Is.EqualTo("user-data"), one.Name);
                Assert.That(finding.Reason, Is.Not.Empty, one.Name);
            }
        }
    }

    private static IgnitionResult Read(string json) =>
        IgnitionReader.Read(Encoding.UTF8.GetBytes(json), "user-data", IgnitionRules.Default);
}
