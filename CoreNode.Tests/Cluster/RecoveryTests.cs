using CoreNode.Cluster;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Raft;
using CoreNode.Store;
using CoreNode.Tests.Simulation;
using CoreNode.Wal;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Cluster;

/// <summary>What a member makes of its folder at a start.</summary>
[TestFixture, Category("Unit")]
internal sealed class RecoveryTests
{
    private SimulatedFiles _files = null!;
    private SnapshotStore _store = null!;

    [SetUp]
    public void Prepare()
    {
        _files = new SimulatedFiles(new Prng(1));
        _files.CreateFolder("/raft");
        _store = new SnapshotStore(_files, "/raft", new CoreTime());
    }

    [Test]
    public void The_first_start_writes_the_initial_members_one_entry_each()
    {
        (ReplicaState state, WalLog log) = Recover(members: 3);
        log.Dispose();
        Assert.That(state.Snapshot.Index, Is.EqualTo(new LogIndex(3)));
        Assert.That(state.Raft.Configuration.Voters, Has.Count.EqualTo(3));
        Assert.That(MemberRecords.Read(state.Keys.Publish()), Has.Count.EqualTo(3));
    }

    [Test]
    public void A_joiner_begins_at_nothing_knows_who_votes_and_may_not_stand()
    {
        JoinPlan plan = new(7, new NodeId(4), [new NodeId(1), new NodeId(2)], [new PeerAddress(new NodeId(1), ["u"])]);
        (ReplicaState state, WalLog log) = Recover(members: 3, plan);
        log.Dispose();
        state.Raft.Campaign();
        Assert.Multiple(() =>
        {
            Assert.That(state.Snapshot.Index, Is.EqualTo(LogIndex.Zero));
            Assert.That(state.Self, Is.EqualTo(new NodeId(4)));
            Assert.That(state.ClusterId, Is.EqualTo(7));
            Assert.That(state.FirstPeers, Has.Count.EqualTo(1));
            Assert.That(state.Raft.Role, Is.EqualTo(RaftRole.Follower));
        });

        (ReplicaState again, WalLog sameLog) = Recover(members: 3);
        sameLog.Dispose();
        Assert.That(again.Self, Is.EqualTo(new NodeId(4)), "the folder says who it is, not the options");
        Assert.That(MemberRecords.Read(again.Keys.Publish()), Is.Empty, "so it asks again where the others are");
    }

    [Test]
    public void After_a_received_snapshot_entries_of_the_history_that_it_contradicts_are_dropped_and_overwritten()
    {
        // Entries 4 to 8 of term 2, then a snapshot at 6 of term 5, and a crash before the log heard of it.
        WriteLog(firstTerm: 2, last: 8, vote: new NodeId(9));
        WriteSnapshot(index: 6, term: 5);
        (ReplicaState state, WalLog log) = Recover(members: 3);
        Assert.Multiple(() =>
        {
            Assert.That(state.Raft.LastIndex, Is.EqualTo(new LogIndex(6)));
            Assert.That(state.Raft.Term, Is.EqualTo(new Term(5)));
            Assert.That(state.Raft.Status().Vote, Is.EqualTo(NodeId.None), "nothing was promised in term 5");
        });
        log.Write([new WalAppend([Entry(7, 5)], new WalHardState(new Term(5), NodeId.None, new LogIndex(6)), true)]);
        log.Sync();
        log.Dispose();
        (ReplicaState again, WalLog sameLog) = Recover(members: 3);
        sameLog.Dispose();
        Assert.That(again.Raft.LastIndex, Is.EqualTo(new LogIndex(7)));
    }

    [Test]
    public void After_a_received_snapshot_entries_that_follow_it_are_kept()
    {
        WriteLog(firstTerm: 2, last: 8, vote: new NodeId(9));
        WriteSnapshot(index: 6, term: 2);
        (ReplicaState state, WalLog log) = Recover(members: 3);
        log.Dispose();
        Assert.That(state.Raft.LastIndex, Is.EqualTo(new LogIndex(8)));
        Assert.That(state.Raft.Status().Vote, Is.EqualTo(new NodeId(9)));
    }

    [Test]
    public void A_snapshot_beyond_the_logs_end_is_gone_on_from()
    {
        WriteLog(firstTerm: 2, last: 8, vote: new NodeId(9));
        WriteSnapshot(index: 20, term: 5);
        (ReplicaState state, WalLog log) = Recover(members: 3);
        Assert.That(state.Raft.LastIndex, Is.EqualTo(new LogIndex(20)));
        log.Write([new WalAppend([Entry(21, 5)], new WalHardState(new Term(5), NodeId.None, new LogIndex(20)), true)]);
        log.Sync();
        log.Dispose();
        (ReplicaState again, WalLog sameLog) = Recover(members: 3);
        sameLog.Dispose();
        Assert.That(again.Raft.LastIndex, Is.EqualTo(new LogIndex(21)));
    }

    [Test]
    public void The_note_of_a_member_that_stopped_for_good_survives_and_an_empty_one_counts()
    {
        MemberStop stop = new(MemberStopKind.SetBack, "the disk was set back — ü");
        Assert.That(StopNote.Read(_files, "/raft"), Is.Null);
        StopNote.Write(_files, "/raft", stop);
        Assert.That(StopNote.Read(_files, "/raft"), Is.EqualTo(stop));
        StopNote.Write(_files, "/raft", stop with { Message = "x" });
        Assert.That(StopNote.Read(_files, "/raft")!.Message, Is.EqualTo("x"));
        Assert.That(_files.Get("/raft/stopped"), Is.EqualTo(new byte[] { 3, (byte)'x' }), "the format that is kept");
        _files.Put("/raft/stopped", []);
        Assert.That(StopNote.Read(_files, "/raft"), Is.Not.Null);
    }

    private static WalEntry Entry(ulong index, ulong term) =>
        new(new LogIndex(index), new Term(term), (byte)EntryKind.Empty, ReadOnlyMemory<byte>.Empty);

    private void WriteLog(ulong firstTerm, ulong last, NodeId vote)
    {
        (ReplicaState state, WalLog log) = Recover(members: 3);
        List<WalEntry> entries = [];
        for (ulong i = state.Snapshot.Index.Value + 1; i <= last; i++)
            entries.Add(Entry(i, firstTerm));
        log.Write([new WalAppend(entries, new WalHardState(new Term(firstTerm), vote, state.Snapshot.Index), true)]);
        log.Sync();
        log.Dispose();
    }

    private void WriteSnapshot(ulong index, ulong term)
    {
        KeyStateMachine keys = new(new KvOptions(), new StoreStatistics());
        keys.SkipTo(new LogIndex(index), new Term(term));
        _store.Write(
            new CapturedSnapshot(keys.Capture(), Configuration.Single(new NodeId(1))), CancellationToken.None);
    }

    private (ReplicaState State, WalLog Log) Recover(int members, JoinPlan? plan = null)
    {
        ReplicaOptions options = new()
        {
            Folder = "/raft",
            Name = "m1",
            InitialMembers =
                [.. Enumerable.Range(1, members).Select(n => new InitialMember($"m{n}", [CoreGroup.Url(n)]))],
            AdvertiseClientUrls = [],
        };
        return new Recovery(options, _files, _store, new StoreStatistics(), NullLogger.Instance).Run(plan);
    }
}
