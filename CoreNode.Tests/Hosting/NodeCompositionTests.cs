using System.Text.RegularExpressions;
using CoreNode.Foundation;
using CoreNode.Hosting;
using CoreNode.Hosting.Updates;
using CoreNode.Tests.Architecture;
using CoreNode.Updates.Client;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Hosting;

/// <summary>What a node makes of its options.</summary>
[TestFixture, Category("Unit")]
internal sealed partial class NodeCompositionTests
{
    [Test]
    public void Members_that_start_in_the_same_moment_draw_different_timeouts()
    {
        NodeOptionsReader reader = new(static _ => null, static _ => "", null, static _ => null);
        NodeOptions options = reader.Read([])!;
        ulong[] seeds = [.. Enumerable.Range(0, 100).Select(_ => NodeComposition.Replica(options).Seed)];
        Assert.That(seeds, Is.Unique, "with one seed two members stand for election at once, every time");
    }

    [Test]
    public void Machines_that_are_switched_on_together_ask_the_update_server_at_different_moments()
    {
        UpdateOptions options = new() { IsOn = true };
        TimeSpan[] first = [.. Enumerable.Range(0, 100).Select(_ => FirstCheck(options))];
        Assert.That(first, Is.Unique, "with one seed all machines of a site ask at once, every time");
        Assert.That(first.Max() - first.Min(), Is.GreaterThan(TimeSpan.FromMinutes(5)), "of ten minutes");
    }

    [Test]
    public void Nothing_that_is_composed_takes_its_seed_from_anything_but_the_systems_generator()
    {
        string[] wrong =
        [
            .. Lines("Hosting/").Where(static line =>
                line.Contains("Seed = ", StringComparison.Ordinal)
                && !line.Contains("Seed = Seeds.Fresh()", StringComparison.Ordinal)),
            .. Lines("").Where(static line => SeedOfTime().IsMatch(line)),
        ];
        Assert.That(wrong, Is.Empty);
        Assert.That(Lines("Hosting/").Count(static line => line.Contains("Seeds.Fresh()", StringComparison.Ordinal)),
            Is.GreaterThanOrEqualTo(7), "what is looked for is there");
        ulong[] fresh = [.. Enumerable.Range(0, 1000).Select(static _ => Seeds.Fresh())];
        Assert.That(fresh, Is.Unique);
        // Of a counter or a clock high bits would hardly change.
        for (int bit = 0; bit < 64; bit++)
            Assert.That(fresh.Count(seed => (seed >> bit & 1) == 1), Is.InRange(350, 650), $"bit {bit}");
    }

    private static TimeSpan FirstCheck(UpdateOptions options)
    {
        UpdateClientOptions made = UpdatesModule.ClientOptions(options, "/updates");
        BootFacts boot = new() { BootId = "b", Slot = "A", Version = "1.0", OtherSlot = "B", IsMarkedGood = true };
        UpdateDecision decision = UpdateLifecycle.Decide(
            UpdateState.Initial, new UpdateFact.Started(boot), made.Settings,
            new Moment(DateTimeOffset.UnixEpoch, TimeSpan.Zero), new Prng(made.Seed).NextUInt64());
        return decision.Due!.Value;
    }

    private static IEnumerable<string> Lines(string folder) => Directory
        .EnumerateFiles(Path.Combine(SourceTree.Root, "CoreNode", folder), "*.cs", SearchOption.AllDirectories)
        .Where(static file => !file.Contains("/obj/", StringComparison.Ordinal)
            && !file.Contains("/bin/", StringComparison.Ordinal))
        .SelectMany(File.ReadAllLines);

    [GeneratedRegex(@"(new Prng\(|[sS]eed = ).*(Time|Ticks|UtcNow|Environment|Guid|GetHashCode)")]
    private static partial Regex SeedOfTime();
}
