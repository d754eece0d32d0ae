using System.Net.Sockets;
using System.Text;
using CoreNode.Api.Peers;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Store;

namespace CoreNode.Tests.Api.Peers;

/// <summary>Who is let in, who is not, and what both sides hear of it.</summary>
[TestFixture, Category("Conformance")]
internal sealed class PeerHandshakeTests
{
    private static IEnumerable<TestCaseData> Refusals()
    {
        yield return Case("another cluster", FakePeer.Hello() with { ClusterId = 5 },
            PeerRefusalReason.WrongCluster, ProtocolFault.WrongCluster);
        yield return Case("another member", FakePeer.Hello() with { Receiver = new NodeId(7) },
            PeerRefusalReason.WrongMember, ProtocolFault.WrongMember);
        yield return Case("itself", FakePeer.Hello() with { Sender = new NodeId(1) },
            PeerRefusalReason.Unknown, ProtocolFault.Unknown);
        yield return Case("nobody", FakePeer.Hello() with { Sender = NodeId.None },
            PeerRefusalReason.Unknown, ProtocolFault.Unknown);
        yield return Case("newer versions", FakePeer.Hello(lowest: 2, highest: 3),
            PeerRefusalReason.Version, ProtocolFault.Version);
    }

    [TestCaseSource(nameof(Refusals))]
    public async Task A_stranger_is_refused_and_told_why(
        PeerHello hello, PeerRefusalReason reason, ProtocolFault fault)
    {
        await using PeerMember a = await PeerMember.StartAsync(1);
        using FakePeer peer = await FakePeer.DialAsync(a.Port);
        await peer.SendAsync(hello.Encode());
        (FrameType type, byte[] payload) = (await peer.ReadFrameAsync())!.Value;
        Assert.That(type, Is.EqualTo(FrameType.Refused));
        Assert.That((PeerRefusalReason)payload[0], Is.EqualTo(reason));
        Assert.That(Encoding.UTF8.GetString(payload.AsSpan(1)), Does.Contain("member"));
        Assert.That(await peer.ReadFrameAsync(), Is.Null);
        await a.RefusedAsync(fault);
    }

    [TestCase(PeerRefusalReason.Removed, ProtocolFault.Removed)]
    [TestCase(PeerRefusalReason.SetBack, ProtocolFault.SetBack)]
    public async Task A_refused_member_is_told_so_by_its_own_transport(
        PeerRefusalReason reason, ProtocolFault fault)
    {
        PeerRefusal refusal = new(reason, "too bad ✗");
        await using PeerMember a = await PeerMember.StartAsync(1, new RecordingReceiver { Admission = refusal });
        await using PeerMember b = await PeerMember.StartAsync(2);
        b.Meet((1, a.Url));
        await b.Receiver.UntilAsync(() => b.Receiver.Refusals.Count >= 4, "refusals, again and again");
        Assert.That(b.Receiver.Refusals, Has.All.EqualTo((a.Node, refusal)));
        await a.RefusedAsync(fault, 4);
    }

    [Test]
    public async Task Another_cluster_is_refused_between_two_transports()
    {
        await using PeerMember a = await PeerMember.StartAsync(1);
        await using PeerMember b = await PeerMember.StartAsync(2, clusterId: 0xC2);
        b.Meet((1, a.Url));
        await b.Receiver.UntilAsync(() => !b.Receiver.Refusals.IsEmpty, "a refusal");
        Assert.That(
            b.Receiver.Refusals.First().Refusal.Message, Is.EqualTo("member 2 is of cluster c2, member 1 of c1"));
    }

    [Test]
    public async Task A_member_that_is_removed_while_connected_is_told_so()
    {
        (PeerMember a, PeerMember b) = await PeerMember.StartTwoAsync();
        await using (a)
        await using (b)
        {
            a.Receiver.Admission = new PeerRefusal(PeerRefusalReason.Removed, "removed");
            a.Meet();
            await b.Receiver.UntilAsync(() => !b.Receiver.Refusals.IsEmpty, "a refusal");
            Assert.That(b.Receiver.Refusals.First().Refusal, Is.EqualTo(a.Receiver.Admission));
        }
    }

    [TestCase(1, 1)]
    [TestCase(1, 2)]
    public async Task A_member_one_version_older_or_newer_is_served(int lowest, int highest)
    {
        await using PeerMember a = await PeerMember.StartAsync(1);
        using FakePeer peer = await FakePeer.DialAsync(a.Port);
        await peer.SendAsync(FakePeer.Hello(lowest: (byte)lowest, highest: (byte)highest).Encode());
        (FrameType type, byte[] payload) = (await peer.ReadFrameAsync())!.Value;
        Assert.That((type, payload[0]), Is.EqualTo((FrameType.Accepted, (byte)1)));
        RaftMessage message = new()
        {
            Kind = MessageKind.AppendResponse,
            From = new NodeId(2),
            To = new NodeId(1),
            LogIndex = new LogIndex(3),
        };
        await peer.SendAsync(PeerFrame.Encode(FrameType.RaftMessage, RaftMessageCodec.Encode(message)));
        await a.Receiver.UntilAsync(() => a.Receiver.Raft.Count == 1, "the message");
        Assert.That(a.Receiver.Raft.First().LogIndex, Is.EqualTo(message.LogIndex));
    }

    [Test]
    public async Task What_a_later_version_puts_behind_the_hello_is_passed_over()
    {
        await using PeerMember a = await PeerMember.StartAsync(1);
        using FakePeer peer = await FakePeer.DialAsync(a.Port);
        byte[] hello = FakePeer.Hello(highest: 2).Encode();
        byte[] payload = hello[(PeerHello.PrefaceLength + PeerFrame.HeaderLength)..^4];
        await peer.SendAsync([
            .. hello[..PeerHello.PrefaceLength], .. PeerFrame.Encode(FrameType.Hello, [.. payload, 1, 2, 3, 4])]);
        Assert.That((await peer.ReadFrameAsync())!.Value.Type, Is.EqualTo(FrameType.Accepted));
    }

    [Test]
    public async Task An_answer_with_a_version_that_was_not_offered_is_no_connection()
    {
        using Socket listener = FakePeer.Listen();
        await using PeerMember a = await PeerMember.StartAsync(1);
        a.Meet((2, $"http://127.0.0.1:{FakePeer.PortOf(listener)}"));
        using FakePeer peer = await FakePeer.AcceptAsync(listener);
        await peer.ReadAsync(PeerHello.PrefaceLength);
        await peer.ReadFrameAsync();
        await peer.SendAsync(HelloAnswer.Accept(2));
        await a.Receiver.UntilAsync(() => !a.Receiver.Unreachable.IsEmpty, "the failure");
        Assert.That(a.Transport.IsConnectedTo(new NodeId(2)), Is.False);
    }

    [TestCase(1, 1, 1, 1, 1)]
    [TestCase(1, 2, 1, 1, 1)]
    [TestCase(1, 2, 2, 3, 2)]
    [TestCase(2, 3, 1, 9, 3)]
    [TestCase(1, 1, 2, 3, 0)]
    [TestCase(3, 4, 1, 2, 0)]
    public void The_highest_common_version_is_chosen(int low, int high, int othersLow, int othersHigh, int chosen) =>
        Assert.That(
            PeerVersions.Choose((byte)low, (byte)high, (byte)othersLow, (byte)othersHigh), Is.EqualTo(chosen));

    [Test]
    public async Task What_is_no_peer_is_closed_and_counted()
    {
        await using PeerMember a = await PeerMember.StartAsync(1);
        using FakePeer browser = await FakePeer.DialAsync(a.Port);
        await browser.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        Assert.That(await browser.ReadAsync(1), Is.Empty);
        await a.RefusedAsync(ProtocolFault.NotAPeer);
    }

    [Test]
    public async Task Who_says_nothing_is_closed_in_time()
    {
        PeerTransportOptions options = PeerMember.Options with { HandshakeTimeout = TimeSpan.FromMilliseconds(50) };
        await using PeerMember a = await PeerMember.StartAsync(1, options: options);
        using FakePeer silent = await FakePeer.DialAsync(a.Port);
        await silent.SendAsync(FakePeer.Hello().Encode()[..12]);
        Assert.That(await silent.ReadAsync(1), Is.Empty);
        await a.RefusedAsync(ProtocolFault.Silent);
    }

    [Test]
    public async Task Only_so_many_may_be_unknown_at_once_and_they_do_not_hinder_for_ever()
    {
        PeerTransportOptions options = PeerMember.Options with { MaxHandshakes = 3 };
        await using PeerMember a = await PeerMember.StartAsync(1, options: options);
        FakePeer[] silent = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => FakePeer.DialAsync(a.Port)));
        await a.RefusedAsync(ProtocolFault.TooMany);
        foreach (FakePeer one in silent)
            one.Dispose();
        await a.RefusedAsync(ProtocolFault.Truncated, 3);
        await using PeerMember b = await PeerMember.StartAsync(2);
        b.Meet((1, a.Url));
        await b.ConnectedToAsync(1);
    }

    [Test]
    public async Task A_member_that_speaks_for_another_one_is_closed()
    {
        await using PeerMember a = await PeerMember.StartAsync(1);
        using FakePeer peer = await FakePeer.DialAsync(a.Port);
        await peer.SendAsync(FakePeer.Hello().Encode());
        await peer.ReadFrameAsync();
        RaftMessage forged = new() { Kind = MessageKind.Heartbeat, From = new NodeId(3), To = new NodeId(1) };
        await peer.SendAsync(PeerFrame.Encode(FrameType.RaftMessage, RaftMessageCodec.Encode(forged)));
        Assert.That(await peer.ReadAsync(1), Is.Empty);
        await a.RefusedAsync(ProtocolFault.Damaged);
        Assert.That(a.Receiver.Raft, Is.Empty);
    }

    [Test]
    public async Task A_frame_that_is_too_long_is_not_even_received()
    {
        await using PeerMember a = await PeerMember.StartAsync(1);
        using FakePeer peer = await FakePeer.DialAsync(a.Port);
        await peer.SendAsync(FakePeer.Hello().Encode());
        await peer.ReadFrameAsync();
        await peer.SendAsync(1, 0, 0, 4, (byte)FrameType.RaftMessage);
        Assert.That(await peer.ReadAsync(1), Is.Empty);
        await a.RefusedAsync(ProtocolFault.TooLong);
    }

    [Test]
    public async Task Anybody_is_told_who_the_members_are()
    {
        ClusterDescription description = new(
            0xC1,
            [
                new Member(new NodeId(1), "one", ["http://a:1", "http://b:2"], ["http://c:3"]),
                new Member(new NodeId(ulong.MaxValue), "", ["http://ü:1"], []),
            ],
            [new NodeId(1)]);
        await using PeerMember a = await PeerMember.StartAsync(1, new RecordingReceiver { Description = description });
        await using PeerMember b = await PeerMember.StartAsync(2);
        ClusterDescription? read = await b.Transport.DescribeAsync(a.Url, CancellationToken.None);
        Assert.That(DescriptionCodec.Encode(read!), Is.EqualTo(DescriptionCodec.Encode(description)));
        Assert.That(read!.Members[0].PeerUrls, Is.EqualTo(description.Members[0].PeerUrls));
        Assert.That(read.Voters, Is.EqualTo(description.Voters));
    }

    [Test]
    public async Task A_description_that_does_not_come_is_none()
    {
        using Socket listener = FakePeer.Listen();
        PeerTransportOptions options = PeerMember.Options with { HandshakeTimeout = TimeSpan.FromMilliseconds(50) };
        await using PeerMember a = await PeerMember.StartAsync(1, options: options);
        string url = $"http://127.0.0.1:{FakePeer.PortOf(listener)}";
        Assert.That(await a.Transport.DescribeAsync(url, CancellationToken.None), Is.Null, "silent");
        listener.Dispose();
        Assert.That(await a.Transport.DescribeAsync(url, CancellationToken.None), Is.Null, "closed");
        Assert.That(await a.Transport.DescribeAsync("nonsense", CancellationToken.None), Is.Null, "no URL");
    }

    private static TestCaseData Case(string who, PeerHello hello, PeerRefusalReason reason, ProtocolFault fault) =>
        new TestCaseData(hello, reason, fault).SetArgDisplayNames(who);
}
