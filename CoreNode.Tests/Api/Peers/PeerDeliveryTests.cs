using System.Net;
using System.Net.Sockets;
using CoreNode.Api.Peers;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Tests.Api.Peers;

/// <summary>What is sent arrives, once and in order, as long as the connection lasts.</summary>
[TestFixture, Category("Conformance")]
internal sealed class PeerDeliveryTests
{
    [Test]
    public async Task Appends_of_all_sizes_arrive_in_order_and_unchanged()
    {
        const int Count = 300;
        Prng prng = new(7);
        (PeerMember a, PeerMember b) = await PeerMember.StartTwoAsync();
        await using (a)
        await using (b)
        {
            RaftMessage[] sent =
            [
                .. Enumerable.Range(0, Count).Select(i =>
                    a.Append(2, (ulong)i, i % 50 == 49 ? 1 << prng.Next(16, 22) : prng.Next(300))),
            ];
            for (int at = 0; at < Count; at += 10)
                a.Send(sent[at..(at + 10)]);
            await b.Receiver.UntilAsync(() => b.Receiver.Raft.Count == Count, "all appends");
            RaftMessage[] received = [.. b.Receiver.Raft];
            for (int i = 0; i < Count; i++)
                Assert.That(RaftMessageCodec.Encode(received[i]), Is.EqualTo(RaftMessageCodec.Encode(sent[i])), $"{i}");
        }
    }

    [Test]
    public async Task Other_messages_keep_their_order_with_appends()
    {
        (PeerMember a, PeerMember b) = await PeerMember.StartTwoAsync();
        await using (a)
        await using (b)
        {
            List<string> order = [];
            b.Receiver.OnReceive = m => order.Add($"append {m.LogIndex}, {b.Receiver.Others.Count} others before");
            for (ulong i = 0; i < 5; i++)
            {
                a.Transport.Send(new ForwardAnswer(
                    a.Node, b.Node, i, ProposeOutcome.Accepted, new LogIndex(i), new Term(1)));
                a.Transport.Send(a.Append(2, i));
            }

            a.Transport.Flush();
            await b.Receiver.UntilAsync(() => b.Receiver.Raft.Count == 5, "five appends");
            Assert.That(
                order, Is.EqualTo(Enumerable.Range(0, 5).Select(i => $"append {i}, {i + 1} others before")));
        }
    }

    [Test]
    public async Task Forwarded_commands_do_not_change_when_more_arrives_however_short_they_are()
    {
        (PeerMember a, PeerMember b) = await PeerMember.StartTwoAsync();
        await using (a)
        await using (b)
        {
            for (byte i = 1; i <= 20; i++)
            {
                a.Transport.Send(new ForwardedCommands(a.Node, b.Node, i, [new byte[] { i, i }]));
                a.Transport.Flush();
                await b.Receiver.UntilAsync(() => b.Receiver.Others.Count == i, "the commands");
            }

            Assert.That(
                b.Receiver.Others.Cast<ForwardedCommands>().Select(f => f.Commands[0].ToArray()),
                Is.EqualTo(Enumerable.Range(1, 20).Select(i => new[] { (byte)i, (byte)i })));
        }
    }

    [Test]
    public async Task Messages_go_both_ways_and_to_each_of_three()
    {
        await using PeerMember a = await PeerMember.StartAsync(1);
        await using PeerMember b = await PeerMember.StartAsync(2);
        await using PeerMember c = await PeerMember.StartAsync(3);
        PeerMember[] all = [a, b, c];
        foreach (PeerMember one in all)
            one.Meet([.. all.Where(m => m != one).Select(m => (m.Node.Value, m.Url))]);
        foreach (PeerMember one in all)
        {
            foreach (PeerMember other in all.Where(m => m != one))
            {
                await one.ConnectedToAsync(other.Node.Value);
                one.Send(one.Append(other.Node.Value, 1), one.Message(MessageKind.Heartbeat, other.Node.Value));
            }
        }

        foreach (PeerMember one in all)
        {
            await one.Receiver.UntilAsync(() => one.Receiver.Raft.Count == 4, "four messages");
            Assert.That(
                one.Receiver.Raft.Select(m => (m.From.Value, m.Kind)).Order(),
                Is.EqualTo(all.Where(m => m != one).SelectMany(m => new[]
                {
                    (m.Node.Value, MessageKind.Append), (m.Node.Value, MessageKind.Heartbeat),
                })));
        }
    }

    [Test]
    public async Task A_heartbeat_passes_appends_that_nobody_reads()
    {
        using Socket listener = FakePeer.Listen();
        await using PeerMember a = await PeerMember.StartAsync(1);
        a.Meet((2, $"http://127.0.0.1:{FakePeer.PortOf(listener)}"));
        using FakePeer first = await FakePeer.AcceptAsync(listener);
        using FakePeer second = await FakePeer.AcceptAsync(listener);
        ConnectionKind kind = await first.LetInAsync();
        Assert.That(new[] { kind, await second.LetInAsync() }.Order(), Is.EqualTo(
            new[] { ConnectionKind.Stream, ConnectionKind.Heartbeat }));
        (FakePeer stream, FakePeer heartbeat) =
            kind == ConnectionKind.Stream ? (first, second) : (second, first);
        await a.ConnectedToAsync(2);

        for (ulong i = 0; i < 6; i++)
            a.Transport.Send(a.Append(2, i, 10 << 20));
        a.Transport.Send(a.Message(MessageKind.Heartbeat, 2, context: 77));
        a.Transport.Flush();

        // Nothing of the 60 MiB has been read when the heartbeat is.
        (FrameType _, byte[] payload) = (await heartbeat.ReadFrameAsync())!.Value;
        Assert.That(RaftMessageCodec.TryDecode(payload, out RaftMessage? message), Is.True);
        Assert.That(message!.Context, Is.EqualTo(77));
        for (ulong i = 0; i < 6; i++)
        {
            (FrameType _, byte[] append) = (await stream.ReadFrameAsync())!.Value;
            Assert.That(RaftMessageCodec.TryDecode(append, out message), Is.True);
            Assert.That(message!.LogIndex.Value, Is.EqualTo(i));
        }
    }

    [Test]
    public async Task More_than_the_bound_is_dropped_and_reported_once()
    {
        using Socket listener = FakePeer.Listen();
        await using PeerMember a = await PeerMember.StartAsync(
            1, options: PeerMember.Options with { MaxQueuedBytes = 16 << 20 });
        a.Meet((2, $"http://127.0.0.1:{FakePeer.PortOf(listener)}"));
        using FakePeer first = await FakePeer.AcceptAsync(listener);
        using FakePeer second = await FakePeer.AcceptAsync(listener);
        await first.LetInAsync();
        await second.LetInAsync();
        await a.ConnectedToAsync(2);
        for (ulong i = 0; i < 64; i++)
            a.Send(a.Append(2, i, 1 << 20));
        Assert.That(a.Transport.Metrics.Dropped.Value, Is.InRange(20, 60));
        Assert.That(a.Receiver.Unreachable, Has.Count.EqualTo(1));
        for (ulong i = 0; i < 1000_000 && a.Transport.Metrics.Dropped.Value < 100; i++)
            a.Send(a.Message(MessageKind.Heartbeat, 2));
        Assert.That(a.Transport.Metrics.Dropped.Value, Is.EqualTo(100), "heartbeats are dropped too");
    }

    [Test]
    public async Task A_member_that_acknowledges_nothing_is_given_up_and_dialled_anew()
    {
        using Socket listener = FakePeer.Listen();
        await using PeerMember a = await PeerMember.StartAsync(
            1, options: PeerMember.Options with { AcknowledgeTimeout = TimeSpan.FromMilliseconds(300) });
        a.Meet((2, $"http://127.0.0.1:{FakePeer.PortOf(listener)}"));
        using FakePeer first = await FakePeer.AcceptAsync(listener);
        using FakePeer second = await FakePeer.AcceptAsync(listener);
        await first.LetInAsync();
        await second.LetInAsync();
        await a.ConnectedToAsync(2);
        for (ulong i = 0; i < 30; i++)
            a.Send(a.Append(2, i, 1 << 20));
        using FakePeer again = await FakePeer.AcceptAsync(listener);
        Assert.That(await again.LetInAsync(), Is.EqualTo(ConnectionKind.Stream));
        Assert.That(a.Receiver.Unreachable, Is.EqualTo(new[] { new NodeId(2) }));
    }

    [Test]
    public async Task A_member_that_comes_back_on_its_port_is_reached_again()
    {
        await using PeerMember a = await PeerMember.StartAsync(1);
        PeerMember b = await PeerMember.StartAsync(2);
        int port = b.Port;
        a.Meet((2, b.Url));
        await a.ConnectedToAsync(2);
        await b.DisposeAsync();
        await a.Receiver.UntilAsync(() => !a.Receiver.Unreachable.IsEmpty, "the loss");
        await using PeerMember again = await PeerMember.StartAsync(2, port: port);
        await a.ConnectedToAsync(2);
        a.Send(a.Append(2, 5));
        await again.Receiver.UntilAsync(() => again.Receiver.Raft.Any(m => m.LogIndex.Value == 5), "an append");
    }

    [Test]
    public async Task Members_come_move_and_go()
    {
        PeerTransportOptions patient = PeerMember.Options with { DrainTime = TimeSpan.FromSeconds(20) };
        await using PeerMember a = await PeerMember.StartAsync(1, options: patient);
        await using PeerMember b = await PeerMember.StartAsync(2);
        await using PeerMember moved = await PeerMember.StartAsync(2);
        a.Meet((2, b.Url));
        await a.ConnectedToAsync(2);
        a.Meet((2, moved.Url));
        await a.ConnectedToAsync(2);
        a.Send(a.Append(2, 1));
        await moved.Receiver.UntilAsync(() => moved.Receiver.Raft.Count == 1, "the append at the new address");
        for (ulong i = 2; i < 40; i++)
            a.Transport.Send(a.Append(2, i, 100_000));
        a.Meet();
        await moved.Receiver.UntilAsync(() => moved.Receiver.Raft.Count == 39, "what was queued before it left");
        a.Send(a.Append(2, 99));
        await a.Transport.DisposeAsync();
        Assert.That(moved.Receiver.Raft, Has.Count.EqualTo(39));
        Assert.That(b.Receiver.Raft, Is.Empty);
    }

    [Test]
    public async Task What_is_queued_goes_out_before_a_clean_stop()
    {
        PeerTransportOptions patient = PeerMember.Options with { StopTime = TimeSpan.FromSeconds(20) };
        (PeerMember a, PeerMember b) = await PeerMember.StartTwoAsync(options: patient);
        await using (b)
        {
            for (ulong i = 0; i < 20; i++)
                a.Transport.Send(a.Append(2, i, 50_000));
            await a.DisposeAsync();
            await b.Receiver.UntilAsync(() => b.Receiver.Raft.Count == 20, "all that was queued");
        }
    }

    [Test]
    public async Task The_second_url_is_used_when_the_first_does_not_answer()
    {
        using Socket silent = FakePeer.Listen();
        int closed = FakePeer.PortOf(silent);
        silent.Dispose();
        await using PeerMember a = await PeerMember.StartAsync(1);
        await using PeerMember b = await PeerMember.StartAsync(2);
        a.Transport.SetMembers([new PeerAddress(b.Node, [$"http://127.0.0.1:{closed}", b.Url])]);
        await a.ConnectedToAsync(2);
        Assert.That(a.Receiver.Unreachable, Has.Some.EqualTo(b.Node));
    }

    [Test]
    public async Task Names_and_both_families_are_listened_on_and_dialled()
    {
        PeerTransportOptions options = PeerMember.Options with
        {
            ListenPeerUrls = [new Uri("http://[::1]:0"), new Uri("http://localhost:0")],
        };
        await using PeerMember a = await PeerMember.StartAsync(1);
        await using PeerMember b = await PeerMember.StartAsync(2, options: options);
        Assert.That(b.Transport.BoundEndPoints[0].Address, Is.EqualTo(IPAddress.IPv6Loopback));
        foreach (string host in new[] { $"[::1]:{b.Port}", $"localhost:{b.Transport.BoundEndPoints[^1].Port}" })
        {
            a.Meet((2, $"http://{host}"));
            await a.ConnectedToAsync(2);
            a.Meet();
        }
    }

    [Test]
    public async Task An_address_in_use_is_named()
    {
        await using PeerMember a = await PeerMember.StartAsync(1);
        Assert.That(
            async () => await PeerMember.StartAsync(2, port: a.Port),
            Throws.InstanceOf<IOException>().With.Message.Contains($"{a.Port}"));
    }
}
