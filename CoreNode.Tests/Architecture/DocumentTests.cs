using System.Text.RegularExpressions;
using CoreNode.Hosting;
using CoreNode.Hosting.UpdateServer;

namespace CoreNode.Tests.Architecture;

/// <summary>Tables in documents that repeat the code say what the code says.</summary>
[TestFixture, Category("Unit")]
internal sealed partial class DocumentTests
{
    [Test]
    public void The_operations_page_lists_the_options_of_a_node()
    {
        string[] documented =
            [.. MarkdownTable.Read(Page("operations.md"), "Flag").Select(row => string.Join(" | ", row[..3]))];
        string[] real =
        [
            .. NodeFlags.All.Select(f =>
                $"--{f.Name} | {f.EnvironmentName} | {(f.Default.Length == 0 ? "–" : f.Default)}"),
        ];
        Assert.That(documented, Is.EqualTo(real));
    }

    [Test]
    public void The_operations_page_lists_the_options_of_an_update_server()
    {
        string[] documented =
        [
            .. MarkdownTable.Read(Page("operations.md"), "Server flag").Select(row => string.Join(" | ", row[..3])),
        ];
        string[] real =
        [
            .. UpdateServerFlags.All.Select(f =>
                $"--{f.Name} | {f.EnvironmentName} | {(f.Default.Length == 0 ? "–" : f.Default)}"),
        ];
        Assert.That(documented, Is.EqualTo(real));
    }

    [Test]
    public void The_operations_page_lists_the_metrics()
    {
        string[] documented = [.. MarkdownTable.Read(Page("operations.md"), "Metric").Select(row => row[0])];
        string[] real =
        [
            .. SourceTree.Files().Where(f => f.IsProductCode)
                .SelectMany(f => Registration().Matches(f.Text)).Select(m => m.Groups["name"].Value)
                .Distinct().Order(StringComparer.Ordinal),
        ];
        Assert.That(real, Is.Not.Empty);
        Assert.That(documented, Is.EqualTo(real));
    }

    private static string Page(string name) => File.ReadAllText(Path.Combine(SourceTree.Root, "docs", name));

    [GeneratedRegex(@"\.(Counter|Gauge|Histogram)\(\s*""(?<name>\w+)""")]
    private static partial Regex Registration();
}
