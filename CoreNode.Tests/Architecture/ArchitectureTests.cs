using Mono.Cecil;

namespace CoreNode.Tests.Architecture;

/// <summary>Holds the real code against <see cref="AllowedEdges"/>, and the document against the same table.</summary>
[TestFixture, Category("Unit")]
internal sealed class ArchitectureTests
{
    private static readonly Lazy<IReadOnlyCollection<Use>> s_uses = new(() =>
    {
        using ModuleDefinition assembly = IlScanner.Open(Path.Combine(AppContext.BaseDirectory, "corenode.dll"));
        return IlScanner.Scan(assembly, AllowedEdges.Table.Root);
    });

    [Test]
    public void Modules_use_only_what_the_table_allows()
    {
        IReadOnlyList<string> violations = EdgeRules.Violations(AllowedEdges.Table, s_uses.Value);
        Assert.That(violations.Count, Is.Zero, string.Join('\n', violations));
    }

    [Test]
    public void Using_directives_name_only_modules_that_the_table_allows()
    {
        IReadOnlyList<string> violations = EdgeRules.Violations(AllowedEdges.Table, SourceUses());
        Assert.That(violations.Count, Is.Zero, string.Join('\n', violations));
    }

    [Test]
    public void Each_allowed_edge_is_used()
    {
        IReadOnlyList<string> unused = EdgeRules.Unused(AllowedEdges.Table, s_uses.Value.Concat(SourceUses()));
        TestContext.Out.WriteLine($"allowed edges without use: {string.Join(", ", unused)}");
        Assert.That(unused, AllowedEdges.AllModulesAreThere ? Is.Empty : Is.Not.Null, string.Join('\n', unused));
    }

    [Test]
    public void The_table_names_each_module_once()
    {
        string[] names = [.. AllowedEdges.Table.Modules.Select(m => m.Name)];
        Assert.That(names, Is.Unique);
        Assert.That(AllowedEdges.Table.Modules.SelectMany(m => m.MayUse).Distinct(), Is.SubsetOf(names));
    }

    [Test]
    public void The_document_shows_the_same_edges()
    {
        string[] expected =
        [
            .. AllowedEdges.Table.Modules.Select(m =>
                $"{m.Name} | {m.Kind} | {List(m.MayUse)} | {(m.IsNative ? "yes" : "–")}"),
        ];
        Assert.That(
            MarkdownTable.Read(Document(), "Module").Select(row => string.Join(" | ", row)), Is.EqualTo(expected));
    }

    [Test]
    public void The_document_shows_the_same_package_owners()
    {
        string[] expected = [.. AllowedEdges.Table.Packages.Select(p => $"{p.Assembly} | {List(p.Owners)}")];
        Assert.That(
            MarkdownTable.Read(Document(), "Package").Select(row => string.Join(" | ", row)), Is.EqualTo(expected));
    }

    private static IEnumerable<Use> SourceUses()
    {
        foreach (SourceFile file in SourceTree.Files().Where(f => f.IsProductCode))
        {
            string folder = Path.GetDirectoryName(file.Path)!["CoreNode".Length..].Trim('/');
            string module = folder.Length == 0 ? "Program" : folder.Replace('/', '.');
            foreach (Use use in UsingScanner.Scan(AllowedEdges.Table.Root, module, file.Path, file.Text))
                yield return use;
        }
    }

    private static string Document() => File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "architecture.md"));

    private static string List(string[] names) => names.Length == 0 ? "–" : string.Join(", ", names);
}
