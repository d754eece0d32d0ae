using CoreNode.Platform;
using CoreNode.Updates.Sharing;

namespace CoreNode.Tests.Updates.Sharing;

/// <summary>Nodes of one cluster fetch a payload: how often the server sends it, whatever happens on the way.</summary>
[TestFixture, Category("Simulation")]
internal sealed class PayloadSharingTests
{
    private const int PayloadBytes = 4_000_000;

    [Test, CancelAfter(60_000)]
    public async Task Ten_nodes_download_once(CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(10, PayloadBytes);
        await cluster.FetchAsync(cancellation);
        AssertWhole(cluster);
        AssertSent(cluster, 1, 1.05);
        Assert.That(await cluster.KeysAsync(), Has.Count.EqualTo(2), "keepers");
        foreach (SharingNode node in cluster.Nodes.Where(static node => node.Files.List(node.Folder).Count > 0))
            Assert.That(node.Files.Get($"{node.Folder}/{cluster.Sha256}"), Is.EqualTo(cluster.Payload));
    }

    [Test, CancelAfter(60_000)]
    public async Task Who_comes_later_finds_it_there(CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(4, PayloadBytes);
        foreach (SharingNode node in cluster.Nodes)
            await node.FetchAsync(cancellation);
        AssertWhole(cluster);
        AssertSent(cluster, 1, 1);
    }

    [Test, CancelAfter(60_000)]
    public async Task When_the_first_keeper_dies_the_second_goes_on_where_it_was(CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(6, PayloadBytes);
        cluster.Server.Delay = TimeSpan.FromMilliseconds(5);
        Task all = Task.WhenAll(cluster.Nodes.Select(node => IgnoreEndAsync(node.FetchAsync(cancellation))));
        // It may be any of them: the oldest key says which.
        SharingNode first = await OldestKeeperAsync(cluster, cancellation);
        await UntilAsync(() => first.Fetched > PayloadBytes / 2, cancellation);
        await first.StopAsync();
        await all;
        Assert.That(cluster.Nodes.Where(node => node != first), Has.All.Matches<SharingNode>(
            static node => node!.Fetched == PayloadBytes));
        AssertSent(cluster, 1, 1.35);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_keeper_that_comes_back_follows_those_that_went_on(CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(4, PayloadBytes);
        cluster.Server.Delay = TimeSpan.FromMilliseconds(5);
        Task all = Task.WhenAll(cluster.Nodes.Select(node => IgnoreEndAsync(node.FetchAsync(cancellation))));
        SharingNode first = await OldestKeeperAsync(cluster, cancellation);
        await UntilAsync(() => first.Fetched > PayloadBytes / 2, cancellation);
        await first.StopAsync();
        first.Start();
        await first.FetchAsync(cancellation);
        await all;
        AssertWhole(cluster);
        AssertSent(cluster, 1, 1.35);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_keeper_that_is_back_at_once_holds_nobody_up(CancellationToken cancellation)
    {
        // Who waited for what it has not verified anew would wait for longer than this test may take.
        SharingTimes times = SharingCluster.Times with { Quiet = TimeSpan.FromMinutes(10) };
        await using SharingCluster cluster = new(4, PayloadBytes, options => options with { Times = times });
        cluster.Server.Delay = TimeSpan.FromMilliseconds(5);
        Task all = Task.WhenAll(cluster.Nodes.Select(node => IgnoreEndAsync(node.FetchAsync(cancellation))));
        SharingNode first = await OldestKeeperAsync(cluster, cancellation);
        await UntilAsync(() => first.Fetched > PayloadBytes / 2, cancellation);
        await first.StopAsync();
        first.Start();
        await all;
        Assert.That(cluster.Nodes.Where(node => node != first), Has.All.Matches<SharingNode>(
            static node => node!.Fetched == PayloadBytes));
        await first.FetchAsync(cancellation);
        AssertWhole(cluster);
        AssertSent(cluster, 1, 1.35);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_keeper_that_the_network_hides_costs_one_download_more(CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(6, PayloadBytes);
        cluster.Server.Delay = TimeSpan.FromMilliseconds(5);
        Task all = cluster.FetchAsync(cancellation);
        SharingNode first = await OldestKeeperAsync(cluster, cancellation);
        await UntilAsync(() => cluster.Nodes.TrueForAll(static node => node.Fetched > PayloadBytes / 4), cancellation);
        first.IsHidden = true;
        await all;
        AssertWhole(cluster);
        // Its own and the second keeper's rest; the others wait until that one goes on, give or take small pieces.
        AssertSent(cluster, 1, 2);
    }

    [Test, CancelAfter(60_000)]
    public async Task Who_asks_a_keeper_before_it_has_its_file_comes_back(CancellationToken cancellation)
    {
        SharingTimes times = SharingCluster.Times with { Grace = TimeSpan.FromSeconds(30) };
        await using SharingCluster cluster = new(4, PayloadBytes, options => options with { Times = times });
        SharingNode first = cluster.Nodes[0];
        using ManualResetEventSlim isAsked = new();
        first.Files.Intercept = operation =>
        {
            if (operation.Kind == Simulation.SimulatedOperationKind.Reserve)
                isAsked.Wait(cancellation);
            return null;
        };
        Task fetching = Task.Run(() => first.FetchAsync(cancellation), cancellation);
        IReadOnlyList<string> keys = [];
        while (keys.Count == 0)
        {
            keys = await cluster.KeysAsync();
            await Task.Yield();
        }

        Task others = FetchWithoutAsync(cluster, first, cancellation);
        await UntilAsync(() => first.Answered > 0, cancellation);
        isAsked.Set();
        await fetching;
        await others;
        AssertWhole(cluster);
        AssertSent(cluster, 1, 1);
    }

    [Test, CancelAfter(60_000)]
    public async Task When_all_keepers_die_one_of_the_others_asks_the_server_for_what_is_missing(
        CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(8, PayloadBytes);
        cluster.Server.Delay = TimeSpan.FromMilliseconds(5);
        Task all = Task.WhenAll(cluster.Nodes.Select(node => IgnoreEndAsync(node.FetchAsync(cancellation))));
        await OldestKeeperAsync(cluster, cancellation);
        await UntilAsync(() => cluster.Nodes.TrueForAll(static node => node.Fetched > PayloadBytes / 2), cancellation);
        HashSet<SharingNode> dead = [.. Keepers(cluster)];
        foreach (SharingNode keeper in dead)
            await keeper.StopAsync();
        await all;
        Assert.That(cluster.Nodes.Where(node => !dead.Contains(node)), Has.All.Matches<SharingNode>(
            static node => node!.Fetched == PayloadBytes));
        AssertSent(cluster, 1, 2.5);
    }

    [Test, CancelAfter(60_000)]
    public async Task Who_sends_wrong_bytes_is_left_and_nothing_that_was_verified_is_fetched_again(
        CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(5, PayloadBytes);
        await cluster.Nodes[0].FetchAsync(cancellation);
        cluster.Nodes[0].IsLying = true;
        await cluster.FetchAsync(cancellation);
        AssertWhole(cluster);
        Assert.That(cluster.Nodes.Sum(static node => node.WrongPieces), Is.InRange(1, 4), "each meets it once");
        AssertSent(cluster, 2, 2.1);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_keepers_broken_disk_harms_nobody(CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(4, PayloadBytes);
        await cluster.Nodes[0].FetchAsync(cancellation);
        cluster.Nodes[0].Files.FlipBit($"{cluster.Nodes[0].Folder}/{cluster.Sha256}", 8L * (PayloadBytes / 2));
        await cluster.FetchAsync(cancellation);
        AssertWhole(cluster);
        AssertSent(cluster, 1, 1.7);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_keeper_that_says_nothing_is_not_waited_for(CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(4, PayloadBytes);
        await cluster.Nodes[0].FetchAsync(cancellation);
        cluster.Nodes[0].IsSilent = true;
        await cluster.FetchAsync(cancellation);
        AssertWhole(cluster);
        AssertSent(cluster, 1, 2.1);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_keeper_whose_update_stands_still_is_not_waited_for(CancellationToken cancellation)
    {
        // Whoever waits for the two keepers waits until one goes on, however slow this machine is.
        SharingTimes times = SharingCluster.Times with
        {
            Grace = TimeSpan.FromSeconds(5),
            Patience = TimeSpan.FromSeconds(30),
        };
        await using SharingCluster cluster = new(4, PayloadBytes, options => options with { Times = times });
        TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.Nodes[0].Pace = (at, _) => at > PayloadBytes / 2 ? released.Task : Task.CompletedTask;
        Task first = cluster.Nodes[0].FetchAsync(cancellation);
        await UntilAsync(() => cluster.Nodes[0].Fetched > PayloadBytes / 2, cancellation);
        await FetchWithoutAsync(cluster, cluster.Nodes[0], cancellation);
        released.SetResult();
        await first;
        AssertWhole(cluster);
        // The rest, a half, comes twice: for the second keeper, and for the first one, whose stream from the server was
        // open. An operation more is where the first one stood.
        AssertSent(cluster, 1, 1.55);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_node_that_is_cut_off_finishes_with_the_server(CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(5, PayloadBytes);
        cluster.Nodes[2].IsCut = true;
        cluster.Nodes[2].Store.IsCut = true;
        await cluster.FetchAsync(cancellation);
        AssertWhole(cluster);
        AssertSent(cluster, 2, 2.05);
    }

    [Test, CancelAfter(60_000)]
    public async Task Where_the_disk_is_full_nothing_is_kept_and_the_update_goes_on(CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(1, PayloadBytes);
        SharingNode node = cluster.Nodes[0];
        cluster.Nodes.Add(new SharingNode(cluster, "m1", node.Store, null));
        int writes = 0;
        node.Files.Intercept = operation => operation.Kind == Simulation.SimulatedOperationKind.Write
            && ++writes > 20 ? new DiskFullException(operation.Path) : null;
        await node.FetchAsync(cancellation);
        Assert.That(node.Fetched, Is.EqualTo(PayloadBytes));
        Assert.That(await cluster.KeysAsync(), Is.Empty);
        Assert.That(node.Files.List(node.Folder), Is.Empty);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_keeper_whose_disk_fills_up_on_the_way_goes_on_without_keeping(CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(5, PayloadBytes);
        cluster.Server.Delay = TimeSpan.FromMilliseconds(5);
        Task all = cluster.FetchAsync(cancellation);
        SharingNode first = await OldestKeeperAsync(cluster, cancellation);
        await UntilAsync(() => first.Fetched > PayloadBytes / 2, cancellation);
        // As on a file system that reserves nothing.
        first.Files.Intercept = static operation => operation.Kind == Simulation.SimulatedOperationKind.Write
            ? new DiskFullException(operation.Path) : null;
        await all;
        AssertWhole(cluster);
        // The second keeper goes on from where it is: an operation, or a piece of the server's, behind the first one.
        AssertSent(cluster, 1, 1.2);
        Assert.That(first.Files.List(first.Folder), Is.Empty);
        Assert.That(
            (await KeepersInStoreAsync(cluster, cancellation)).Select(static one => one.Machine),
            Has.None.EqualTo(first.Machine).And.Not.Empty);
    }

    [Test, CancelAfter(60_000)]
    public async Task What_will_be_kept_has_its_room_before_it_comes(CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(3, PayloadBytes);
        SharingNode node = cluster.Nodes[0];
        node.Files.QuotaBytes = PayloadBytes + 1000;
        TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        node.Pace = (at, _) => at > PayloadBytes / 4 ? released.Task : Task.CompletedTask;
        Task fetching = node.FetchAsync(cancellation);
        await UntilAsync(() => node.Fetched > PayloadBytes / 4, cancellation);
        using (IFile other = node.Files.Open("/data/other", create: true))
            Assert.That(() => other.Write(0, new byte[PayloadBytes / 2]), Throws.TypeOf<DiskFullException>());
        released.SetResult();
        await fetching;
        Assert.That(node.Files.Get($"{node.Folder}/{cluster.Sha256}"), Is.EqualTo(cluster.Payload));
    }

    [Test, CancelAfter(60_000)]
    public async Task Where_its_room_is_gone_before_it_begins_it_is_not_kept(CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(3, PayloadBytes);
        SharingNode node = cluster.Nodes[0];
        node.Files.Intercept = static operation => operation.Kind == Simulation.SimulatedOperationKind.Reserve
            ? new DiskFullException(operation.Path) : null;
        await node.FetchAsync(cancellation);
        Assert.That(node.Fetched, Is.EqualTo(PayloadBytes));
        Assert.That(await cluster.KeysAsync(), Is.Empty);
        Assert.That(node.Files.List(node.Folder), Is.Empty);
    }

    [Test, CancelAfter(60_000)]
    public async Task One_member_with_nine_workers_downloads_once(CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(10, PayloadBytes, shape: null, hasOneMember: true);
        await UntilAsync(() => cluster.Nodes[0].Sharing.Nodes == 10, cancellation);
        // The member begins: only it does not know the others by itself.
        Task member = cluster.Nodes[0].FetchAsync(cancellation);
        await UntilAsync(() => cluster.Nodes[0].Fetched > 0, cancellation);
        await FetchWithoutAsync(cluster, cluster.Nodes[0], cancellation);
        await member;
        AssertWhole(cluster);
        AssertSent(cluster, 1, 1.05);
    }

    [Test, CancelAfter(60_000)]
    public async Task Where_there_is_no_room_others_keep_it(CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(4, PayloadBytes);
        cluster.Nodes[0].Files.QuotaBytes = PayloadBytes / 2;
        cluster.Nodes[1].Files.QuotaBytes = PayloadBytes / 2;
        await cluster.FetchAsync(cancellation);
        AssertWhole(cluster);
        AssertSent(cluster, 1, 1.05);
    }

    [Test, CancelAfter(60_000)]
    public async Task While_the_store_is_away_the_server_is_asked(CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(3, PayloadBytes);
        foreach (SharingNode node in cluster.Nodes)
            node.Store.IsCut = true;
        await cluster.FetchAsync(cancellation);
        AssertWhole(cluster);
        AssertSent(cluster, 3, 3);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_store_that_takes_no_writes_is_as_good_as_none(CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(3, PayloadBytes);
        foreach (SharingNode node in cluster.Nodes)
            node.Store.WritesLeft = 0;
        await cluster.FetchAsync(cancellation);
        AssertWhole(cluster);
        AssertSent(cluster, 3, 3);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_store_that_goes_away_on_the_way_costs_nothing(CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(5, PayloadBytes);
        cluster.Server.Delay = TimeSpan.FromMilliseconds(5);
        Task all = cluster.FetchAsync(cancellation);
        await UntilAsync(() => cluster.Nodes.TrueForAll(static node => node.Fetched > 0), cancellation);
        foreach (SharingNode node in cluster.Nodes)
            node.Store.IsCut = true;
        await all;
        AssertWhole(cluster);
        AssertSent(cluster, 1, 1.05);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_keeper_serves_so_many_at_once_and_the_others_come_back(CancellationToken cancellation)
    {
        // Patient enough for any machine: who loses its patience becomes a keeper, which is another test.
        SharingTimes times = SharingCluster.Times with { Patience = TimeSpan.FromSeconds(30) };
        await using SharingCluster cluster = new(
            8, PayloadBytes, options => options with { MostReaders = 1, Times = times });
        await cluster.FetchAsync(cancellation);
        AssertWhole(cluster);
        AssertSent(cluster, 1, 1);
        Assert.That(await cluster.KeysAsync(), Has.Count.EqualTo(2), "keepers");
    }

    [Test, CancelAfter(60_000)]
    public async Task When_nobody_asks_any_more_file_and_key_go_and_nothing_is_written_before(
        CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(
            2, PayloadBytes, static options => options with { Keep = TimeSpan.FromSeconds(2) });
        await cluster.FetchAsync(cancellation);
        int writes = cluster.Nodes.Sum(static node => node.Store.Writes);
        Assert.That(writes, Is.LessThanOrEqualTo(2), "a claim, and perhaps one that came too late");
        await UntilAsync(
            () => cluster.Nodes.TrueForAll(static node => node.Files.List(node.Folder).Count == 0), cancellation);
        Assert.That(cluster.Nodes.Sum(static node => node.Store.Writes), Is.LessThanOrEqualTo(writes + 1));
    }

    [Test, CancelAfter(60_000)]
    public async Task What_an_update_left_that_was_given_up_goes_at_the_next_start(CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(3, PayloadBytes);
        SharingNode node = cluster.Nodes[0];
        await node.StopAsync();
        node.Files.Put($"{node.Folder}/{new string('b', 64)}.0.part", new byte[1000]);
        node.Files.Put($"{node.Folder}/{new string('c', 64)}", new byte[1000]);
        node.Files.Put($"{node.Folder}/something", new byte[1000]);
        node.Start();
        await UntilAsync(() => node.Files.List(node.Folder).Count == 0, cancellation);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_whole_payload_is_still_there_after_a_restart(CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(3, PayloadBytes);
        await cluster.Nodes[0].FetchAsync(cancellation);
        await cluster.Nodes[0].StopAsync();
        cluster.Nodes[0].Start();
        await cluster.FetchAsync(cancellation);
        AssertWhole(cluster);
        AssertSent(cluster, 1, 1);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_new_payload_takes_the_room_of_an_older_one(CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(
            3, PayloadBytes, static options => options with { MostBytes = PayloadBytes + 1000 });
        SharingNode node = cluster.Nodes[0];
        await node.StopAsync();
        string old = new('b', 64);
        node.Files.Put($"{node.Folder}/{old}", new byte[PayloadBytes / 2]);
        await node.Store.SetAsync(
            KeeperKeys.Of(old, 0), KeeperKeys.Write(node.Machine, [$"mem://{node.Machine}"], 0), new(), cancellation);
        node.Start();
        await node.FetchAsync(cancellation);
        Assert.That(node.Files.List(node.Folder), Is.EqualTo((string[])[cluster.Sha256]));
        Assert.That(await cluster.KeysAsync(), Is.EqualTo((string[])[KeeperKeys.Of(cluster.Sha256, 0)]));
    }

    [Test, CancelAfter(60_000)]
    public async Task One_node_alone_keeps_nothing(CancellationToken cancellation)
    {
        await using SharingCluster cluster = new(1, PayloadBytes);
        await cluster.FetchAsync(cancellation);
        AssertWhole(cluster);
        Assert.That(await cluster.KeysAsync(), Is.Empty);
        Assert.That(cluster.Nodes[0].Files.List(cluster.Nodes[0].Folder), Is.Empty);
    }

    private static void AssertWhole(SharingCluster cluster) => Assert.That(
        cluster.Nodes, Has.All.Matches<SharingNode>(static node => node!.Fetched == PayloadBytes));

    private static void AssertSent(SharingCluster cluster, double least, double most)
    {
        double times = (double)cluster.Server.Sent / PayloadBytes;
        TestContext.Out.WriteLine($"the server sent {times:0.###} times the payload");
        Assert.That(times, Is.InRange(least, most));
    }

    private static Task FetchWithoutAsync(
        SharingCluster cluster, SharingNode without, CancellationToken cancellation) =>
        Task.WhenAll(cluster.Nodes.Where(node => node != without).Select(
            node => IgnoreEndAsync(node.FetchAsync(cancellation))));

    // A node that is stopped ends its fetching, too.
    private static async Task IgnoreEndAsync(Task fetching)
    {
        try
        {
            await fetching;
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private static IEnumerable<SharingNode> Keepers(SharingCluster cluster) =>
        cluster.Nodes.Where(static node => node.Files.List(node.Folder).Count > 0);

    private static async Task<SharingNode> OldestKeeperAsync(
        SharingCluster cluster, CancellationToken cancellation)
    {
        await UntilAsync(() => cluster.Nodes.Exists(static node => node.Fetched > 0), cancellation);
        IReadOnlyList<Keeper> keepers = await KeepersInStoreAsync(cluster, cancellation);
        return cluster.Find(keepers.MinBy(static keeper => keeper.Since.Value)!.Machine);
    }

    private static async Task<IReadOnlyList<Keeper>> KeepersInStoreAsync(
        SharingCluster cluster, CancellationToken cancellation)
    {
        var outcome = (CoreNode.Store.KvOutcome.Done)await cluster.Nodes[0].Store.GetAsync(
            KeeperKeys.Prefix, CoreNode.Store.KvGetOptions.Plain, cancellation);
        return [.. outcome.Change.Node.Nodes.Select(static one => KeeperKeys.Read(one, out _)!)];
    }

    private static async Task UntilAsync(Func<bool> isSo, CancellationToken cancellation)
    {
        while (!isSo())
            await Task.Delay(10, cancellation);
    }
}
