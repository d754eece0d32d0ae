using System.Text.RegularExpressions;
using CoreNode.Reboots;
using CoreNode.Tests.Architecture;

namespace CoreNode.Tests.Reboots;

/// <summary>The diagram says what the code does, and names in files fit their values.</summary>
[TestFixture, Category("Unit")]
internal sealed partial class RebootDiagramTests
{
    private static string Page => File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "reboots.md"));

    [Test]
    public void The_diagram_shows_the_arrows_of_the_code()
    {
        string[] drawn =
        [
            .. Arrow().Matches(Page)
                .Select(m => $"{m.Groups["from"].Value} --> {m.Groups["to"].Value}: {m.Groups["when"].Value}"),
        ];
        string[] real = [.. RebootArrows.All.Select(t => $"{t.From} --> {t.To}: {t.When}")];
        Assert.That(drawn, Is.EqualTo(real), string.Join('\n', real.Select(r => "    " + r)));
    }

    [Test]
    public void Every_value_has_a_name_in_files()
    {
        Assert.That(RebootNames.Stages, Has.Count.EqualTo(Enum.GetValues<RebootStage>().Length));
        Assert.That(RebootNames.Steps, Has.Count.EqualTo(Enum.GetValues<RebootStepKind>().Length));
        Assert.That(RebootNames.Wants, Has.Count.EqualTo(Enum.GetValues<RebootWantKind>().Length));
        Assert.That(RebootStrategies.Words, Has.Count.EqualTo(Enum.GetValues<RebootStrategy>().Length));
    }

    [GeneratedRegex(@"^ {4}(?<from>\w+) --> (?<to>\w+): (?<when>.+)$", RegexOptions.Multiline)]
    private static partial Regex Arrow();
}
