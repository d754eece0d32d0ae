using System.Reflection;
using CoreNode.Tests.Architecture.Samples.Core;
using Mono.Cecil;

namespace CoreNode.Tests.Architecture;

/// <summary>The test of the test: each kind of violation, planted in this assembly, is found and named.</summary>
[TestFixture, Category("Unit")]
internal sealed class ArchitectureSampleTests
{
    private const string Root = "CoreNode.Tests.Architecture.Samples";

    private static readonly EdgeTable s_table = new(
        Root,
        [
            new("Ports", ModuleKind.Port),
            new("Core", ModuleKind.Decider, "Ports"),
            new("Shell", ModuleKind.Service, "Core", "Ports"),
        ],
        [new("Mono.Cecil", "Shell"), new("Microsoft.Extensions.Logging", "Shell", "Core")]);

    private static readonly Lazy<IReadOnlyCollection<Use>> s_uses = new(() =>
    {
        using ModuleDefinition assembly = IlScanner.Open(typeof(ArchitectureSampleTests).Assembly.Location);
        return IlScanner.Scan(assembly, Root);
    });

    private static IEnumerable<string> Places() => NestedNames(typeof(HidingPlaces));

    private static IEnumerable<string> Needs() => NestedNames(typeof(BannedNeeds)).Where(n => n != "Innocent");

    [TestCaseSource(nameof(Places))]
    public void A_forbidden_edge_is_found_wherever_it_hides(string place)
    {
        IReadOnlyList<string> found = EdgeRules.Violations(s_table, s_uses.Value);
        Assert.That(found, Has.Some.StartsWith("Core must not use Shell: ").And.Some.Contain($"HidingPlaces.{place}"));
    }

    [TestCaseSource(nameof(Needs))]
    public void A_need_that_a_decider_may_not_have_is_found(string need)
    {
        IReadOnlyList<string> found = EdgeRules.Violations(s_table, s_uses.Value);
        Assert.That(found, Has.Some.Contains($"BannedNeeds.{need}"));
    }

    [Test]
    public void An_iterator_in_a_decider_is_no_violation() =>
        Assert.That(
            EdgeRules.Violations(s_table, s_uses.Value), Has.None.Contains($"{nameof(BannedNeeds)}.Innocent"));

    [Test]
    public void A_thread_that_waits_for_a_task_is_found_and_await_is_not()
    {
        IReadOnlyList<string> found = EdgeRules.Violations(s_table, s_uses.Value);
        Assert.That(found, Has.Some.Contains("Blocking.Read").And.Some.Contains("Blocking.Take"));
        Assert.That(found, Has.Some.Contains("Blocking.Start").And.None.Contains("Blocking.Await"));
    }

    [Test]
    public void A_place_is_named_with_file_and_line() =>
        Assert.That(
            EdgeRules.Violations(s_table, s_uses.Value),
            Has.Some.Match(@"HidingPlaces\.StaticCall\.Call \(HidingPlaces\.cs:\d+\) needs .*Thing\.Twice"));

    [Test]
    public void A_module_that_the_table_does_not_know_is_found() =>
        Assert.That(
            EdgeRules.Violations(s_table, s_uses.Value),
            Has.Some.StartsWith("unknown module Elsewhere").And.Some.Contain("Stranger.Look"));

    [Test]
    public void A_folder_inside_a_module_has_the_rules_of_the_module()
    {
        IReadOnlyList<string> found = EdgeRules.Violations(s_table, s_uses.Value);
        Assert.That(found, Has.Exactly(1).Contains("Inner.Part").And.Exactly(1).Contains("Inner.Part.Forbidden"));
    }

    [Test]
    public void A_package_without_an_owner_is_found()
    {
        EdgeTable without = s_table with { Packages = [s_table.Packages[1]] };
        Assert.That(
            EdgeRules.Violations(without, s_uses.Value), Has.Some.StartsWith("unknown package Mono.Cecil"));
    }

    [Test]
    public void An_allowed_edge_that_nobody_uses_is_found()
    {
        IReadOnlyList<string> unused = EdgeRules.Unused(s_table, s_uses.Value);
        Assert.That(unused, Is.EquivalentTo(new[] { "Shell -> Core", "Shell -> Ports" }));
    }

    [Test]
    public void A_constant_of_a_forbidden_module_shows_in_the_using_directive()
    {
        const string text = """
            using System.Text;
            using CoreNode.Tests.Architecture.Samples.Shell;
            using static CoreNode.Tests.Architecture.Samples.Ports.IDoor;
            using Door = CoreNode.Tests.Architecture.Samples.Ports.IDoor;
            """;
        Use[] uses = [.. UsingScanner.Scan(Root, "Core", "X.cs", text)];
        Assert.That(uses.Select(u => u.TargetModule), Is.EqualTo(new[] { "Shell", "Ports", "Ports" }));
        Assert.That(EdgeRules.Violations(s_table, uses), Has.Exactly(1).StartsWith("Core must not use Shell: X.cs"));
    }

    private static IEnumerable<string> NestedNames(Type type) =>
        type.GetNestedTypes(BindingFlags.NonPublic | BindingFlags.Public)
            .Select(t => t.Name.Split('`')[0])
            .Where(n => !n.Contains('<', StringComparison.Ordinal));
}
