using System.Reflection;

namespace CoreNode.Tests.Architecture;

/// <summary>Each test can be chosen by its kind, so that a script can run all of one and none is forgotten.</summary>
[TestFixture, Category("Unit")]
internal sealed class TestConventionTests
{
    private static readonly string[] s_kinds =
        ["Unit", "Script", "Simulation", "Conformance", "Fault", "EndToEnd", "Benchmark"];

    private static IEnumerable<Type> Fixtures() =>
        typeof(TestConventionTests).Assembly.GetTypes()
            .Where(t => !t.IsAbstract && t.GetMethods().Any(IsTest));

    [Test]
    public void Every_fixture_has_one_kind()
    {
        string[] found = [.. Fixtures().Where(t => Kinds(t).Count() != 1).Select(t => t.FullName!)];
        Assert.That(found.Length, Is.Zero, string.Join('\n', found));
    }

    [Test]
    public void Benchmarks_run_only_when_they_are_asked_for()
    {
        string[] found =
        [
            .. Fixtures().Where(t => Kinds(t).Contains("Benchmark") && !t.IsDefined(typeof(ExplicitAttribute)))
                .Select(t => t.FullName!),
        ];
        Assert.That(found.Length, Is.Zero, string.Join('\n', found));
    }

    [Test]
    public void Names_of_tests_are_sentences()
    {
        string[] found =
        [
            .. Fixtures().SelectMany(t => t.GetMethods())
                .Where(m => IsTest(m) && !m.Name.Contains('_', StringComparison.Ordinal))
                .Select(m => $"{m.DeclaringType!.FullName}.{m.Name}"),
        ];
        Assert.That(found.Length, Is.Zero, string.Join('\n', found));
    }

    private static bool IsTest(MethodInfo method) =>
        method.IsDefined(typeof(TestAttribute))
        || method.IsDefined(typeof(TestCaseAttribute))
        || method.IsDefined(typeof(TestCaseSourceAttribute));

    private static IEnumerable<string> Kinds(Type fixture) =>
        fixture.GetCustomAttributes<CategoryAttribute>().Select(c => c.Name).Where(s_kinds.Contains);
}
