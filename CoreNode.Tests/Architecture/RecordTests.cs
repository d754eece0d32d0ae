using Mono.Cecil;

namespace CoreNode.Tests.Architecture;

/// <summary>Holds corenode against <see cref="RecordRules"/>, and those against samples.</summary>
[TestFixture, Category("Unit")]
internal sealed class RecordTests
{
    [Test]
    public void A_record_that_is_a_key_makes_its_hash_itself()
    {
        using ModuleDefinition assembly = IlScanner.Open(Path.Combine(AppContext.BaseDirectory, "corenode.dll"));
        string[] hashed = [.. RecordRules.Hashed(assembly).Where(IsOfOther)];
        Assert.That(hashed, Is.Empty, string.Join('\n', hashed));
    }

    [Test]
    public void No_record_is_printed_by_what_the_compiler_made()
    {
        using ModuleDefinition assembly = IlScanner.Open(Path.Combine(AppContext.BaseDirectory, "corenode.dll"));
        IReadOnlyCollection<string> printed = RecordRules.Printed(assembly);
        Assert.That(printed, Is.Empty, string.Join('\n', printed));
    }

    [Test]
    public void The_samples_break_both_rules()
    {
        using ModuleDefinition assembly = IlScanner.Open(typeof(RecordTests).Assembly.Location);
        Assert.That(Samples(RecordRules.Hashed(assembly)), Is.EqualTo(new[] { "Key1", "Key2" }));
        Assert.That(Samples(RecordRules.Printed(assembly)), Is.EqualTo(new[] { "Print1", "Print2" }));
    }

    // A hash that the compiler makes may take in another.
    private static bool IsOfOther(string place) => !place.EndsWith("::GetHashCode()", StringComparison.Ordinal);

    private static IEnumerable<string> Samples(IEnumerable<string> places) => places
        .Where(static place => place.Contains("RecordTests::", StringComparison.Ordinal))
        .Select(static place => place.Split("::")[1].Split('(')[0]);

    private sealed record Sample(int Value);

    private sealed record Own(int Value)
    {
        public override int GetHashCode() => Value;
    }

#pragma warning disable IDE0051 // only their code is looked at
    private static int Key1(Dictionary<(int, Sample), int> places, Sample sample) => places[(0, sample)];

    private static int Key2(Sample[] samples) => new HashSet<Sample>(samples).Count;

    private static int Key3(Own[] samples) => new HashSet<Own>(samples).Count;

    private static string Print1(Sample sample) => $"it is {sample}";

    private static string Print2(Sample sample) => "it is " + sample;
#pragma warning restore IDE0051
}
