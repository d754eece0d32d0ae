using CoreNode.Api.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Tests.Api.Peers;

/// <summary>Snapshots arrive whole or not at all, and the sender always hears which.</summary>
[TestFixture, Category("Conformance")]
internal sealed class PeerSnapshotTests
{
    private const int Length = 5_000_000;

    private static readonly byte[] s_content = Content();

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(Length)]
    public async Task A_snapshot_arrives_unchanged_with_its_message(int length)
    {
        SnapshotPlace place = new();
        RaftMessage? seen = null;
        long announced = 0;
        RecordingReceiver receiver = new()
        {
            Accept = (message, bytes) =>
            {
                (seen, announced) = (message, bytes);
                return place.Open();
            },
        };
        (PeerMember a, PeerMember b) = await StartAsync(receiver, s_content[..length]);
        await using (a)
        await using (b)
        {
            RaftMessage message = a.SnapshotMessage(2);
            a.Transport.SendSnapshot(message);
            Assert.That(await OutcomeAsync(a), Is.True);
            Assert.That(place.IsComplete);
            Assert.That(place.Bytes.ToArray().AsSpan().SequenceEqual(s_content.AsSpan(0, length)));
            Assert.That(seen, Is.EqualTo(message with { Entries = seen!.Entries }));
            Assert.That(announced, Is.EqualTo(length));
            Assert.That(a.Transport.Metrics.SnapshotSentBytes.Value, Is.EqualTo(length));
            Assert.That(b.Transport.Metrics.SnapshotReceivedBytes.Value, Is.EqualTo(length));
        }
    }

    [Test]
    public async Task A_stream_that_is_cut_goes_on_where_it_ended()
    {
        SnapshotPlace place = new();
        await using PeerMember b = await PeerMember.StartAsync(
            2, new RecordingReceiver { Accept = (_, _) => place.Open() });
        await using CuttingRelay relay = new(b.Port, 1_000_000, 2_000_000);
        await using PeerMember a = await PeerMember.StartAsync(1, new RecordingReceiver { Snapshot = s_content });
        a.Meet((2, relay.Url));
        await a.ConnectedToAsync(2);
        a.Transport.SendSnapshot(a.SnapshotMessage(2));
        Assert.That(await OutcomeAsync(a), Is.True);
        Assert.That(relay.Cut, Is.EqualTo(2));
        Assert.That(place.Offsets, Has.Count.EqualTo(3).And.Ordered);
        Assert.That(place.Offsets[1], Is.GreaterThan(500_000));
        Assert.That(place.Offsets[2], Is.GreaterThan(1_500_000));
        Assert.That(place.MostAtOnce, Is.EqualTo(1));
        Assert.That(place.Bytes.ToArray().AsSpan().SequenceEqual(s_content));
    }

    [Test]
    public async Task A_receiver_whose_disk_fails_is_tried_again_and_then_given_up()
    {
        SnapshotPlace place = new() { OnWrite = _ => throw new IOException("no space") };
        (PeerMember a, PeerMember b) = await StartAsync(
            new RecordingReceiver { Accept = (_, _) => place.Open() }, s_content);
        await using (a)
        await using (b)
        {
            a.Transport.SendSnapshot(a.SnapshotMessage(2));
            Assert.That(await OutcomeAsync(a), Is.False);
            Assert.That(place.Offsets, Is.EqualTo(new long[PeerMember.Options.SnapshotAttempts]));
        }
    }

    [Test]
    public async Task A_snapshot_that_is_not_wanted_or_not_kept_is_not_sent_again()
    {
        SnapshotPlace place = new() { OnComplete = () => false };
        RecordingReceiver receiver = new();
        (PeerMember a, PeerMember b) = await StartAsync(receiver, s_content);
        await using (a)
        await using (b)
        {
            a.Transport.SendSnapshot(a.SnapshotMessage(2));
            Assert.That(await OutcomeAsync(a), Is.False, "not wanted");
            receiver.Accept = (_, _) => place.Open();
            a.Transport.SendSnapshot(a.SnapshotMessage(2));
            Assert.That(await OutcomeAsync(a), Is.False, "not kept");
            Assert.That(place.Offsets, Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task Nobody_to_send_to_and_nothing_to_send_are_reported()
    {
        (PeerMember a, PeerMember b) = await StartAsync(new RecordingReceiver(), null);
        await using (a)
        await using (b)
        {
            a.Transport.SendSnapshot(a.SnapshotMessage(2));
            Assert.That(await OutcomeAsync(a), Is.False, "nothing");
            a.Transport.SendSnapshot(a.SnapshotMessage(9));
            Assert.That(a.Receiver.Snapshots, Does.Contain((new NodeId(9), false)), "nobody");
        }
    }

    [Test]
    public async Task A_long_completion_is_waited_for()
    {
        // Longer than the idle timeout; only the progress in between keeps the stream.
        PeerTransportOptions options = PeerMember.Options with
        {
            SnapshotIdleTimeout = TimeSpan.FromSeconds(1),
            SnapshotProgressInterval = TimeSpan.FromMilliseconds(20),
        };
        using ManualResetEventSlim never = new();
        SnapshotPlace place = new() { OnComplete = () => !never.Wait(2500) };
        (PeerMember a, PeerMember b) = await StartAsync(
            new RecordingReceiver { Accept = (_, _) => place.Open() }, s_content, options);
        await using (a)
        await using (b)
        {
            a.Transport.SendSnapshot(a.SnapshotMessage(2));
            Assert.That(await OutcomeAsync(a), Is.True);
            Assert.That(place.Offsets, Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task One_snapshot_at_a_time_and_appends_pass_it()
    {
        using SemaphoreSlim writing = new(0);
        using SemaphoreSlim goOn = new(0);
        SnapshotPlace place = new()
        {
            OnWrite = at =>
            {
                if (at != 0)
                    return;
                writing.Release();
                goOn.Wait(20_000);
            },
        };
        (PeerMember a, PeerMember b) = await StartAsync(
            new RecordingReceiver { Accept = (_, _) => place.Open() }, s_content);
        await using (a)
        await using (b)
        {
            a.Transport.SendSnapshot(a.SnapshotMessage(2));
            Assert.That(await writing.WaitAsync(20_000));
            a.Transport.SendSnapshot(a.SnapshotMessage(2));
            a.Send(a.Append(2, 1));
            await b.Receiver.UntilAsync(() => b.Receiver.Raft.Count == 1, "the append");
            goOn.Release();
            Assert.That(await OutcomeAsync(a), Is.True);
            Assert.That(place.Offsets, Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task A_member_that_leaves_gets_no_more_of_it()
    {
        using SemaphoreSlim writing = new(0);
        using SemaphoreSlim goOn = new(0);
        SnapshotPlace place = new()
        {
            OnWrite = _ =>
            {
                writing.Release();
                goOn.Wait(20_000);
            },
        };
        (PeerMember a, PeerMember b) = await StartAsync(
            new RecordingReceiver { Accept = (_, _) => place.Open() }, s_content);
        await using (a)
        await using (b)
        {
            a.Transport.SendSnapshot(a.SnapshotMessage(2));
            Assert.That(await writing.WaitAsync(20_000));
            a.Meet();
            Assert.That(await OutcomeAsync(a), Is.False);
            goOn.Release(100);
            Assert.That(place.IsComplete, Is.False);
        }
    }

    private static async Task<(PeerMember A, PeerMember B)> StartAsync(
        RecordingReceiver receiver, byte[]? content, PeerTransportOptions? options = null) =>
        await PeerMember.StartTwoAsync(new RecordingReceiver { Snapshot = content }, receiver, options);

    private static async Task<bool> OutcomeAsync(PeerMember sender)
    {
        await sender.Receiver.UntilAsync(() => !sender.Receiver.Snapshots.IsEmpty, "the outcome");
        Assert.That(sender.Receiver.Snapshots.TryDequeue(out (NodeId Node, bool IsDelivered) outcome));
        Assert.That(outcome.Node, Is.EqualTo(new NodeId(2)));
        return outcome.IsDelivered;
    }

    private static byte[] Content()
    {
        Prng prng = new(3);
        byte[] content = new byte[Length];
        for (int i = 0; i < Length; i++)
            content[i] = (byte)prng.Next(256);
        return content;
    }
}
