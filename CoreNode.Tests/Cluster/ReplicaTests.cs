using System.Text;
using CoreNode.Cluster;
using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Cluster;

[TestFixture, Category("Unit")]
internal sealed class ReplicaTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("corenode-replica-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task A_fresh_member_stands_at_index_3_and_knows_itself()
    {
        await using Replica replica = await StartAsync();
        Assert.That(replica.Current.Index, Is.EqualTo(new StoreIndex(3)));
        Assert.That(replica.Members, Has.Count.EqualTo(1));
        Assert.That(replica.Members[0].Name, Is.EqualTo("default"));
        Assert.That(replica.Members[0].ClientUrls, Is.EqualTo(new[] { "http://127.0.0.1:2379" }));
        Assert.That(replica.Leader, Is.EqualTo(replica.Self));
        Assert.That(replica.UnhealthyReason, Is.Null);
    }

    [Test]
    public async Task Writes_and_the_index_survive_a_restart()
    {
        await using (Replica replica = await StartAsync())
        {
            for (int i = 0; i < 50; i++)
                Assert.That((await SetAsync(replica, $"/k{i}", "v")).Event!.Index.Value, Is.EqualTo(4 + (ulong)i));
        }

        await using Replica again = await StartAsync();
        Assert.That(again.Current.Index.Value, Is.EqualTo(53));
        Assert.That(again.Current.TryGet("/k49"u8, out KeyRecord record), Is.True);
        Assert.That(Encoding.UTF8.GetString(record.Value), Is.EqualTo("v"));
        Assert.That((await SetAsync(again, "/new", "v")).Event!.Index.Value, Is.EqualTo(54));
    }

    [Test]
    public async Task Snapshots_are_taken_under_load_and_a_restart_uses_them()
    {
        ulong rounds = 0;
        await using (Replica replica = await StartAsync(snapshotCount: 100))
        {
            for (; rounds < 20 || replica.SnapshotsTaken == 0; rounds++)
            {
                await Task.WhenAll(
                    Enumerable.Range(0, 50).Select(n => SetAsync(replica, $"/d{n}/k{rounds}", "v").AsTask()));
            }
        }

        string[] snapshots = Directory.GetFiles(Path.Combine(_folder, "raft", "snap"));
        Assert.That(snapshots, Has.Length.EqualTo(1), string.Join(' ', snapshots));
        Assert.That(Path.GetFileName(snapshots[0]), Is.Not.EqualTo("0000000000000001.snap"));
        await using Replica again = await StartAsync();
        Assert.That(again.Current.Index.Value, Is.EqualTo(3 + (50 * rounds)));
        Assert.That(again.Current.Count, Is.EqualTo(50 + (50 * rounds)));
    }

    [Test]
    public async Task A_watch_from_an_index_gets_history_and_a_live_one_gets_the_next_change()
    {
        await using Replica replica = await StartAsync();
        await SetAsync(replica, "/a", "1");
        using IWatch past =
            (await replica.WatchAsync(new WatchRequest("/a"u8.ToArray(), false, false, 4), default)).Watch!;
        Assert.That(await past.WaitAsync(), Is.True);
        Assert.That(past.TryRead(out KeyEvent? first), Is.True);
        Assert.That(first!.Index.Value, Is.EqualTo(4));
        using IWatch live =
            (await replica.WatchAsync(new WatchRequest("/"u8.ToArray(), true, true, 0), default)).Watch!;
        ValueTask<bool> waiting = live.WaitAsync();
        Assert.That(waiting.IsCompleted, Is.False);
        await SetAsync(replica, "/b", "2");
        Assert.That(await waiting, Is.True);
        Assert.That(live.TryRead(out KeyEvent? second), Is.True);
        Assert.That(second!.Index.Value, Is.EqualTo(5));
    }

    [Test]
    public async Task A_slow_watcher_is_dropped_after_100_events_and_keeps_what_is_queued()
    {
        await using Replica replica = await StartAsync();
        using IWatch watch =
            (await replica.WatchAsync(new WatchRequest("/"u8.ToArray(), true, true, 0), default)).Watch!;
        for (int i = 0; i < 120; i++)
            await SetAsync(replica, "/a", "1");
        Assert.That(watch.IsDropped, Is.True);
        int read = 0;
        while (watch.TryRead(out _))
            read++;
        Assert.That(read, Is.EqualTo(WatchQueue.Capacity));
        Assert.That(await watch.WaitAsync(), Is.False);
    }

    [Test]
    public async Task A_linearizable_read_sees_every_write_answered_before()
    {
        await using Replica replica = await StartAsync();
        for (int i = 0; i < 20; i++)
        {
            KeyOutcome write = await SetAsync(replica, "/a", "1");
            (IKeyspace? keyspace, KeyError? error) = await replica.ReadLinearizableAsync(default);
            Assert.That(error, Is.Null);
            Assert.That(keyspace!.Index, Is.GreaterThanOrEqualTo(write.Event!.Index));
        }
    }

    [Test]
    public async Task A_key_with_a_deadline_expires_through_the_log()
    {
        await using Replica replica = await StartAsync();
        using IWatch watch =
            (await replica.WatchAsync(new WatchRequest("/t"u8.ToArray(), false, true, 0), default)).Watch!;
        long now = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
        byte[] command = new KeyCommand
        {
            Operation = KeyOperation.Set,
            Key = "/t"u8,
            Value = "v"u8,
            ExpirationUnixNs = now,
        }.Encode();
        await replica.ProposeAsync(command, default);
        KeyAction[] seen = [await NextActionAsync(watch), await NextActionAsync(watch)];
        Assert.That(seen, Is.EqualTo(new[] { KeyAction.Set, KeyAction.Expire }));
        Assert.That(replica.Current.TryGet("/t"u8, out _), Is.False);
    }

    private static async Task<KeyAction> NextActionAsync(IWatch watch)
    {
        KeyEvent? change;
        while (!watch.TryRead(out change))
            Assert.That(await watch.WaitAsync(), Is.True);
        return change.Action;
    }

    private static ValueTask<KeyOutcome> SetAsync(Replica replica, string key, string value) => replica.ProposeAsync(
        new KeyCommand
        {
            Operation = KeyOperation.Set,
            Key = Encoding.UTF8.GetBytes(key),
            Value = Encoding.UTF8.GetBytes(value),
        }.Encode(),
        default);

    private Task<Replica> StartAsync(ulong snapshotCount = 100_000) => Replica.StartAsync(
        new ReplicaOptions
        {
            Folder = Path.Combine(_folder, "raft"),
            Name = "default",
            InitialMembers = [new InitialMember("default", ["http://127.0.0.1:2380"])],
            AdvertiseClientUrls = ["http://127.0.0.1:2379"],
            SnapshotCount = snapshotCount,
        },
        new RealFiles(),
        TimeProvider.System,
        NullLoggerFactory.Instance,
        transport: null,
        probe: null,
        default);
}
