using System.Text;
using CoreNode.Cluster;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Platform;
using CoreNode.Raft;
using CoreNode.Store;
using CoreNode.Tests.Simulation;
using CoreNode.Tests.Wal;
using CoreNode.Wal;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Cluster;

/// <summary>Recovery of a lost quorum, backup and restore on a disk that crashes at every operation.</summary>
[TestFixture, Category("Unit")]
internal sealed class OfflineReplicaTests
{
    private const string Folder = "/data/raft";
    private const string NewFolder = "/new/raft";
    private const ulong OldCluster = 0xaaa;
    private const ulong NewCluster = 0xbbb;
    private const int CommittedWrites = 20;
    private const int UncertainWrites = 5;

    private static readonly NodeId s_self = new(1);
    private static readonly NodeId s_other = new(2);
    private static readonly NodeId s_third = new(3);

    [Test]
    public void A_member_tells_what_may_not_have_been_acknowledged()
    {
        OfflineSummary found = Open(Member(1)).Inspect();
        Assert.That(found.Members.Select(m => m.Name), Is.EqualTo(new[] { "a", "", "" }));
        Assert.That(found.Last - found.KnownCommitted, Is.EqualTo((ulong)UncertainWrites));
        Assert.That(found.Term, Is.EqualTo(new Term(7)));
        Assert.That(found.ClusterId, Is.EqualTo(OldCluster));
        Assert.That(found.Keys, Is.EqualTo(CommittedWrites + UncertainWrites));
    }

    [Test]
    public void A_recovered_member_is_alone_in_a_new_cluster_and_keeps_everything()
    {
        SimulatedFiles files = Member(1);
        OfflineSummary before = Open(files).Inspect();
        OfflineSummary after = Open(files).Recover(NewCluster);
        OfflineSummary found = Open(files).Inspect();
        Assert.That(found.IsAlone, Is.True);
        Assert.That(found.Members.Single().Name, Is.EqualTo("a"));
        Assert.That(found.ClusterId, Is.EqualTo(NewCluster));
        Assert.That(found.Keys, Is.EqualTo(before.Keys));
        Assert.That(found.Last, Is.EqualTo(after.Last).And.GreaterThan(before.Last));
        Assert.That(found.KnownCommitted, Is.EqualTo(found.Last));
        Assert.That(found.Term, Is.EqualTo(before.Term));
    }

    [Test]
    public async Task A_recovered_member_starts_and_takes_writes()
    {
        SimulatedFiles files = Member(1);
        Open(files).Recover(NewCluster);
        await using Replica replica = await StartAsync(files, Folder);
        Assert.That(replica.ClusterId, Is.EqualTo(NewCluster));
        Assert.That(replica.Self, Is.EqualTo(s_self));
        Assert.That(replica.Members, Has.Count.EqualTo(1));
        KeyOutcome written = await replica.ProposeAsync(Set("/after"), CancellationToken.None);
        Assert.That(written.Error, Is.Null);
        Assert.That(replica.Current.TryGet(Encoding.UTF8.GetBytes($"/k{CommittedWrites + UncertainWrites}"), out _));
    }

    [Test]
    public void A_crash_at_any_operation_leaves_the_old_state_or_the_new_one([Range(1, 4)] int seed)
    {
        ulong old = Open(Member((ulong)seed)).Inspect().Last.Value;
        bool hasCrashed = true;
        int oldStates = 0;
        int newStates = 0;
        for (long at = 1; hasCrashed; at++)
        {
            SimulatedFiles files = Member((ulong)seed);
            files.CrashAt = files.OperationCount + at;
            hasCrashed = Crashes(() => Open(files).Recover(NewCluster));
            if (!hasCrashed)
                break;
            Prng chance = new Prng((ulong)seed).Child($"cut {at}");
            foreach (SimulatedFiles left in new[] { files.AfterKill(), files.AfterPowerCut(chance) })
            {
                OfflineSummary found = Open(left).Inspect();
                bool isNew = found.ClusterId == NewCluster;
                Assert.That(found.IsAlone, Is.EqualTo(isNew), $"seed {seed}, operation {at}");
                Assert.That(found.Last.Value, isNew ? Is.GreaterThan(old) : Is.EqualTo(old), $"operation {at}");
                Assert.That(found.Keys, Is.EqualTo(CommittedWrites + UncertainWrites));
                oldStates += isNew ? 0 : 1;
                newStates += isNew ? 1 : 0;
                if (!isNew)
                    Assert.That(Open(left).Recover(NewCluster).IsAlone, Is.True, "and it can be tried again");
            }
        }

        Assert.That(oldStates, Is.GreaterThan(10));
        Assert.That(newStates, Is.GreaterThan(10));
    }

    [Test]
    public void A_second_crash_while_the_first_is_finished_loses_nothing([Range(1, 2)] int seed)
    {
        bool hasCrashed = true;
        for (long at = 1; hasCrashed; at += 3)
        {
            SimulatedFiles files = Member((ulong)seed);
            files.CrashAt = files.OperationCount + at;
            hasCrashed = Crashes(() => Open(files).Recover(NewCluster));
            bool crashesAgain = true;
            for (long second = 1; crashesAgain; second++)
            {
                Prng chance = new Prng((ulong)seed).Child($"cut {at} {second}");
                SimulatedFiles left = files.AfterPowerCut(chance);
                left.CrashAt = second;
                crashesAgain = Crashes(() => Open(left));
                OfflineSummary found = Open(left.AfterPowerCut(chance)).Inspect();
                Assert.That(found.IsAlone, Is.EqualTo(found.ClusterId == NewCluster), $"operation {at}, {second}");
                Assert.That(found.Keys, Is.EqualTo(CommittedWrites + UncertainWrites));
            }
        }
    }

    [Test]
    public void A_removed_member_is_not_recovered()
    {
        SimulatedFiles files = Member(1, removesSelf: true);
        Assert.That(() => Open(files).Recover(NewCluster), Throws.InstanceOf<IOException>());
    }

    [Test]
    public void A_folder_without_a_member_is_told() =>
        Assert.That(
            () => Open(new SimulatedFiles(new Prng(1))).Inspect(),
            Throws.InstanceOf<IOException>().With.Message.Contains("no member's data"));

    [Test]
    public async Task A_backup_of_a_stopped_member_is_restored_as_a_new_cluster()
    {
        SimulatedFiles files = Member(1);
        files.CreateFolder("/backup");
        files.CreateFolder(NewFolder);
        OfflineSummary written = Open(files).Backup("/backup/b");
        OfflineSummary read = OfflineReplica.Check(files, "/backup/b", TimeProvider.System);
        Assert.That((read.Last, read.Keys), Is.EqualTo((written.Last, written.Keys)));
        OfflineReplica fresh = new(files, NewFolder, TimeProvider.System);
        OfflineSummary restored = fresh.Restore("/backup/b", NewCluster, ["http://10.0.0.9:2380"]);
        Assert.That(restored.IsAlone, Is.True);
        Assert.That(restored.Self, Is.Not.EqualTo(s_self), "the identity is a new one");
        Assert.That(() => fresh.Restore("/backup/b", NewCluster, ["http://10.0.0.9:2380"]),
            Throws.InstanceOf<IOException>().With.Message.Contains("not empty"));
        await using Replica replica = await StartAsync(files, NewFolder);
        Assert.That(replica.Current.Count, Is.EqualTo(written.Keys));
        Assert.That(replica.Members.Single().PeerUrls, Is.EqualTo(new[] { "http://10.0.0.9:2380" }));
        Assert.That(replica.ClusterId, Is.EqualTo(NewCluster));
    }

    [Test]
    public void A_crash_during_restore_leaves_an_empty_folder_or_the_whole_member()
    {
        SimulatedFiles source = Member(3);
        source.CreateFolder("/backup");
        Open(source).Backup("/backup/b");
        byte[] backup = source.Get("/backup/b");
        bool hasCrashed = true;
        for (long at = 1; hasCrashed; at++)
        {
            SimulatedFiles files = new(new Prng((ulong)at));
            files.Put("/backup/b", backup);
            files.CrashAt = at;
            hasCrashed = Crashes(() => Restore(files));
            SimulatedFiles left = files.AfterPowerCut(new Prng((ulong)at).Child("cut"));
            OfflineReplica found = new(left, NewFolder, TimeProvider.System);
            if (found.HasMember)
                Assert.That(found.Inspect().Keys, Is.EqualTo(CommittedWrites + UncertainWrites));
            else
                Assert.That(() => Restore(left), Throws.Nothing, $"operation {at}");
        }
    }

    [Test]
    public void A_damaged_backup_is_refused_before_anything_is_changed()
    {
        SimulatedFiles files = Member(1);
        files.CreateFolder("/backup");
        Open(files).Backup("/backup/b");
        files.FlipBit("/backup/b", 3000);
        files.CreateFolder(NewFolder);
        Assert.That(() => Restore(files), Throws.InstanceOf<CorruptionException>());
        Assert.That(new OfflineReplica(files, NewFolder, TimeProvider.System).HasMember, Is.False);
    }

    [Test]
    public void The_note_of_a_replacement_is_as_its_format_says()
    {
        SimulatedFiles files = Member(1);
        byte[] note = [];
        files.Intercept = operation =>
        {
            if (operation.Path == Folder + "/replacement.tmp" && operation.Kind == SimulatedOperationKind.Rename)
                note = files.Get(operation.Path);
            return null;
        };
        Open(files).Recover(NewCluster);
        GoldenFile.AssertIs("replacement-v1.bin", note);
    }

    [Test]
    public void A_damaged_note_stops_everything()
    {
        SimulatedFiles files = Member(1);
        files.Put(Folder + "/replacement", "CNREPLAC\u0001\0\0\0xxxx"u8);
        Assert.That(() => Open(files), Throws.InstanceOf<CorruptionException>());
    }

    private static void Restore(SimulatedFiles files)
    {
        files.CreateFolder(NewFolder);
        new OfflineReplica(files, NewFolder, TimeProvider.System).Restore("/backup/b", NewCluster, ["http://h:1"]);
    }

    private static OfflineReplica Open(SimulatedFiles files) => new(files, Folder, TimeProvider.System);

    private static bool Crashes(Action action)
    {
        try
        {
            action();
            return false;
        }
        catch (SimulatedCrashException)
        {
            return true;
        }
    }

    // One of three members: a snapshot, then writes of which the last ones are not known to be committed.
    private static SimulatedFiles Member(ulong seed, bool removesSelf = false)
    {
        SimulatedFiles files = new(new Prng(seed).Child("disk"));
        files.CreateFolder(Folder + "/wal");
        SnapshotStore store = new(files, Folder, TimeProvider.System);
        store.Prepare();
        KeyStateMachine keys = new(new KvOptions(), new StoreStatistics());
        ulong index = 0;
        foreach (NodeId node in new[] { s_self, s_other, s_third })
        {
            byte[] command = MemberRecords.SetCommand(MemberRecords.PeersKey(node), [$"http://10.0.0.{node}:2380"]);
            keys.Apply(command, new LogIndex(++index), new Term(1), 0);
        }

        store.Write(
            new CapturedSnapshot(keys.Capture(), new Configuration([s_self, s_other, s_third])),
            CancellationToken.None);
        WalLog.Create(files, Folder + "/wal", new WalIdentity(OldCluster, s_self), new WalOptions()).Dispose();
        using WalLog log = WalLog.Open(files, Folder + "/wal", new LogIndex(3), new WalOptions(), out _);
        List<WalEntry> entries =
        [
            new(new LogIndex(4), new Term(7), (byte)EntryKind.Empty, default),
            new(new LogIndex(5), new Term(7), (byte)EntryKind.Command,
                MemberRecords.SetCommand(MemberRecords.AttributesKey(s_self), ["a", "http://10.0.0.1:2379"])),
        ];
        if (removesSelf)
        {
            entries.Add(new WalEntry(new LogIndex(6), new Term(7), (byte)EntryKind.Command,
                MemberRecords.SetCommand(MemberRecords.PeersKey(s_self), [])));
        }

        ulong first = (ulong)entries.Count + 3;
        for (ulong i = 1; i <= CommittedWrites + UncertainWrites; i++)
            entries.Add(new(new LogIndex(first + i), new Term(7), (byte)EntryKind.Command, Set($"/k{i}")));
        LogIndex committed = new(first + CommittedWrites);
        log.Write([new WalAppend(entries, new WalHardState(new Term(7), s_self, committed), MustSync: true)]);
        log.Sync();
        return files;
    }

    private static byte[] Set(string key) => new KeyCommand
    {
        Operation = KeyOperation.Set,
        Key = Encoding.UTF8.GetBytes(key),
        Value = "v"u8,
    }.Encode();

    private static Task<Replica> StartAsync(SimulatedFiles files, string folder) => Replica.StartAsync(
        new ReplicaOptions
        {
            Folder = folder,
            Name = "a",
            InitialMembers = [new InitialMember("a", ["http://10.0.0.1:2380"])],
            AdvertiseClientUrls = ["http://10.0.0.1:2379"],
        },
        files, TimeProvider.System, NullLoggerFactory.Instance, transport: null, probe: null, CancellationToken.None);
}
