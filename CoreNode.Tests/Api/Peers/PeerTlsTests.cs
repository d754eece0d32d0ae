using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using CoreNode.Api.Peers;
using CoreNode.Pki;
using CoreNode.Raft;
using CoreNode.Tests.Pki;

namespace CoreNode.Tests.Api.Peers;

/// <summary>Members meet over TLS, and whoever has no good certificate does not.</summary>
#pragma warning disable CA1001 // TearDown disposes it
[TestFixture, Category("Conformance")]
internal sealed class PeerTlsTests
{
    private const string Loopback = "127.0.0.1";
    private TestAuthority _authority = null!;

    [SetUp]
    public void SetUp() => _authority = new TestAuthority();

    [TearDown]
    public void TearDown() => _authority.Dispose();

    [Test]
    public async Task Messages_arrive_in_their_order_over_tls()
    {
        (PeerMember a, PeerMember b) = await PeerMember.StartTwoAsync(options: Options(Good()));
        await using (a)
        await using (b)
        {
            for (ulong i = 0; i < 300; i++)
                a.Send(a.Append(2, i, bytes: i % 100 == 99 ? 300_000 : 100));
            await b.Receiver.UntilAsync(
                () => b.Receiver.Raft.Count(m => m.Kind == MessageKind.Append) == 300, "all appends");
            RaftMessage[] appends = [.. b.Receiver.Raft.Where(m => m.Kind == MessageKind.Append)];
            Assert.That(appends.Select(m => m.LogIndex.Value), Is.EqualTo(Enumerable.Range(0, 300)));
            Assert.That(appends[299].Entries.Span[0].Data.Length, Is.EqualTo(300_000));
            Assert.That(appends[299].Entries.Span[0].Data.Span.IndexOfAnyExcept((byte)(299 & 0xFF)), Is.EqualTo(-1));
        }
    }

    [Test]
    public async Task A_snapshot_arrives_unchanged_over_tls()
    {
        byte[] content = new byte[5_000_000];
        new Random(7).NextBytes(content);
        SnapshotPlace place = new();
        (PeerMember a, PeerMember b) = await PeerMember.StartTwoAsync(
            new RecordingReceiver { Snapshot = content },
            new RecordingReceiver { Accept = (_, _) => place.Open() },
            Options(Good()));
        await using (a)
        await using (b)
        {
            a.Transport.SendSnapshot(a.SnapshotMessage(2));
            await a.Receiver.UntilAsync(() => !a.Receiver.Snapshots.IsEmpty, "the outcome");
            Assert.That(a.Receiver.Snapshots.Single().IsDelivered, Is.True);
            Assert.That(place.Bytes.ToArray().AsSpan().SequenceEqual(content));
            Assert.That(place.Offsets, Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task A_description_is_given_over_tls_and_to_none_without_a_certificate()
    {
        await using PeerMember a = await PeerMember.StartAsync(1, options: Options(Good()));
        await using PeerMember b = await PeerMember.StartAsync(2, options: Options(Good()));
        Assert.That(await b.Transport.DescribeAsync(a.Url, CancellationToken.None), Is.Not.Null);
        using TcpClient stranger = new(Loopback, a.Port);
        await using SslStream tls = new(stranger.GetStream());
        byte[] hello = FakePeer.Hello(ConnectionKind.Describe).Encode();
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = Loopback,
#pragma warning disable CA5359 // the test looks at the certificate itself, or at the server
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
            });
            await tls.WriteAsync(hello);
            Assert.That(await tls.ReadAsync(new byte[1]), Is.Zero);
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            // Broken off, by a word of TLS or without one.
        }

        await a.RefusedAsync(ProtocolFault.Certificate);
        await LoggedAsync(a, "shows no certificate");
    }

    [Test]
    public async Task A_certificate_of_another_authority_is_refused_by_both_sides()
    {
        using TestAuthority other = new("other CA");
        using X509Certificate2 foreign = other.Issue("mallory", [Loopback]);
        await using PeerMember a = await PeerMember.StartAsync(1, options: Options(Good()));

        // It trusts the cluster's authority, so only its own certificate is wrong.
        await using PeerMember b = await PeerMember.StartAsync(2, options: Options(_authority.Trusting(foreign)));
        b.Meet((1, a.Url));
        await a.RefusedAsync(ProtocolFault.Certificate);
        await LoggedAsync(a, "CN=mallory", "CN=other CA", "--peer-trusted-ca-file");
        await LoggedAsync(b, "no connection to member 1", "may not accept this member's certificate");
        a.Meet((2, b.Url));
        await LoggedAsync(a, "no connection to member 2", "CN=mallory", "CN=other CA");
        Assert.That(a.Receiver.Raft, Is.Empty);
    }

    [Test]
    public async Task A_certificate_for_another_host_is_refused_with_the_names_wanted_and_seen()
    {
        using X509Certificate2 wrong = _authority.Issue("node2", ["node2.example", "192.0.2.7"]);
        await using PeerMember a = await PeerMember.StartAsync(1, options: Options(_authority.Trusting(wrong)));
        await using PeerMember b = await PeerMember.StartAsync(2, options: Options(Good()));
        b.Meet((1, a.Url));
        await LoggedAsync(b, "no connection to member 1", a.Url, "node2.example", "192.0.2.7", Loopback);
        await a.RefusedAsync(ProtocolFault.Handshake);
        Assert.That(b.Transport.IsConnectedTo(a.Node), Is.False);
    }

    [TestCase(-5, -1, "expired on")]
    [TestCase(1, 5, "not valid before")]
    public async Task A_certificate_out_of_its_time_is_refused(int fromDays, int toDays, string words)
    {
        using X509Certificate2 wrong = _authority.Issue(
            "node1", [Loopback], TimeSpan.FromDays(fromDays), TimeSpan.FromDays(toDays));
        await using PeerMember a = await PeerMember.StartAsync(1, options: Options(_authority.Trusting(wrong)));
        await using PeerMember b = await PeerMember.StartAsync(2, options: Options(Good()));
        b.Meet((1, a.Url));
        await LoggedAsync(b, "no connection to member 1", words);
        a.Meet((2, b.Url));
        await b.RefusedAsync(ProtocolFault.Certificate);
        await LoggedAsync(b, "closed the peer connection", words);
    }

    [Test]
    public async Task Plain_and_tls_are_told_apart_on_both_sides()
    {
        await using PeerMember plain = await PeerMember.StartAsync(1);
        await using PeerMember tls = await PeerMember.StartAsync(2, options: Options(Good()));
        plain.Meet((2, $"http://{Loopback}:{tls.Port}"));
        await tls.RefusedAsync(ProtocolFault.NoTls);
        await LoggedAsync(tls, "speaks no TLS");
        await LoggedAsync(plain, "no connection to member 2", "speaks TLS, but this is an http URL");
        tls.Meet((1, $"https://{Loopback}:{plain.Port}"));
        await plain.RefusedAsync(ProtocolFault.Tls);
        await LoggedAsync(plain, "speaks TLS, but this is an http URL");
        await LoggedAsync(tls, "no connection to member 1", "speaks no TLS, but this is an https URL");
    }

    [Test]
    public async Task New_certificates_serve_the_next_connection_and_keep_the_present_ones()
    {
        FixedCertificates certificates = new(Good());
        await using PeerMember a = await PeerMember.StartAsync(
            1, options: PeerMember.Tls with { Certificates = certificates });
        await using PeerMember b = await PeerMember.StartAsync(2, options: Options(Good()));
        b.Meet((1, a.Url));
        await b.ConnectedToAsync(1);
        using X509Certificate2 wrong = _authority.Issue("node1", ["192.0.2.1"]);
        certificates.Current = _authority.Trusting(wrong);
        b.Send(b.Append(1, 1));
        await a.Receiver.UntilAsync(() => a.Receiver.Raft.Any(m => m.Kind == MessageKind.Append), "the old one");
        Assert.That(await b.Transport.DescribeAsync(a.Url, CancellationToken.None), Is.Null, "the new certificate");
        certificates.Current = Good();
        Assert.That(await b.Transport.DescribeAsync(a.Url, CancellationToken.None), Is.Not.Null, "the newest");
        Assert.That(b.Transport.IsConnectedTo(a.Node));
    }

    [Test]
    public async Task Who_begins_a_handshake_and_says_no_more_is_closed_in_time()
    {
        PeerTransportOptions options = Options(Good()) with { HandshakeTimeout = TimeSpan.FromMilliseconds(200) };
        await using PeerMember a = await PeerMember.StartAsync(1, options: options);
        using FakePeer silent = await FakePeer.DialAsync(a.Port);
        await silent.SendAsync(22, 3, 1, 2, 0, 1);
        Assert.That(await silent.ReadFrameAsync(), Is.Null);
        await a.RefusedAsync(ProtocolFault.Silent);
    }

    [Test]
    public void The_verified_certificate_names_the_other_side()
    {
        using X509Certificate2 own = _authority.Issue("node1", [Loopback], organisation: "corenode members");
        using X509Certificate2 bare = _authority.Issue("node2", []);
        Assert.That(PeerCertificate.Of(own).Name, Is.EqualTo("node1"));
        Assert.That(PeerCertificate.Of(own).Organisations, Is.EqualTo(new[] { "corenode members" }));
        Assert.That(PeerCertificate.Of(bare).Name, Is.EqualTo("node2"));
        Assert.That(PeerCertificate.Of(bare).Organisations, Is.Empty);
    }

    [TestCase("corenode:members, O=corenode:clients", "corenode:clients")]
    [TestCase("corenode:admins, O=corenode:members", "corenode:admins")]
    [TestCase("corenode:members", null)]
    public void A_mark_for_a_person_counts_wherever_it_stands(string organisations, string? mark)
    {
        using X509Certificate2 own = _authority.Issue("somebody", [Loopback], organisation: organisations);
        Assert.That(PeerCertificate.Of(own).PersonMark, Is.EqualTo(mark));
    }

    private static PeerTransportOptions Options(TlsCertificates certificates) =>
        PeerMember.Tls with { Certificates = new FixedCertificates(certificates) };

    private static Task LoggedAsync(PeerMember member, params string[] parts) => PeerMember.EventuallyAsync(
        () => member.Log.Lines.Any(line => Array.TrueForAll(parts, p => line.Contains(p, StringComparison.Ordinal))),
        $"a line with {string.Join(", ", parts)} in\n{string.Join('\n', member.Log.Lines)}");

    private TlsCertificates Good() => _authority.Trusting(_authority.Issue("node", [Loopback]));
}
