using Mono.Cecil;

namespace CoreNode.Tests.Architecture;

/// <summary>Holds the whole source tree to its own rules.</summary>
[TestFixture, Category("Unit")]
internal sealed class TidyTests
{
    private static IEnumerable<string> Checks() => TidyChecks.All.Keys;

    [TestCaseSource(nameof(Checks))]
    public void The_source_tree_is_tidy(string check)
    {
        string[] found = [.. SourceTree.Files().SelectMany(TidyChecks.All[check])];
        Assert.That(found.Length, Is.Zero, string.Join('\n', found));
    }

    [Test]
    public void Links_in_documents_lead_somewhere()
    {
        string[] found = [.. SourceTree.Files().SelectMany(f => MarkdownChecks.Links(f, ByPath()))];
        Assert.That(found.Length, Is.Zero, string.Join('\n', found));
    }

    [Test]
    public void Documents_name_only_files_and_folders_that_exist()
    {
        string[] found = [.. SourceTree.Files().SelectMany(f => MarkdownChecks.Paths(f, ByPath()))];
        Assert.That(found.Length, Is.Zero, string.Join('\n', found));
    }

    [Test]
    public void Every_decision_is_numbered_once_and_listed()
    {
        string[] files =
        [
            .. SourceTree.Files().Select(f => f.Path)
                .Where(p => p.StartsWith("docs/decisions/0", StringComparison.Ordinal))
                .Select(p => Path.GetFileName(p)),
        ];
        SourceFile list = ByPath()["docs/decisions/README.md"];
        Assert.That(files, Is.Not.Empty);
        Assert.That(files.Select(f => f[..4]), Is.Unique);
        Assert.That(files.Where(f => !list.Text.Contains($"]({f})", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Log_event_ids_are_unique_and_in_their_modules_range()
    {
        using ModuleDefinition assembly = IlScanner.Open(Path.Combine(AppContext.BaseDirectory, "corenode.dll"));
        string[] found =
        [
            .. EventIdRules.Violations(
                EventIdRules.Collect(assembly, AllowedEdges.Table.Root), EventIdRules.FirstIdOf),
        ];
        Assert.That(found.Length, Is.Zero, string.Join('\n', found));
    }

    [Test]
    public void The_source_tree_is_found_and_has_no_build_output()
    {
        Assert.That(SourceTree.Files().Select(f => f.Path), Does.Contain("CoreNode/Program.cs"));
        Assert.That(SourceTree.Files().Select(f => f.Path), Has.None.Contains("/obj/").And.None.Contains("/bin/"));
    }

    private static Dictionary<string, SourceFile> ByPath() => SourceTree.Files().ToDictionary(f => f.Path);
}
