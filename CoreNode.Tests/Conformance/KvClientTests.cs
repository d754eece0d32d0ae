using CoreNode.Api.Client;
using CoreNode.Api.Peers;
using CoreNode.Api.Peers.Requests;
using CoreNode.Api.Peers.Store;
using CoreNode.Cluster.Clients;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Tests.Api;
using CoreNode.Tests.Api.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Conformance;

/// <summary>
/// What units, locks and the overlay rely on, of each way to the store: in this process, over HTTP, and through
/// requests between nodes.
/// </summary>
[TestFixture("local"), TestFixture("http"), TestFixture("node"), Category("Conformance")]
[CancelAfter(60_000)]
internal sealed class KvClientTests(string way)
{
    private const int FirstIndex = 4;

    private ApiHarness _server = null!;
    private V2Client? _http;
    private PeerTransport? _peers;
    private IKvClient _client = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await ApiHarness.StartAsync();
        _http = way == "http" ? new V2Client(V2TransportTests.Options(_server.Url.OriginalString)) : null;
        LocalKvClient local = new(_server.Store, _server.Time);
        _peers = way == "node" ? await ServeAsync(local) : null;
        _client = _http ?? (_peers is null ? local : (IKvClient)new NodeKvClient(
            () => _peers.RequestsOf(new PeerIdentity(7, new NodeId(2))), Members, TimeProvider.System));
    }

    [TearDown]
    public async Task StopAsync()
    {
        _http?.Dispose();
        if (_peers is not null)
            await _peers.DisposeAsync();
        _peers = null;
        await _server.DisposeAsync();
    }

    [Test]
    public async Task A_set_is_told_with_what_was_there_before(CancellationToken stop)
    {
        await _client.SetAsync("/a/b", "old", KvSetOptions.None, stop);
        KvChange change = Done(await _client.SetAsync("a//./b", "nöw", KvSetOptions.None, stop));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(change.Action, Is.EqualTo(KeyAction.Set));
            Assert.That(change.Node.Key, Is.EqualTo("/a/b"));
            Assert.That(change.Node.Value, Is.EqualTo("nöw"));
            Assert.That(change.Node.CreatedIndex.Value, Is.EqualTo(FirstIndex + 1));
            Assert.That(change.Previous!.Value, Is.EqualTo("old"));
            Assert.That(change.Index.Value, Is.EqualTo(FirstIndex + 1));
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_key_is_read_as_it_stands(bool isQuorum, CancellationToken stop)
    {
        await _client.SetAsync("/a", "1", KvSetOptions.None, stop);
        await _client.SetAsync("/b", "2", KvSetOptions.None, stop);
        KvChange read = Done(await _client.GetAsync("/a", new KvGetOptions { IsQuorum = isQuorum }, stop));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(read.Action, Is.EqualTo(KeyAction.Get));
            Assert.That(read.Node.Value, Is.EqualTo("1"));
            Assert.That(read.Node.ModifiedIndex.Value, Is.EqualTo(FirstIndex));
            Assert.That(read.Previous, Is.Null);
            Assert.That(read.Index.Value, Is.EqualTo(FirstIndex + 1));
        }
    }

    [Test]
    public async Task A_missing_key_and_a_file_in_the_way_are_refused_with_their_cause(CancellationToken stop)
    {
        await _client.SetAsync("/f", "x", KvSetOptions.None, stop);
        Assert.That(
            Refused(await _client.GetAsync("/no/key", KvGetOptions.Plain, stop)),
            Is.EqualTo(new KvError(100, "Key not found", "/no", FirstIndex)));
        Assert.That(
            Refused(await _client.SetAsync("/f/below", "x", KvSetOptions.None, stop)),
            Is.EqualTo(new KvError(104, "Not a directory", "/f", FirstIndex)));
    }

    [TestCase(false, "/d[/d/a=1 /d/e[]]")]
    [TestCase(true, "/d[/d/a=1 /d/e[/d/e/b=2 /d/e/g[/d/e/g/c=3]]]")]
    public async Task A_directory_shows_one_level_or_all_and_no_hidden_keys(
        bool isRecursive, string expected, CancellationToken stop)
    {
        string[] keys = ["/d/e/g/c=3", "/d/e/b=2", "/d/a=1", "/d/_hidden/x=4", "/d/e/_h=5", "/other=6"];
        foreach (string key in keys)
            await _client.SetAsync(key.Split('=')[0], key.Split('=')[1], KvSetOptions.None, stop);
        var options = new KvGetOptions { IsRecursive = isRecursive };
        Assert.That(Show(Done(await _client.GetAsync("/d", options, stop)).Node), Is.EqualTo(expected));
        Assert.That(
            Show(Done(await _client.GetAsync("/", options, stop)).Node),
            Does.StartWith("[/d[").And.EndsWith("/other=6]"));
    }

    [Test]
    public async Task Create_is_done_once_and_update_only_where_something_is(CancellationToken stop)
    {
        Assert.That(Refused(await _client.SetAsync("/a", "1", KvSetOptions.Update, stop)).Code, Is.EqualTo(100));
        Assert.That(Done(await _client.SetAsync("/a", "1", KvSetOptions.Create, stop)).Action,
            Is.EqualTo(KeyAction.Create));
        Assert.That(Refused(await _client.SetAsync("/a", "2", KvSetOptions.Create, stop)).Code, Is.EqualTo(105));
        Assert.That(Done(await _client.SetAsync("/a", "3", KvSetOptions.Update, stop)).Action,
            Is.EqualTo(KeyAction.Update));
    }

    [Test]
    public async Task Compare_and_swap_and_delete_hold_value_and_index(CancellationToken stop)
    {
        StoreIndex index = Done(await _client.SetAsync("/a", "1", KvSetOptions.None, stop)).Node.ModifiedIndex;
        KvError error = Refused(await _client.SetAsync(
            "/a", "2", new KvSetOptions { PreviousValue = "x", PreviousIndex = index }, stop));
        Assert.That(error, Is.EqualTo(new KvError(101, "Compare failed", "[x != 1]", FirstIndex)));
        KvChange swapped = Done(await _client.SetAsync(
            "/a", "2", new KvSetOptions { PreviousValue = "1", PreviousIndex = index }, stop));
        Assert.That(swapped.Action, Is.EqualTo(KeyAction.CompareAndSwap));
        Assert.That(
            Refused(await _client.DeleteAsync("/a", new KvDeleteOptions { PreviousIndex = index }, stop)).Code,
            Is.EqualTo(101));
        KvChange removed = Done(await _client.DeleteAsync("/a", new KvDeleteOptions { PreviousValue = "2" }, stop));
        Assert.That(removed.Action, Is.EqualTo(KeyAction.CompareAndDelete));
        Assert.That(removed.Node.Value, Is.Null);
        Assert.That(removed.Previous!.Value, Is.EqualTo("2"));
    }

    [Test]
    public async Task An_empty_condition_makes_no_sense(CancellationToken stop)
    {
        KvError set = Refused(await _client.SetAsync("/a", "1", new KvSetOptions { PreviousValue = "" }, stop));
        KvError delete = Refused(await _client.DeleteAsync("/a", new KvDeleteOptions { PreviousValue = "" }, stop));
        Assert.That(set, Is.EqualTo(
            new KvError(201, "PrevValue is Required in POST form", "\"prevValue\" cannot be empty", 0)));
        Assert.That(delete, Is.EqualTo(set));
    }

    [Test]
    public async Task A_lifetime_is_shown_renewed_without_telling_anybody_and_ends(CancellationToken stop)
    {
        var ten = new KvSetOptions { TimeToLive = TimeSpan.FromSeconds(10) };
        KvChange set = Done(await _client.SetAsync("/t", "v", ten, stop));
        Assert.That((set.Node.TtlSeconds, set.Node.Expiration), Is.EqualTo((10L, "2026-11-18T11:06:50Z")));
        _server.Time.Advance(TimeSpan.FromSeconds(7.5));
        Assert.That(Done(await _client.GetAsync("/t", KvGetOptions.Plain, stop)).Node.TtlSeconds, Is.EqualTo(3));
        KvError error = Refused(await _client.SetAsync("/t", "", new KvSetOptions { IsRefresh = true }, stop));
        Assert.That(error.Code, Is.EqualTo((int)ErrorCode.RefreshTtlRequired));
        var refresh = new KvSetOptions { IsRefresh = true, MustExist = true, TimeToLive = TimeSpan.FromSeconds(10) };
        KvNode renewed = Done(await _client.SetAsync("/t", "", refresh, stop)).Node;
        Assert.That((renewed.Value, renewed.Expiration), Is.EqualTo(("v", "2026-11-18T11:06:57.5Z")));
        await using IAsyncEnumerator<KvWatchItem> watch = Watch("/t", since: FirstIndex + 1, stop);
        _server.Time.Advance(TimeSpan.FromSeconds(11));
        _server.Store.ExpireDue();
        KvChange ended = await NextChangeAsync(watch);
        Assert.That((ended.Action, ended.Previous!.Value), Is.EqualTo((KeyAction.Expire, "v")));
    }

    [Test]
    public async Task Keys_made_in_order_sort_by_age(CancellationToken stop)
    {
        string first = Done(await _client.CreateInOrderAsync("/q", "a", null, stop)).Node.Key;
        KvNode second = Done(await _client.CreateInOrderAsync("/q", "b", TimeSpan.FromSeconds(9), stop)).Node;
        Assert.That(first, Does.StartWith("/q/0000"));
        Assert.That(second.Key, Is.GreaterThan(first).Using<string>(string.CompareOrdinal));
        Assert.That(second.TtlSeconds, Is.EqualTo(9));
    }

    [Test]
    public async Task Directories_are_removed_when_asked_for(CancellationToken stop)
    {
        Done(await _client.SetAsync("/d", "ignored", new KvSetOptions { IsDirectory = true }, stop));
        await _client.SetAsync("/d/a", "1", KvSetOptions.None, stop);
        Assert.That(Refused(await _client.DeleteAsync("/d", KvDeleteOptions.None, stop)).Code, Is.EqualTo(102));
        Assert.That(
            Refused(await _client.DeleteAsync("/d", new KvDeleteOptions { IsDirectory = true }, stop)).Code,
            Is.EqualTo(108));
        KvChange removed = Done(await _client.DeleteAsync("/d", new KvDeleteOptions { IsRecursive = true }, stop));
        Assert.That(removed.Previous!.IsDirectory, Is.True);
        Assert.That(Refused(await _client.DeleteAsync("/", KvDeleteOptions.None, stop)).Code, Is.EqualTo(107));
    }

    [Test]
    public async Task Without_a_quorum_the_stores_words_are_passed_on(CancellationToken stop)
    {
        _server.Store.Refusal = KeyError.Of(ErrorCode.RaftInternal, "etcdserver: request timed out");
        KvError expected = new(300, "Raft Internal Error", "etcdserver: request timed out", 0);
        Assert.That(Refused(await _client.SetAsync("/a", "1", KvSetOptions.None, stop)), Is.EqualTo(expected));
        Assert.That(Refused(await _client.GetAsync("/a", KvGetOptions.Linearizable, stop)), Is.EqualTo(expected));
    }

    [Test]
    public async Task A_watch_tells_every_change_below_its_key_once_and_in_order(CancellationToken stop)
    {
        for (int i = 0; i < 30; i++)
            await _client.SetAsync($"/w/{i}", "x", KvSetOptions.None, stop);
        await _client.SetAsync("/elsewhere", "x", KvSetOptions.None, stop);
        await using IAsyncEnumerator<KvWatchItem> watch = Watch("/w", FirstIndex, stop);
        List<ulong> told = [];
        for (int i = 0; i < 30; i++)
            told.Add((await NextChangeAsync(watch)).Index.Value);
        Task<KvOutcome> removal = _client.DeleteAsync("/w", new KvDeleteOptions { IsRecursive = true }, stop);
        KvChange removed = await NextChangeAsync(watch);
        await removal;
        await _client.SetAsync("/w/again", "x", KvSetOptions.None, stop);
        KvChange last = await NextChangeAsync(watch);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(told, Is.EqualTo(Enumerable.Range(FirstIndex, 30).Select(static i => (ulong)i)));
            Assert.That(removed.Action, Is.EqualTo(KeyAction.Delete));
            Assert.That(last.Node.Key, Is.EqualTo("/w/again"));
            Assert.That(last.Index, Is.EqualTo(last.Node.ModifiedIndex));
        }
    }

    [Test]
    public async Task A_watch_of_one_key_hears_nothing_of_those_below(CancellationToken stop)
    {
        await using IAsyncEnumerator<KvWatchItem> watch =
            _client.WatchAsync("/w", false, new StoreIndex(FirstIndex), stop).GetAsyncEnumerator(stop);
        await _client.SetAsync("/w/a", "x", KvSetOptions.None, stop);
        await _client.DeleteAsync("/w", new KvDeleteOptions { IsRecursive = true }, stop);
        Assert.That((await NextChangeAsync(watch)).Action, Is.EqualTo(KeyAction.Delete));
    }

    [Test]
    public async Task A_watch_from_a_later_index_passes_over_what_comes_before(CancellationToken stop)
    {
        await using IAsyncEnumerator<KvWatchItem> watch = Watch("/w", FirstIndex + 2, stop);
        ValueTask<bool> next = watch.MoveNextAsync();
        for (int i = 0; i < 3; i++)
            Done(await _client.SetAsync("/w", "x", KvSetOptions.None, stop));
        Assert.That(await next, Is.True);
        Assert.That(((KvWatchItem.Changed)watch.Current).Change.Index.Value, Is.EqualTo(FirstIndex + 2));
    }

    [Test]
    public async Task Lost_history_is_told_with_the_key_as_it_stands_and_the_watch_goes_on(CancellationToken stop)
    {
        for (int i = 0; i < 1200; i++)
            await _server.Store.ProposeAsync(SetCommand("/w/a"), stop);
        await using IAsyncEnumerator<KvWatchItem> watch = Watch("/w", FirstIndex, stop);
        Assert.That(await watch.MoveNextAsync(), Is.True);
        var lost = (KvWatchItem.HistoryLost)watch.Current;
        await _client.SetAsync("/w/b", "x", KvSetOptions.None, stop);
        KvChange next = await NextChangeAsync(watch);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(lost.Asked.Value, Is.EqualTo(FirstIndex));
            Assert.That(Show(lost.Now!), Is.EqualTo("/w[/w/a=v]"));
            Assert.That(lost.Index.Value, Is.EqualTo(FirstIndex + 1199));
            Assert.That(next.Node.Key, Is.EqualTo("/w/b"));
        }
    }

    [Test]
    public async Task A_slow_watcher_misses_nothing(CancellationToken stop)
    {
        await using IAsyncEnumerator<KvWatchItem> watch = Watch("/w", FirstIndex, stop);
        await _client.SetAsync("/w/0", "x", KvSetOptions.None, stop);
        await NextChangeAsync(watch);
        const int more = 500;
        for (int i = 0; i < more; i++)
            await _server.Store.ProposeAsync(SetCommand("/w/a"), stop);
        for (ulong i = 1; i <= more; i++)
            Assert.That((await NextChangeAsync(watch)).Index.Value, Is.EqualTo(FirstIndex + i));
    }

    [Test]
    public async Task A_watch_ends_when_it_is_called_off(CancellationToken stop)
    {
        using CancellationTokenSource off = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await using IAsyncEnumerator<KvWatchItem> watch = Watch("/w", 0, off.Token);
        ValueTask<bool> next = watch.MoveNextAsync();
        await off.CancelAsync();
        Assert.That(async () => await next, Throws.InstanceOf<OperationCanceledException>());
    }

    // The first of them cannot be reached.
    private IReadOnlyList<Member> Members() =>
    [
        new Member(new NodeId(3), "away", ["http://127.0.0.1:1"], []),
        new Member(new NodeId(1), "there", [$"http://127.0.0.1:{_peers!.BoundEndPoints[0].Port}"], []),
    ];

    private static async Task<PeerTransport> ServeAsync(IKvClient store)
    {
        StoreAccess everything = new("", static (_, _) => Task.FromResult(false));
        StoreService calls = new();
        StoreWatchService watches = new();
        calls.Bind(store, everything);
        watches.Bind(store, everything);
        PeerTransport peers = new(
            new PeerTransportOptions { ListenPeerUrls = [new Uri("http://127.0.0.1:0")] },
            new MetricRegistry(), TimeProvider.System, NullLoggerFactory.Instance)
        {
            Keys = new SharedSecret(),
            Services = new NodeServices(new Dictionary<string, INodeService>
            {
                [StoreService.Name] = calls,
                [StoreWatchService.Name] = watches,
            }),
        };
        await peers.StartAsync(
            new PeerIdentity(7, new NodeId(1)), new WorkerReceiver(() => new ClusterDescription(7, [], [])), default);
        return peers;
    }

    private IAsyncEnumerator<KvWatchItem> Watch(string key, ulong since, CancellationToken stop) =>
        _client.WatchAsync(key, true, new StoreIndex(since), stop).GetAsyncEnumerator(stop);

    private static byte[] SetCommand(string key) => new KeyCommand
    {
        Operation = KeyOperation.Set,
        Key = System.Text.Encoding.UTF8.GetBytes(key),
        Value = "v"u8,
    }.Encode();

    // A lost connection may be told in between: it costs no change.
    private static async Task<KvChange> NextChangeAsync(IAsyncEnumerator<KvWatchItem> watch)
    {
        while (await watch.MoveNextAsync())
        {
            if (watch.Current is KvWatchItem.Changed changed)
                return changed.Change;
            Assert.That(watch.Current, Is.InstanceOf<KvWatchItem.Disconnected>());
        }

        throw new AssertionException("the watch has ended");
    }

    private static KvChange Done(KvOutcome outcome) => outcome is KvOutcome.Done done
        ? done.Change
        : throw new AssertionException($"expected success, but was {outcome}");

    private static KvError Refused(KvOutcome outcome) => outcome is KvOutcome.Refused refused
        ? refused.Error
        : throw new AssertionException($"expected a refusal, but was {outcome}");

    private static string Show(KvNode node) => node.IsDirectory
        ? $"{node.Key}[{string.Join(' ', node.Nodes.Select(Show))}]"
        : $"{node.Key}={node.Value}";

    private sealed class SharedSecret : INodeKeys
    {
        public byte[]? TokenKey => null;

        public ValueTask<byte[]?> FindSecretAsync(CancellationToken cancellation) => new(new byte[32]);
    }
}
