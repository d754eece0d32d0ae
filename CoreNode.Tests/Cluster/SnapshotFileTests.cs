using System.Text;
using CoreNode.Cluster;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Raft;
using CoreNode.Store;
using CoreNode.Tests.Simulation;

namespace CoreNode.Tests.Cluster;

/// <summary>Snapshot files, and the part files into which a leader's come.</summary>
[TestFixture, Category("Unit")]
internal sealed class SnapshotFileTests
{
    private const string Folder = "/raft/snap";
    private const int Chunk = 1000;

    private SimulatedFiles _files = null!;
    private SnapshotStore _store = null!;
    private readonly List<SnapshotReceived> _delivered = [];
    private int _ended;

    [SetUp]
    public void Prepare()
    {
        _files = new SimulatedFiles(new Prng(1));
        _store = new SnapshotStore(_files, "/raft", new CoreTime());
        _files.CreateFolder("/raft");
        _store.Prepare();
        _delivered.Clear();
        _ended = 0;
    }

    [Test]
    public void What_was_received_stands_for_its_index_and_is_handed_over()
    {
        byte[] bytes = Bytes(9);
        using (SnapshotReceiver receiver = Receive(9, bytes.Length))
        {
            Feed(receiver, bytes, bytes.Length);
            Assert.That(receiver.Complete(), Is.True);
        }

        Assert.That(_delivered.Single().Keys.AppliedIndex, Is.EqualTo(new LogIndex(9)));
        Assert.That(_files.List(Folder), Is.EqualTo(new[] { "0000000000000009.snap" }));
        Assert.That(_ended, Is.EqualTo(1));
        Assert.That(_store.ReadNewest(new KvOptions(), new StoreStatistics())!.Index, Is.EqualTo(new LogIndex(9)));
    }

    [Test]
    public void A_broken_stream_of_the_same_snapshot_goes_on_where_it_ended()
    {
        byte[] bytes = Bytes(9);
        using (SnapshotReceiver first = Receive(9, bytes.Length))
            Feed(first, bytes, 2 * Chunk);
        using SnapshotReceiver second = Receive(9, bytes.Length);
        Assert.That(second.Offset, Is.EqualTo(2 * Chunk));
        Assert.That(second.Complete(), Is.False, "not all is there");
        Feed(second, bytes, bytes.Length);
        Assert.That(second.Complete(), Is.True);
        Assert.That(_delivered, Has.Count.EqualTo(1));
    }

    [Test]
    public void Another_snapshot_or_another_sender_begins_anew_and_removes_the_part()
    {
        byte[] bytes = Bytes(9);
        using (SnapshotReceiver first = Receive(9, bytes.Length))
            Feed(first, bytes, Chunk);
        using (SnapshotReceiver other = Receive(9, bytes.Length, from: 5))
            Assert.That(other.Offset, Is.Zero);
        using (SnapshotReceiver newer = Receive(10, bytes.Length))
            Assert.That(newer.Offset, Is.Zero);
        Assert.That(_files.List(Folder), Has.Count.EqualTo(1));
    }

    [Test]
    public void Damaged_content_is_refused_and_nothing_of_it_is_kept()
    {
        byte[] bytes = Bytes(9);
        bytes[bytes.Length / 2] ^= 1;
        using SnapshotReceiver receiver = Receive(9, bytes.Length);
        Feed(receiver, bytes, bytes.Length);
        Assert.That(receiver.Complete(), Is.False);
        Assert.That(_delivered, Is.Empty);
        Assert.That(_files.List(Folder), Is.Empty);
    }

    [Test]
    public void A_snapshot_of_another_index_than_announced_is_refused()
    {
        byte[] bytes = Bytes(9);
        using SnapshotReceiver receiver = Receive(8, bytes.Length);
        Feed(receiver, bytes, bytes.Length);
        Assert.That(receiver.Complete(), Is.False);
        Assert.That(_files.List(Folder), Is.Empty);
    }

    [Test]
    public void On_a_full_disk_the_part_makes_room_for_the_log()
    {
        byte[] bytes = Bytes(9);
        using SnapshotReceiver receiver = Receive(9, bytes.Length);
        Feed(receiver, bytes, Chunk);
        _files.QuotaBytes = _files.UsedBytes;
        Assert.That(() => Feed(receiver, bytes, bytes.Length), Throws.InstanceOf<IOException>());
        Assert.That(_files.List(Folder), Is.Empty);
    }

    [Test]
    public void A_start_removes_parts_and_keeps_snapshots()
    {
        _store.Write(Captured(5), CancellationToken.None);
        byte[] bytes = Bytes(9);
        using (SnapshotReceiver receiver = Receive(9, bytes.Length))
            Feed(receiver, bytes, Chunk);
        _store.Prepare();
        Assert.That(_files.List(Folder), Is.EqualTo(new[] { "0000000000000005.snap" }));
    }

    [Test]
    public void A_snapshot_that_is_being_sent_is_read_to_its_end_although_a_newer_one_took_its_place()
    {
        _store.Write(Captured(5), CancellationToken.None);
        using SnapshotSource source = _store.OpenForSending(new LogIndex(5))!;
        _store.Write(Captured(6), CancellationToken.None);
        Assert.That(_files.List(Folder), Is.EqualTo(new[] { "0000000000000006.snap" }));
        byte[] read = new byte[source.Length];
        Assert.That(source.Read(0, read), Is.EqualTo(read.Length));
        Assert.That(read, Is.EqualTo(Bytes(5)));
        Assert.That(_store.OpenForSending(new LogIndex(5)), Is.Null);
    }

    [Test]
    public void An_own_snapshot_that_ends_later_does_not_displace_a_newer_received_one()
    {
        byte[] bytes = Bytes(9);
        using SnapshotReceiver receiver = Receive(9, bytes.Length);
        Feed(receiver, bytes, bytes.Length);
        receiver.Complete();
        _store.Write(Captured(7), CancellationToken.None);
        Assert.That(_store.ReadNewest(new KvOptions(), new StoreStatistics())!.Index, Is.EqualTo(new LogIndex(9)));
    }

    private static void Feed(SnapshotReceiver receiver, byte[] bytes, int until)
    {
        while (receiver.Offset < until)
        {
            int count = (int)Math.Min(Chunk, until - receiver.Offset);
            receiver.Write(bytes.AsSpan((int)receiver.Offset, count));
        }
    }

    private static CapturedSnapshot Captured(ulong index)
    {
        KeyStateMachine keys = new(new KvOptions(), new StoreStatistics());
        Term term = new(2);
        for (ulong i = 1; i <= index; i++)
        {
            keys.Apply(
                new KeyCommand
                {
                    Operation = KeyOperation.Set,
                    Key = Encoding.UTF8.GetBytes($"/k{i}"),
                    Value = new byte[Chunk],
                }.Encode(),
                new LogIndex(i), term, 0);
        }

        return new CapturedSnapshot(keys.Capture(), Configuration.Single(new NodeId(1)));
    }

    private byte[] Bytes(ulong index)
    {
        SimulatedFiles files = new(new Prng(2));
        files.CreateFolder("/raft");
        SnapshotStore store = new(files, "/raft", new CoreTime());
        store.Prepare();
        store.Write(Captured(index), CancellationToken.None);
        return files.Get($"{Folder}/{index:x16}.snap");
    }

    private SnapshotReceiver Receive(ulong index, long length, ulong from = 3) => new(
        _store,
        new RaftMessage
        {
            Kind = MessageKind.Snapshot,
            From = new NodeId(from),
            To = new NodeId(1),
            Term = new Term(2),
            Snapshot = new SnapshotMetadata(new LogIndex(index), new Term(2), Configuration.Single(new NodeId(1))),
        },
        length,
        path => _store.Load(path, new KvOptions(), new StoreStatistics()),
        _delivered.Add,
        () => _ended++);
}
