using System.Globalization;
using CoreNode.Foundation;

namespace CoreNode.Tests.Raft;

/// <summary>
/// Seeded chaos on small clusters. CORENODE_RAFT_SEEDS=N runs N seeds in place of the default, from
/// CORENODE_RAFT_FIRST_SEED on.
/// </summary>
[TestFixture, Category("Simulation"), Parallelizable(ParallelScope.All)]
internal sealed class RandomClusterTests
{
    private const int Seeds = 250;
    private const int Steps = 2500;

    private static readonly string[] s_rarePaths =
    [
        "raft.configuration-replaced", "raft.election-lost", "raft.joint-left", "raft.leader-removed",
        "raft.quorum-lost", "raft.removed-member-campaigns", "raft.snapshot-of-known-prefix",
        "raft.snapshot-restored", "raft.transfer-after-catch-up", "raft.write-replaced-in-flight",
    ];

    [Test]
    public void Chaos_breaks_no_property_of_Raft_and_the_healed_cluster_commits()
    {
        ulong first = Number("CORENODE_RAFT_FIRST_SEED", 1);
        ulong count = Number("CORENODE_RAFT_SEEDS", Seeds);
        ulong applied = 0;
        int elections = 0;
        int reads = 0;
        for (ulong seed = first; seed < first + count; seed++)
        {
            RandomCluster cluster = Run(seed);
            applied += cluster.HighestApplied.Value;
            elections += cluster.Elections;
            reads += cluster.ReadsAnswered;
        }

        TestContext.Out.WriteLine($"{count} seeds: {applied} entries, {elections} elections, {reads} reads");
        Assert.Multiple(() =>
        {
            Assert.That(applied, Is.GreaterThan(20 * count), "the chaos leaves room for work");
            Assert.That(elections, Is.GreaterThan((int)count), "leaders change");
            Assert.That(reads, Is.GreaterThan((int)count), "reads are answered");
#if DEBUG
            if (count >= Seeds)
                Assert.That(Probe.Hits.Keys, Is.SupersetOf(s_rarePaths), "rare paths are reached");
#endif
        });
    }

    private static RandomCluster Run(ulong seed)
    {
        try
        {
            RandomCluster cluster = new(seed);
            cluster.Run(Steps);
            cluster.Recover();
            return cluster;
        }
        catch (Exception e) when (e is AssertionException or InvariantException or OverflowException)
        {
            throw new AssertionException($"SIM FAILED seed={seed} -> CORENODE_RAFT_FIRST_SEED={seed} "
                + $"CORENODE_RAFT_SEEDS=1 dotnet test --filter {nameof(RandomClusterTests)}\n{e}");
        }
    }

    private static ulong Number(string variable, ulong otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? ulong.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;
}
