using System.Text.RegularExpressions;
using CoreNode.Tests.Architecture;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Updates.Lifecycle;

/// <summary>The diagram says what the code does, and the code does nothing that is not in it.</summary>
[TestFixture, Category("Unit")]
internal sealed partial class LifecycleDiagramTests
{
    private static string Page => File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "updates-lifecycle.md"));

    [Test]
    public void The_diagram_shows_the_arrows_of_the_code()
    {
        string[] drawn =
        [
            .. Arrow().Matches(Page)
                .Select(m => $"{m.Groups["from"].Value} --> {m.Groups["to"].Value}: {m.Groups["when"].Value}"),
        ];
        string[] real = [.. LifecycleTransitions.All.Select(t => $"{t.From} --> {t.To}: {t.When}")];
        Assert.That(drawn, Is.EqualTo(real));
    }

    [Test]
    public void The_page_lists_every_error_code_with_its_class()
    {
        string[] drawn = [.. MarkdownTable.Read(Page, "Code").Select(row => string.Join(" | ", row[..3]))];
        string[] real =
        [
            .. UpdateErrors.All.OrderBy(i => (int)i.Code).Select(i => $"{(int)i.Code} | {i.Code} | {i.Class}"),
        ];
        Assert.That(drawn, Is.EqualTo(real), string.Join('\n', real.Select(r => $"| {r} |")));
    }

    [Test]
    public void Every_stage_has_a_status_that_older_clients_know()
    {
        string[] known =
        [
            "UPDATE_STATUS_IDLE", "UPDATE_STATUS_CHECKING_FOR_UPDATE", "UPDATE_STATUS_UPDATE_AVAILABLE",
            "UPDATE_STATUS_DOWNLOADING", "UPDATE_STATUS_VERIFYING", "UPDATE_STATUS_FINALIZING",
            "UPDATE_STATUS_UPDATED_NEED_REBOOT", "UPDATE_STATUS_REPORTING_ERROR_EVENT",
        ];
        foreach (LifecycleStage stage in Enum.GetValues<LifecycleStage>())
            Assert.That(known, Does.Contain(LifecycleStatus.Name(UpdateState.Initial with { Stage = stage })));
    }

    [GeneratedRegex(@"^ {4}(?<from>\w+) --> (?<to>\w+): (?<when>.+)$", RegexOptions.Multiline)]
    private static partial Regex Arrow();
}
