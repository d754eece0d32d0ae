using CoreNode.Hosting;

namespace CoreNode.Tests.Hosting;

/// <summary>What a node makes of its options.</summary>
[TestFixture, Category("Unit")]
internal sealed class NodeCompositionTests
{
    [Test]
    public void Members_that_start_in_the_same_moment_draw_different_timeouts()
    {
        NodeOptionsReader reader = new(static _ => null, static _ => "", null, static _ => null);
        NodeOptions options = reader.Read([])!;
        ulong[] seeds = [.. Enumerable.Range(0, 100).Select(_ => NodeComposition.Replica(options).Seed)];
        Assert.That(seeds, Is.Unique, "with one seed two members stand for election at once, every time");
    }
}
