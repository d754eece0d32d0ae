using CoreNode.Store;

namespace CoreNode.Tests.Kv;

[TestFixture, Category("Unit")]
internal sealed class WatchTests
{
    private KvHarness _kv = null!;

    [SetUp]
    public void Start() => _kv = new KvHarness();

    [Test]
    public void A_plain_watch_sees_its_own_path_once()
    {
        RecordingWatcher watcher = _kv.Watch("/a");
        _kv.Set("/a/b", "1");
        Assert.That(watcher.Told, Is.Empty, "neither children nor the implicit parent");
        _kv.Update("/a", ttl: 5);
        _kv.Update("/a", ttl: 6);
        Assert.That(watcher.Told, Is.EqualTo(new[] { "update /a/ c1 m2 x5 < /a/ c1 m1" }));
        Assert.That(_kv.Machine.HasWatchers, Is.False);
        Assert.That(_kv.Statistics[StoreCounter.Watchers], Is.Zero);
    }

    [Test]
    public void Every_kind_of_change_is_told([Values] bool recursive)
    {
        RecordingWatcher watcher = _kv.Watch(recursive ? "/" : "/a", recursive, stream: true);
        _kv.Create("/a", "1");
        _kv.Set("/a", "2");
        _kv.Update("/a", "3");
        _kv.Swap("/a", "4", "3");
        _kv.CompareAndDelete("/a", "4");
        _kv.Set("/a", "6", ttl: 5);
        _kv.Expire(5);
        _kv.Swap("/a", "no", "x");
        IEnumerable<string> actions = watcher.Told.Select(line => line.Split(' ')[0]).Distinct();
        Assert.That(actions, Is.EqualTo(
            new[] { "create", "set", "update", "compareAndSwap", "compareAndDelete", "expire" }));
    }

    [Test]
    public void A_stream_at_the_removed_key_itself_is_told_twice_and_one_above_it_once()
    {
        _kv.Set("/e/x/y", "1");
        RecordingWatcher above = _kv.Watch("/", recursive: true, stream: true);
        RecordingWatcher at = _kv.Watch("/e", recursive: true, stream: true);
        RecordingWatcher below = _kv.Watch("/e/x", recursive: true, stream: true);
        RecordingWatcher once = _kv.Watch("/e");
        _kv.Delete("/e", recursive: true);
        Assert.Multiple(() =>
        {
            Assert.That(above.Told, Has.Count.EqualTo(1));
            Assert.That(at.Told, Has.Count.EqualTo(2), "as etcd 3.4 does");
            Assert.That(below.Told, Has.Count.EqualTo(1));
            Assert.That(once.Told, Has.Count.EqualTo(1));
        });
    }

    [Test]
    public void Deleting_an_ancestor_tells_the_watchers_of_what_exists_below_it([Values(1, 50)] int otherWatches)
    {
        for (int i = 0; i < otherWatches; i++)
            _kv.Watch($"/other{i}");
        _kv.Set("/d/k/_h", "1");
        _kv.Set("/d/l", "1");
        RecordingWatcher[] told = [_kv.Watch("/d/k/_h"), _kv.Watch("/d/k"), _kv.Watch("/d/l"), _kv.Watch("/d")];
        RecordingWatcher absent = _kv.Watch("/d/absent");
        RecordingWatcher neighbour = _kv.Watch("/d-");
        _kv.Delete("/d", recursive: true);
        foreach (RecordingWatcher watcher in told)
            Assert.That(watcher.Told, Is.EqualTo(new[] { "delete /d/ c1 m3 < /d/ c1 m1" }));
        Assert.That(absent.Told, Is.Empty);
        Assert.That(neighbour.Told, Is.Empty);
    }

    [Test]
    public void Hidden_keys_are_not_told_live_above_the_hidden_name_but_at_it_and_below()
    {
        RecordingWatcher root = _kv.Watch("/", recursive: true, stream: true);
        RecordingWatcher parent = _kv.Watch("/a", recursive: true, stream: true);
        RecordingWatcher at = _kv.Watch("/a/_d", recursive: true, stream: true);
        _kv.Set("/a/_d/x", "1");
        _kv.Set("/a/_h", "1");
        _kv.Set("/_h", "1");
        _kv.Set("/a/b_c", "1");
        Assert.Multiple(() =>
        {
            Assert.That(root.Told, Is.EqualTo(new[] { "set /a/b_c=1 c4 m4 < none" }));
            Assert.That(parent.Told, Is.EqualTo(root.Told));
            Assert.That(at.Told, Is.EqualTo(new[] { "set /a/_d/x=1 c1 m1 < none" }));
        });
    }

    [Test]
    public void A_past_index_yields_the_first_match_from_there_and_then_nothing_even_for_a_stream()
    {
        _kv.Set("/a/x", "1");
        _kv.Set("/a/y", "2");
        _kv.Set("/b", "3");
        RecordingWatcher watcher = _kv.Watch("/a", recursive: true, stream: true, since: 2);
        Assert.That(_kv.Machine.HasWatchers, Is.False);
        _kv.Set("/a/z", "4");
        Assert.That(watcher.Told, Is.EqualTo(new[] { "set /a/y=2 c2 m2 < none" }));
    }

    [Test]
    public void A_past_index_without_a_match_waits_for_the_next_one()
    {
        _kv.Set("/a", "1");
        _kv.Set("/b", "2");
        RecordingWatcher watcher = _kv.Watch("/a", since: 2);
        _kv.Set("/a", "3");
        Assert.That(watcher.Told, Is.EqualTo(new[] { "set /a=3 c3 m3 < /a=1 c1 m1" }));
    }

    [Test]
    public void A_future_index_ignores_what_comes_before_it()
    {
        RecordingWatcher watcher = _kv.Watch("/a", since: 3);
        _kv.Set("/a", "1");
        _kv.Set("/a", "2");
        _kv.Set("/a", "3");
        Assert.That(watcher.Told, Is.EqualTo(new[] { "set /a=3 c3 m3 < /a=2 c2 m2" }));
    }

    [Test]
    public void The_history_shows_hidden_keys_and_matches_removed_directories_as_plain_prefixes()
    {
        _kv.Set("/foo/_h", "1");
        _kv.Set("/foobar", "2");
        _kv.Delete("/foo", recursive: true);
        Assert.Multiple(() =>
        {
            Assert.That(_kv.Watch("/foo", recursive: true, since: 1).Told[0], Does.StartWith("set /foo/_h"));
            Assert.That(_kv.Watch("/foobar", since: 3).Told, Is.EqualTo(new[] { "delete /foo/ c1 m3 < /foo/ c1 m1" }));
            Assert.That(_kv.Watch("/fo", since: 3).Told, Is.Empty);
            Assert.That(_kv.Watch("/foo/never/existed", since: 2).Told, Has.Count.EqualTo(1));
        });
    }

    [Test]
    public void A_refresh_is_neither_told_nor_found_but_takes_a_slot()
    {
        RecordingWatcher watcher = _kv.Watch("/a", stream: true);
        _kv.Set("/a", "1", ttl: 5);
        _kv.Update("/a", ttl: 6, refresh: true);
        _kv.Set("/a", "2");
        Assert.That(watcher.Told, Is.EqualTo(
            new[] { "set /a=1 c1 m1 x5 < none", "set /a=2 c3 m3 < /a=1 c1 m2 x6" }));
        Assert.That(_kv.Watch("/a", since: 2).Told, Is.EqualTo(new[] { "set /a=2 c3 m3 < /a=1 c1 m2 x6" }));
    }

    [Test]
    public void Beyond_a_thousand_changes_of_the_whole_store_the_history_is_cleared()
    {
        _kv.SetSystem("members/1", "first");
        for (int i = 0; i < 999; i++)
            _kv.Set("/a", "x");
        Assert.That(_kv.Watch("/a", since: 1).Told, Has.Count.EqualTo(1));
        _kv.SetSystem("members/1", "again");
        RecordingWatcher late = _kv.Watch("/a", since: 1);
        Assert.That(late.Error?.Code, Is.EqualTo(ErrorCode.EventIndexCleared));
        Assert.That(
            KvHarness.Text(late.Error), Is.EqualTo("401 the requested history has been cleared [2/1] @1001"));
        Assert.That(_kv.Watch("/a", since: 2).Error, Is.Null);
    }

    [Test]
    public void System_keys_move_the_index_and_are_nobodys_business()
    {
        RecordingWatcher watcher = _kv.Watch("/", recursive: true, stream: true);
        KeyOutcome outcome = _kv.SetSystem("members/1", "one");
        _kv.SetSystem("members/0", "zero");
        Assert.Multiple(() =>
        {
            Assert.That(outcome.Index.Value, Is.EqualTo(1));
            Assert.That(outcome.Event, Is.Null);
            Assert.That(outcome.Error, Is.Null);
            Assert.That(watcher.Told, Is.Empty);
            Assert.That(_kv.Watch("/", recursive: true, since: 1).Told, Is.Empty);
            IKeyspace keyspace = _kv.Machine.Publish();
            Assert.That(keyspace.Count, Is.Zero);
            Assert.That(keyspace.ListSystem("members/").Select(pair => pair.Key), Is.EqualTo(
                new[] { "members/0", "members/1" }));
            Assert.That(keyspace.TryGetSystem("members/1"u8, out ReadOnlyMemory<byte> value), Is.True);
            Assert.That(KvHarness.Text(value.Span), Is.EqualTo("one"));
        });
    }

    [Test]
    public void A_watcher_that_is_full_is_dropped_and_not_called_again()
    {
        RecordingWatcher slow = _kv.Watch("/", recursive: true, stream: true, capacity: 2);
        RecordingWatcher other = _kv.Watch("/", recursive: true, stream: true);
        for (int i = 0; i < 5; i++)
            _kv.Set("/a", "x");
        Assert.That(slow.Told, Has.Count.EqualTo(2));
        Assert.That(other.Told, Has.Count.EqualTo(5));
        Assert.That(_kv.Statistics[StoreCounter.Watchers], Is.EqualTo(1));
    }

    [Test]
    public void A_removed_watcher_is_not_told_and_may_be_removed_twice()
    {
        RecordingWatcher[] watchers = [_kv.Watch("/a"), _kv.Watch("/a"), _kv.Watch("/a")];
        _kv.Machine.RemoveWatcher(watchers[1]);
        _kv.Machine.RemoveWatcher(watchers[1]);
        Assert.That(_kv.Statistics[StoreCounter.Watchers], Is.EqualTo(2));
        _kv.Set("/a", "1");
        Assert.That(watchers.Select(watcher => watcher.Told.Count), Is.EqualTo(new[] { 1, 0, 1 }));
        Assert.That(_kv.Machine.HasWatchers, Is.False);
    }
}
