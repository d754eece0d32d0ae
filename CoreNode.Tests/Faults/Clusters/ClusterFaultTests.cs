using CoreNode.Foundation;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.Faults.Clusters;

/// <summary>
/// Clusters of real processes under attack, three members and five. The cases of etcd are tests of the tests: what it
/// is known to survive must not be called a fault.
/// </summary>
[TestFixture, Category("Fault"), Category("Native"), Category("Cluster")]
[Parallelizable(ParallelScope.All)]
internal sealed class ClusterFaultTests
{
    private const int SomeWrites = 60;
    private const int FewWrites = 20;
    private const string SnapshotBytes = "corenode_peer_snapshot_sent_bytes_total";
    private const string AttackVariable = "CORENODE_CLUSTER_SECONDS";
    private static readonly TimeSpan s_election = TimeSpan.FromSeconds(30);

    // Longer than an election and a half with the timeouts of these clusters, so that somebody else leads meanwhile.
    private static readonly TimeSpan s_fault = TimeSpan.FromMilliseconds(2500);

    // How long the random attacks last.
    private static TimeSpan AttackTime => TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable(AttackVariable), out int seconds) ? seconds : 8);

    [TestCase("corenode")]
    [TestCase("etcd")]
    public async Task The_leader_is_killed_again_and_again(string server)
    {
        await using ClusterTrial trial = await ClusterTrial.StartAsync(server);
        for (int round = 0; round < 3; round++)
        {
            await trial.ProgressAsync(SomeWrites);
            ServerProcess leader = await trial.Cluster.WaitForLeaderAsync(s_election);
            await leader.KillAsync();
            await trial.ProgressAsync(FewWrites);
            leader.Launch();
        }
        await trial.ProgressAsync(SomeWrites);
        await trial.JudgeAsync();
    }

    [TestCase("corenode")]
    public async Task A_follower_is_killed_again_and_again(string server)
    {
        await using ClusterTrial trial = await ClusterTrial.StartAsync(server);
        for (int round = 0; round < 4; round++)
        {
            await trial.ProgressAsync(SomeWrites);
            ServerProcess follower = await FollowerAsync(trial);
            await follower.KillAsync();
            await trial.ProgressAsync(SomeWrites);
            follower.Launch();
        }
        await trial.ProgressAsync(SomeWrites);
        await trial.JudgeAsync();
    }

    [TestCase("corenode")]
    public async Task All_members_are_killed_at_once(string server)
    {
        await using ClusterTrial trial = await ClusterTrial.StartAsync(server);
        for (int round = 0; round < 3; round++)
        {
            await trial.ProgressAsync(SomeWrites * 2);
            await Task.WhenAll(trial.Cluster.Members.Select(m => m.KillAsync()));
            foreach (ServerProcess member in trial.Cluster.Members)
                member.Launch();
        }
        await trial.ProgressAsync(SomeWrites);
        await trial.JudgeAsync();
    }

    [TestCase("corenode")]
    [TestCase("etcd")]
    public async Task The_leader_stands_still_for_a_while(string server)
    {
        await using ClusterTrial trial = await ClusterTrial.StartAsync(server);
        for (int round = 0; round < 2; round++)
        {
            await trial.ProgressAsync(SomeWrites);
            ServerProcess leader = await trial.Cluster.WaitForLeaderAsync(s_election);
            leader.Pause();
            await Task.WhenAll(Task.Delay(s_fault), trial.ProgressAsync(FewWrites));
            // Asked while it stands still, after others were told of newer writes: what it says then must not be old.
            Task reading = trial.ReadEveryKeyAtAsync(leader);
            await trial.ProgressAsync(FewWrites);
            leader.Resume();
            await reading;
        }
        await trial.ProgressAsync(SomeWrites);
        await trial.JudgeAsync();
    }

    [TestCase("corenode")]
    public async Task The_leader_stops_on_request_and_comes_back(string server)
    {
        await using ClusterTrial trial = await ClusterTrial.StartAsync(server);
        for (int round = 0; round < 3; round++)
        {
            await trial.ProgressAsync(SomeWrites);
            ServerProcess leader = await trial.Cluster.WaitForLeaderAsync(s_election);
            (int code, _) = await leader.StopAsync();
            Assert.That(code, Is.Zero, leader.StandardError);
            await trial.ProgressAsync(FewWrites);
            leader.Launch();
        }
        await trial.ProgressAsync(SomeWrites);
        await trial.JudgeAsync();
    }

    [TestCase("corenode")]
    [TestCase("etcd")]
    public async Task The_leader_is_cut_off(string server)
    {
        await using ClusterTrial trial = await ClusterTrial.StartAsync(server);
        for (int round = 0; round < 2; round++)
        {
            await trial.ProgressAsync(SomeWrites);
            int leader = await LeaderPlaceAsync(trial);
            // In the second round clients still reach it: what it tells them must not be old.
            PacketNetwork network = trial.Cluster.Network!;
            await WhileAsync(trial, round == 0
                ? LinkFaults.None.WithoutLink(leader, network.Count)
                : CutFromMembers(leader, network.Count));
        }
        await trial.ProgressAsync(SomeWrites);
        await trial.JudgeAsync();
    }

    [TestCase("corenode")]
    public async Task Two_members_do_not_hear_each_other(string server)
    {
        await using ClusterTrial trial = await ClusterTrial.StartAsync(server);
        await trial.ProgressAsync(SomeWrites);
        int leader = await LeaderPlaceAsync(trial);
        int follower = 1 + leader % 3;
        await WhileAsync(trial, LinkFaults.None.WithoutPair(leader, follower));
        await trial.ProgressAsync(SomeWrites);
        leader = await LeaderPlaceAsync(trial);
        follower = 1 + leader % 3;
        // The follower hears the leader, but its answers are lost; then the other way round.
        await WhileAsync(trial, LinkFaults.None.WithoutWay(follower, leader));
        await WhileAsync(trial, LinkFaults.None.WithoutWay(leader, follower));
        await trial.ProgressAsync(SomeWrites);
        await trial.JudgeAsync();
    }

    [TestCase("corenode")]
    public async Task A_fifth_of_the_packets_is_lost(string server)
    {
        await using ClusterTrial trial = await ClusterTrial.StartAsync(server);
        await trial.ProgressAsync(SomeWrites);
        await WhileAsync(trial, LinkFaults.None with { Loss = 0.2 });
        await WhileAsync(trial, LinkFaults.None with { Loss = 0.2 });
        await trial.ProgressAsync(SomeWrites);
        await trial.JudgeAsync();
    }

    [TestCase("corenode")]
    public async Task Packets_are_slow_and_overtake_each_other(string server)
    {
        await using ClusterTrial trial = await ClusterTrial.StartAsync(server);
        await trial.ProgressAsync(SomeWrites);
        TimeSpan time = TimeSpan.FromMilliseconds(20);
        await WhileAsync(trial, LinkFaults.None with { Delay = time, Jitter = time });
        await WhileAsync(trial, LinkFaults.None with { Delay = time * 2 });
        await trial.ProgressAsync(SomeWrites);
        await trial.JudgeAsync();
    }

    [TestCase("corenode")]
    public async Task Five_members_suffer_several_faults_at_once(string server)
    {
        await using ClusterTrial trial = await ClusterTrial.StartAsync(server, members: 5);
        PacketNetwork network = trial.Cluster.Network!;
        Prng prng = trial.Prng.Child("faults");
        for (int round = 0; round < 3; round++)
        {
            await trial.ProgressAsync(SomeWrites);
            int first = await LeaderPlaceAsync(trial);
            int second = 1 + (first + prng.Next(4)) % 5;
            ServerProcess killed = trial.Cluster.Members[(round == 1 ? second : first) - 1];
            ServerProcess paused = trial.Cluster.Members[(round == 1 ? first : second) - 1];
            await killed.KillAsync();
            if (round < 2)
                paused.Pause();
            else
                network.Faults = (LinkFaults.None with { Loss = 0.05 }).WithoutLink(second, network.Count);
            await Task.WhenAll(Task.Delay(s_fault), trial.ProgressAsync(FewWrites));
            if (round < 2)
                paused.Resume();
            network.Faults = LinkFaults.None;
            killed.Launch();
        }
        await trial.ProgressAsync(SomeWrites);
        await trial.JudgeAsync();
    }

    [TestCase("corenode")]
    public async Task A_member_that_fell_far_behind_is_brought_up_by_a_snapshot(string server)
    {
        await using ClusterTrial trial = await ClusterTrial.StartAsync(
            server, extra: ["--snapshot-count", "1000"]);
        PacketNetwork network = trial.Cluster.Network!;
        for (int round = 0; round < 3; round++)
        {
            await trial.ProgressAsync(SomeWrites);
            ServerProcess follower = await FollowerAsync(trial);
            int place = ClusterProcesses.PlaceOf(follower);
            switch (round)
            {
                case 0:
                    await follower.KillAsync();
                    await FallBehindAsync(trial);
                    follower.Launch();
                    // Somewhere in the middle of it, perhaps.
                    await Task.Delay(trial.Prng.Next(300));
                    await follower.KillAsync();
                    follower.Launch();
                    break;
                case 1:
                    // Its connections and watchers stay open all the time.
                    follower.Pause();
                    await FallBehindAsync(trial);
                    follower.Resume();
                    break;
                default:
                    network.Faults = LinkFaults.None.WithoutLink(place, network.Count);
                    await FallBehindAsync(trial);
                    network.Faults = LinkFaults.None with { Loss = 0.02 };
                    break;
            }
            await follower.WaitUntilReadyAsync();
            network.Faults = LinkFaults.None;
        }
        // In the first round at least; later ones may be fed from what waits in the buffers of their connections.
        Assert.That(await trial.Cluster.SumAsync(SnapshotBytes), Is.Positive, trial.Cluster.Words());
        await trial.ProgressAsync(SomeWrites);
        await trial.JudgeAsync();
    }

    [TestCase("corenode")]
    public async Task The_disk_of_the_leader_hangs(string server)
    {
        await using ClusterTrial trial = await ClusterTrial.StartAsync(server);
        for (int round = 0; round < 2; round++)
        {
            await trial.ProgressAsync(SomeWrites);
            ServerProcess leader = await trial.Cluster.WaitForLeaderAsync(s_election);
            using (RunningProgram slow = await HangingDisk.AttachAsync(leader.Pid, s_fault))
            {
                // The members must agree on another leader, who takes writes while that disk still hangs.
                await trial.Cluster.WaitForLeaderAsync(s_election, other: leader);
                await trial.ProgressAsync(FewWrites);
                await HangingDisk.DetachAsync(slow);
            }
        }
        await trial.ProgressAsync(SomeWrites);
        await trial.JudgeAsync();
    }

    [TestCase("corenode")]
    public async Task Members_come_and_go_while_others_are_killed(string server)
    {
        await using ClusterTrial trial = await ClusterTrial.StartAsync(server);
        ClusterProcesses cluster = trial.Cluster;
        await trial.ProgressAsync(SomeWrites);
        ServerProcess added = await cluster.AddAsync();
        await trial.ProgressAsync(FewWrites);
        await added.KillAsync();
        added.Launch();
        await added.WaitUntilReadyAsync();
        ServerProcess leader = await cluster.WaitForLeaderAsync(s_election);
        await leader.KillAsync();
        await trial.ProgressAsync(FewWrites);
        leader.Launch();
        await cluster.WaitUntilHealthyAsync();
        await cluster.RemoveAsync(added);
        await trial.ProgressAsync(SomeWrites);
        await trial.JudgeAsync();
    }

    [TestCase(3)]
    [TestCase(5)]
    public async Task Faults_of_all_kinds_come_at_random(int members)
    {
        await using ClusterTrial trial = await ClusterTrial.StartAsync(
            "corenode", members, extra: ["--snapshot-count", "500"]);
        await trial.ProgressAsync(SomeWrites);
        RandomAttack attack = new(trial);
        await attack.RunAsync(AttackTime);
        await trial.ProgressAsync(SomeWrites);
        TestContext.Out.WriteLine($"{attack.Count} faults");
        await trial.JudgeAsync();
    }

    // More entries than anybody keeps for members that are away.
    private static async Task FallBehindAsync(ClusterTrial trial)
    {
        await Task.WhenAll(Task.Delay(s_fault), trial.ProgressAsync(FewWrites));
        await trial.FillAsync(8000);
    }

    private static async Task WhileAsync(ClusterTrial trial, LinkFaults faults)
    {
        PacketNetwork network = trial.Cluster.Network!;
        long lost = network.LostCount;
        network.Faults = faults;
        await Task.WhenAll(Task.Delay(s_fault), trial.ProgressAsync(FewWrites));
        network.Faults = LinkFaults.None;
        if (faults.Loss > 0 || !faults.Cut.IsEmpty)
            Assert.That(network.LostCount, Is.GreaterThan(lost), "the fault hit nothing");
    }

    private static LinkFaults CutFromMembers(int place, int places) =>
        Enumerable.Range(1, places - 1).Where(other => other != place)
            .Aggregate(LinkFaults.None, (faults, other) => faults.WithoutPair(place, other));

    private static async Task<int> LeaderPlaceAsync(ClusterTrial trial) =>
        ClusterProcesses.PlaceOf(await trial.Cluster.WaitForLeaderAsync(s_election));

    private static async Task<ServerProcess> FollowerAsync(ClusterTrial trial)
    {
        ServerProcess leader = await trial.Cluster.WaitForLeaderAsync(s_election);
        ServerProcess[] followers = [.. trial.Cluster.Members.Where(m => m != leader)];
        return followers[trial.Prng.Next(followers.Length)];
    }
}
