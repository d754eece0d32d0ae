using CoreNode.Kv;
using CoreNode.Store;

namespace CoreNode.Tests.Kv;

[TestFixture, Category("Unit")]
internal sealed class ExpiryTests
{
    [Test]
    public void Keys_expire_in_order_of_their_deadlines_each_with_an_index_and_an_event()
    {
        KvHarness kv = new();
        kv.Set("/a", "1", ttl: 30);
        kv.Set("/d/_h", "2", ttl: 10);
        kv.Set("/c", "3", ttl: 20);
        kv.Set("/e", "4", ttl: 31);
        RecordingWatcher watcher = kv.Watch("/", recursive: true, stream: true);
        RecordingWatcher hidden = kv.Watch("/d/_h", stream: true);
        KeyOutcome outcome = kv.Expire(30);
        Assert.Multiple(() =>
        {
            Assert.That(outcome.Event, Is.Null);
            Assert.That(outcome.Error, Is.Null);
            Assert.That(outcome.Index.Value, Is.EqualTo(7));
            Assert.That(watcher.Told, Is.EqualTo(
                new[] { "expire /c c3 m6 < /c=3 c3 m3 x20", "expire /a c1 m7 < /a=1 c1 m1 x30" }));
            Assert.That(hidden.Told[0], Is.EqualTo("expire /d/_h c2 m5 < /d/_h=2 c2 m2 x10"));
            Assert.That(kv.Machine.NextExpirationUnixNs, Is.EqualTo(KvHarness.Now + 31));
            Assert.That(kv.Statistics[StoreCounter.ExpireCount], Is.EqualTo(3));
            Assert.That(kv.List("/"), Is.EqualTo(new[] { "/d/ c2 m2", "/e=4 c4 m4 x31" }));
        });
    }

    [Test]
    public void A_directory_takes_its_children_with_one_event_and_forgets_their_deadlines()
    {
        KvHarness kv = new();
        kv.Set("/d", dir: true, ttl: 10);
        kv.Set("/d/k", "1", ttl: 20);
        kv.Set("/d/l", "1", ttl: 10);
        RecordingWatcher child = kv.Watch("/d/k");
        RecordingWatcher absent = kv.Watch("/d/absent");
        kv.Expire(10);
        Assert.Multiple(() =>
        {
            Assert.That(child.Told, Is.EqualTo(new[] { "expire /d/ c1 m4 < /d/ c1 m1 x10" }));
            Assert.That(absent.Told, Is.Empty);
            Assert.That(kv.Index, Is.EqualTo(4));
            Assert.That(kv.Machine.NextExpirationUnixNs, Is.EqualTo(long.MaxValue));
            Assert.That(kv.Machine.Publish().Count, Is.Zero);
        });
    }

    [Test]
    public void Refresh_update_and_delete_move_or_drop_the_deadline()
    {
        KvHarness kv = new();
        kv.Set("/a", "1", ttl: 10);
        kv.Set("/b", "1", ttl: 20);
        kv.Update("/a", ttl: 30, refresh: true);
        Assert.That(kv.Machine.NextExpirationUnixNs, Is.EqualTo(KvHarness.Now + 20));
        kv.Update("/b", "permanent");
        Assert.That(kv.Machine.NextExpirationUnixNs, Is.EqualTo(KvHarness.Now + 30));
        kv.Delete("/a");
        Assert.That(kv.Machine.NextExpirationUnixNs, Is.EqualTo(long.MaxValue));
    }

    [Test]
    public void One_command_expires_no_more_than_its_bound_and_leaves_the_rest_due()
    {
        KvHarness kv = new(new KvOptions { MaxExpiredPerCommand = 3 });
        for (int i = 0; i < 5; i++)
            kv.Set($"/k{i}", ttl: 10 + i);
        kv.Expire(1000);
        Assert.That(kv.Index, Is.EqualTo(8));
        Assert.That(kv.Machine.NextExpirationUnixNs, Is.EqualTo(KvHarness.Now + 13));
        kv.Expire(1000);
        Assert.That(kv.Index, Is.EqualTo(10));
        Assert.That(kv.Machine.NextExpirationUnixNs, Is.EqualTo(long.MaxValue));
    }
}
