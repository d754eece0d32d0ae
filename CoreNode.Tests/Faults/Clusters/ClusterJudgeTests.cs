using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.EndToEnd.Clusters;
using CoreNode.Tests.Histories;

namespace CoreNode.Tests.Faults.Clusters;

/// <summary>Mistakes that a store could make, made on purpose: each must be found by what judges a trial.</summary>
[TestFixture, Category("Fault"), Category("Native"), Category("Cluster")]
[Parallelizable(ParallelScope.All)]
internal sealed class ClusterJudgeTests
{
    private const int SomeWrites = 60;

    [Test]
    public async Task Reads_that_do_not_ask_the_quorum_are_found_out_by_a_partition()
    {
        await using ClusterTrial trial = await ClusterTrial.StartAsync("etcd", readsWithQuorum: false);
        await trial.ProgressAsync(SomeWrites);
        ServerProcess leader = await trial.Cluster.WaitForLeaderAsync(TimeSpan.FromSeconds(30));
        int follower = 1 + ClusterProcesses.PlaceOf(leader) % 3;
        // Clients still reach it.
        trial.Cluster.Network!.Faults = Enumerable.Range(1, 3).Where(other => other != follower)
            .Aggregate(LinkFaults.None, (faults, other) => faults.WithoutPair(follower, other));
        await trial.ProgressAsync(SomeWrites);
        LinearizabilityVerdict verdict = await trial.EndAndCheckHistoryAsync();
        Assert.That(verdict.Outcome, Is.EqualTo(Linearizability.Violated));
    }

    [Test]
    public async Task Acknowledged_writes_that_are_forgotten_are_found_out()
    {
        await using ClusterTrial trial = await ClusterTrial.StartAsync("etcd", members: 1);
        await trial.ProgressAsync(SomeWrites);
        ServerProcess only = trial.Cluster.Members[0];
        await only.KillAsync();
        only.Wipe();
        only.Launch();
        await trial.ProgressAsync(SomeWrites);
        LinearizabilityVerdict verdict = await trial.EndAndCheckHistoryAsync();
        Assert.That(verdict.Outcome, Is.EqualTo(Linearizability.Violated));
    }
}
