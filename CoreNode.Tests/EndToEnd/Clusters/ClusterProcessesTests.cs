namespace CoreNode.Tests.EndToEnd.Clusters;

/// <summary>The harness itself, on a cluster that is known to work.</summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class ClusterProcessesTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    [TestCase(false)]
    [TestCase(true)]
    public async Task Another_member_leads_after_the_first_leader_was_killed(bool isIsolated)
    {
        if (isIsolated && NetworkNamespace.Obstacle is { } obstacle)
            Assert.Ignore(obstacle);
        ClusterShape shape = new()
        {
            Command = EtcdProcess.Command,
            IsIsolated = isIsolated,
            ElectionTimeout = TimeSpan.FromMilliseconds(500),
        };
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(shape);
        ServerProcess first = await cluster.WaitForLeaderAsync(s_deadline);
        await first.KillAsync();
        ServerProcess second = await cluster.WaitForLeaderAsync(s_deadline, other: first);
        Assert.That(second.Place.Name, Is.Not.EqualTo(first.Place.Name));
        await first.RestartAsync();
        ServerProcess added = await cluster.AddAsync();
        await added.WaitUntilReadyAsync();
        Assert.That(cluster.Pids.Count(), Is.EqualTo(4));
    }

    [Test]
    public async Task A_leader_that_is_cut_off_loses_its_office()
    {
        if (NetworkNamespace.Obstacle is { } obstacle)
            Assert.Ignore(obstacle);
        ClusterShape shape = new()
        {
            Command = EtcdProcess.Command,
            IsIsolated = true,
            ElectionTimeout = TimeSpan.FromMilliseconds(500),
        };
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(shape);
        PacketNetwork network = cluster.Network!;
        ServerProcess first = await cluster.WaitForLeaderAsync(s_deadline);
        network.Faults = LinkFaults.None.WithoutLink(ClusterProcesses.PlaceOf(first), network.Count);
        await cluster.WaitForLeaderAsync(s_deadline, other: first);
        network.Faults = LinkFaults.None;
        await first.WaitUntilReadyAsync();
        Assert.That(network.LostCount, Is.Positive);
    }
}
