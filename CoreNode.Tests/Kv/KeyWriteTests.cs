namespace CoreNode.Tests.Kv;

/// <summary>etcd's v2 rules for writes. Answers read: action node &lt; previous, or code cause @index.</summary>
[TestFixture, Category("Unit")]
internal sealed class KeyWriteTests
{
    private KvHarness _kv = null!;

    [SetUp]
    public void Start() => _kv = new KvHarness();

    [Test]
    public void Set_makes_a_key_and_then_replaces_it_with_a_new_created_index()
    {
        Assert.That(_kv.Set("/a", "1"), Is.EqualTo("set /a=1 c1 m1 < none"));
        Assert.That(_kv.Set("/a", "2"), Is.EqualTo("set /a=2 c2 m2 < /a=1 c1 m1"));
        Assert.That(_kv.Get("/a"), Is.EqualTo("/a=2 c2 m2"));
    }

    [Test]
    public void Set_drops_the_deadline_unless_it_brings_one()
    {
        _kv.Set("/a", "1", ttl: 5);
        Assert.That(_kv.Set("/a", "2", ttl: 7), Is.EqualTo("set /a=2 c2 m2 x7 < /a=1 c1 m1 x5"));
        Assert.That(_kv.Set("/a", "3"), Is.EqualTo("set /a=3 c3 m3 < /a=2 c2 m2 x7"));
        Assert.That(_kv.Machine.NextExpirationUnixNs, Is.EqualTo(long.MaxValue));
    }

    [Test]
    public void Set_of_a_directory_replaces_a_file_but_nothing_replaces_a_directory()
    {
        _kv.Set("/a", "1");
        Assert.That(_kv.Set("/a", "dropped", dir: true), Is.EqualTo("set /a/ c2 m2 < /a=1 c1 m1"));
        Assert.That(_kv.Set("/a", dir: true), Is.EqualTo("102 /a @2"));
        Assert.That(_kv.Set("/a", "x"), Is.EqualTo("102 /a @2"));
        Assert.That(_kv.Set("/a", refresh: true, ttl: 9), Is.EqualTo("102 /a @2"));
    }

    [Test]
    public void Missing_parents_become_permanent_directories_with_the_index_of_the_write()
    {
        _kv.Set("/x", "1");
        Assert.That(_kv.Set("/a/b/c", "1", ttl: 5), Is.EqualTo("set /a/b/c=1 c2 m2 x5 < none"));
        Assert.That(_kv.List("/"), Is.EqualTo(new[] { "/a/ c2 m2", "/a/b/ c2 m2", "/a/b/c=1 c2 m2 x5", "/x=1 c1 m1" }));
        Assert.That(_kv.Set("/a/d/e"), Does.StartWith("set /a/d/e="));
        Assert.That(_kv.Get("/a"), Is.EqualTo("/a/ c2 m2"));
    }

    [Test]
    public void A_file_in_the_path_is_the_cause_of_104()
    {
        _kv.Set("/a/f", "1");
        foreach (string key in new[] { "/a/f/x", "/a/f/x/y" })
        {
            Assert.That(_kv.Set(key, "1"), Is.EqualTo("104 /a/f @1"));
            Assert.That(_kv.Create(key, "1"), Is.EqualTo("104 /a/f @1"));
            Assert.That(_kv.Update(key, "1"), Is.EqualTo("104 /a/f @1"));
            Assert.That(_kv.Swap(key, "1", "x"), Is.EqualTo("104 /a/f @1"));
            Assert.That(_kv.Delete(key), Is.EqualTo("104 /a/f @1"));
            Assert.That(_kv.CompareAndDelete(key, "x"), Is.EqualTo("104 /a/f @1"));
            Assert.That(_kv.Get(key), Is.EqualTo("104 /a/f @1"));
        }

        Assert.That(_kv.Post("/a/f", "1"), Is.EqualTo("104 /a/f @1"));
    }

    [Test]
    public void The_first_missing_component_is_the_cause_of_100()
    {
        _kv.Set("/a/b", "1");
        _kv.Set("/a-b", "1");
        Assert.That(_kv.Get("/a/x/y/z"), Is.EqualTo("100 /a/x @2"));
        Assert.That(_kv.Get("/b/x"), Is.EqualTo("100 /b @2"));
        Assert.That(_kv.Get("/a/bb"), Is.EqualTo("100 /a/bb @2"));
        Assert.That(_kv.Update("/a/c/d", "1"), Is.EqualTo("100 /a/c @2"));
        Assert.That(_kv.Swap("/c/d", "1", "x"), Is.EqualTo("100 /c @2"));
        Assert.That(_kv.Delete("/a/b-/d"), Is.EqualTo("100 /a/b- @2"));
        Assert.That(_kv.CompareAndDelete("/a-"), Is.EqualTo("100 /a- @2"));
        Assert.That(_kv.Set("/r/s", refresh: true, ttl: 5), Is.EqualTo("100 /r @2"));
    }

    [Test]
    public void Create_fails_where_anything_exists()
    {
        Assert.That(_kv.Create("/a/f", "1"), Is.EqualTo("create /a/f=1 c1 m1 < none"));
        Assert.That(_kv.Create("/a/f", "2"), Is.EqualTo("105 /a/f @1"));
        Assert.That(_kv.Create("/a", dir: true), Is.EqualTo("105 /a @1"));
        Assert.That(_kv.Create("/d", dir: true), Is.EqualTo("create /d/ c2 m2 < none"));
    }

    [Test]
    public void Keys_in_order_are_named_by_their_index_in_twenty_digits()
    {
        Assert.That(_kv.Post("/q", "1"), Is.EqualTo("create /q/00000000000000000001=1 c1 m1 < none"));
        Assert.That(_kv.Post("/", "2"), Is.EqualTo("create /00000000000000000002=2 c2 m2 < none"));
        Assert.That(_kv.Post("/q", dir: true), Is.EqualTo("create /q/00000000000000000003/ c3 m3 < none"));
        _kv.Set("/q/00000000000000000005", "taken");
        Assert.That(_kv.Post("/q", "4"), Is.EqualTo("105 /q/00000000000000000005 @4"));
    }

    [Test]
    public void Update_keeps_the_created_index_and_blanks_what_it_does_not_bring()
    {
        _kv.Set("/a", "1", ttl: 5);
        Assert.That(_kv.Update("/a", "2", ttl: 6), Is.EqualTo("update /a=2 c1 m2 x6 < /a=1 c1 m1 x5"));
        Assert.That(_kv.Update("/a"), Is.EqualTo("update /a= c1 m3 < /a=2 c1 m2 x6"));
        Assert.That(_kv.Get("/a"), Is.EqualTo("/a= c1 m3"));
    }

    [Test]
    public void Update_of_a_directory_changes_its_deadline_and_shows_an_index_that_it_does_not_keep()
    {
        _kv.Set("/d/k", "1");
        Assert.That(_kv.Update("/d", ttl: 5), Is.EqualTo("update /d/ c1 m2 x5 < /d/ c1 m1"));
        Assert.That(_kv.Get("/d"), Is.EqualTo("/d/ c1 m1 x5"));
        Assert.That(_kv.Update("/d"), Is.EqualTo("update /d/ c1 m3 < /d/ c1 m1 x5"));
        Assert.That(_kv.Get("/d"), Is.EqualTo("/d/ c1 m1"));
        Assert.That(_kv.Update("/d", "value"), Is.EqualTo("102 /d @3"));
    }

    [Test]
    public void Compare_and_swap_names_only_what_differs_the_value_first()
    {
        _kv.Set("/a", "one");
        Assert.That(_kv.Swap("/a", "x", "two"), Is.EqualTo("101 [two != one] @1"));
        Assert.That(_kv.Swap("/a", "x", "one", 7), Is.EqualTo("101 [7 != 1] @1"));
        Assert.That(_kv.Swap("/a", "x", "two", 1), Is.EqualTo("101 [two != one] @1"));
        Assert.That(_kv.Swap("/a", "x", "two", 7), Is.EqualTo("101 [two != one] [7 != 1] @1"));
        Assert.That(_kv.Swap("/a", "x", index: 7), Is.EqualTo("101 [7 != 1] @1"));
        Assert.That(_kv.Swap("/a", "two", "one", 1), Is.EqualTo("compareAndSwap /a=two c1 m2 < /a=one c1 m1"));
    }

    [Test]
    public void Compare_and_swap_drops_the_deadline_and_wants_a_file()
    {
        _kv.Set("/a", "1", ttl: 5);
        Assert.That(_kv.Swap("/a", "2", "1"), Is.EqualTo("compareAndSwap /a=2 c1 m2 < /a=1 c1 m1 x5"));
        _kv.Set("/d", dir: true);
        Assert.That(_kv.Swap("/d", "2", index: 3), Is.EqualTo("102 /d @3"));
    }

    [Test]
    public void Delete_removes_files_with_or_without_the_directory_flag()
    {
        _kv.Set("/a", "1", ttl: 5);
        _kv.Set("/b", "1");
        Assert.That(_kv.Delete("/a"), Is.EqualTo("delete /a c1 m3 < /a=1 c1 m1 x5"));
        Assert.That(_kv.Delete("/b", dir: true), Is.EqualTo("delete /b c2 m4 < /b=1 c2 m2"));
        Assert.That(_kv.Machine.Publish().Count, Is.Zero);
    }

    [Test]
    public void Delete_of_a_directory_wants_the_right_flag()
    {
        _kv.Set("/d/_hidden", "1");
        Assert.That(_kv.Delete("/d"), Is.EqualTo("102 /d @1"));
        Assert.That(_kv.Delete("/d", dir: true), Is.EqualTo("108 /d @1"), "hidden children count");
        Assert.That(_kv.Delete("/d", recursive: true), Is.EqualTo("delete /d/ c1 m2 < /d/ c1 m1"));
        _kv.Set("/e", dir: true);
        _kv.Set("/e-", "a name that only looks like a child");
        Assert.That(_kv.Delete("/e", dir: true), Is.EqualTo("delete /e/ c3 m5 < /e/ c3 m3"));
        Assert.That(_kv.List("/"), Is.EqualTo(new[] { "/e-=a name that only looks like a child c4 m4" }));
    }

    [Test]
    public void Compare_and_delete_wants_a_file_that_is_as_expected()
    {
        _kv.Set("/a", "x");
        _kv.Set("/d/k", "x");
        Assert.That(_kv.CompareAndDelete("/a", "y"), Is.EqualTo("101 [y != x] @2"));
        Assert.That(_kv.CompareAndDelete("/a", index: 5), Is.EqualTo("101 [5 != 1] @2"));
        Assert.That(_kv.CompareAndDelete("/d", index: 2), Is.EqualTo("102 /d @2"));
        Assert.That(_kv.CompareAndDelete("/a", "x", 1), Is.EqualTo("compareAndDelete /a c1 m3 < /a=x c1 m1"));
    }

    [Test]
    public void The_root_is_read_only()
    {
        Assert.That(_kv.Set("/", "1"), Is.EqualTo("107 / @0"));
        Assert.That(_kv.Set("/", dir: true), Is.EqualTo("107 / @0"));
        Assert.That(_kv.Create("/", "1"), Is.EqualTo("107 / @0"));
        Assert.That(_kv.Update("/"), Is.EqualTo("107 / @0"));
        Assert.That(_kv.Swap("/", "1", "x"), Is.EqualTo("107 / @0"));
        Assert.That(_kv.Delete("/", recursive: true), Is.EqualTo("107 / @0"));
        Assert.That(_kv.CompareAndDelete("/", index: 1), Is.EqualTo("102  @0"), "no cause");
        Assert.That(_kv.Get("/"), Is.EqualTo("// c0 m0"));
    }

    [Test]
    public void A_refresh_keeps_the_value()
    {
        _kv.Set("/a", "keep", ttl: 5);
        Assert.That(
            _kv.Update("/a", ttl: 6, refresh: true), Is.EqualTo("update /a=keep c1 m2 x6 < /a=keep c1 m1 x5 refresh"));
        Assert.That(
            _kv.Set("/a", ttl: 7, refresh: true), Is.EqualTo("set /a=keep c3 m3 x7 < /a=keep c1 m2 x6 refresh"));
        Assert.That(
            _kv.Swap("/a", "", "keep", ttl: 8, refresh: true),
            Is.EqualTo("compareAndSwap /a=keep c3 m4 x8 < /a=keep c3 m3 x7 refresh"));
    }

    [Test]
    public void Deadlines_before_2000_make_new_keys_permanent_but_expire_updated_ones()
    {
        long tooEarly = 946_684_800L * KvHarness.Second - 1 - KvHarness.Now;
        Assert.That(_kv.Set("/a", "1", ttl: tooEarly), Is.EqualTo("set /a=1 c1 m1 < none"));
        Assert.That(_kv.Create("/b", "1", ttl: tooEarly - KvHarness.Now), Is.EqualTo("create /b=1 c2 m2 < none"));
        Assert.That(_kv.Set("/c", "1", ttl: tooEarly + 1), Does.Contain(" x"));
        Assert.That(_kv.Update("/a", "2", ttl: tooEarly), Is.EqualTo($"update /a=2 c1 m4 x{tooEarly} < /a=1 c1 m1"));
        _kv.Expire(0);
        Assert.That(_kv.Get("/a"), Is.EqualTo("100 /a @6"));
    }

    [Test]
    public void Only_changes_move_the_index()
    {
        _kv.Set("/a", "1");
        _kv.Set("/a/b", "1");
        _kv.Create("/a", "1");
        _kv.Swap("/a", "1", "x");
        _kv.Delete("/b");
        _kv.Expire(100);
        _kv.Skip();
        Assert.That(_kv.Index, Is.EqualTo(1));
        _kv.Skip(movesStoreIndex: true);
        Assert.That(_kv.Index, Is.EqualTo(2));
        Assert.That(_kv.Set("/c"), Is.EqualTo("set /c= c3 m3 < none"));
        Assert.That(_kv.Machine.Publish().AppliedIndex.Value, Is.EqualTo(9));
    }

    [Test]
    public void A_key_with_more_parents_than_can_be_kept_is_refused_and_changes_nothing()
    {
        string deep = string.Concat(Enumerable.Repeat("/a", 2000));
        Assert.That(_kv.Set(deep, "1"), Does.StartWith("set /a/a/a"));
        Assert.That(_kv.Machine.Publish().Count, Is.EqualTo(2000));
        string tooDeep = "/b" + string.Concat(Enumerable.Repeat("/a", 500_000));
        Assert.That(_kv.Set(tooDeep), Is.EqualTo("209 too many directories in the key @1"));
        Assert.That(_kv.Create(tooDeep), Is.EqualTo("209 too many directories in the key @1"));
        Assert.That(_kv.Post(tooDeep), Is.EqualTo("209 too many directories in the key @1"));
        Assert.That(_kv.Get(tooDeep), Is.EqualTo("100 /b @1"));
        Assert.That(_kv.Machine.Publish().Count, Is.EqualTo(2000));
        Assert.That(_kv.Set("/long/" + new string('x', 1_000_000)), Does.StartWith("set /long/x"));
    }

    [Test]
    public void Names_may_be_any_bytes_and_list_in_byte_order()
    {
        string[] keys =
            ["/b", "/a/\u00ff", "/a/\0", "/a-", "/a/-", "/a.", "/a0", "/a/\u007f", "/a/A", "/a/a"];
        foreach (string key in keys)
            _kv.Set(key);
        Assert.That(_kv.List("/").Select(line => line.Split(new[] { "=", "/ " }, 0)[0]), Is.EqualTo(
            new[] { "/a", "/a/\0", "/a/-", "/a/A", "/a/a", "/a/\u007f", "/a/\u00ff", "/a-", "/a.", "/a0", "/b" }));
    }
}
