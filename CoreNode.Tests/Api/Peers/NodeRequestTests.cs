using System.Text;
using CoreNode.Api.Peers;
using CoreNode.Api.Peers.Requests;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Tests.Pki;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Api.Peers;

/// <summary>Requests between nodes on loopback: a certificate or the cluster's secret lets them in.</summary>
[Category("Unit")]
[CancelAfter(60_000)]
public sealed class NodeRequestTests
{
    private static readonly byte[] s_secret = [.. Enumerable.Range(1, 32).Select(static i => (byte)i)];
    private static readonly NodeId s_asker = new(0xA);

    [Test]
    public async Task A_request_with_the_secret_is_answered(CancellationToken cancellation)
    {
        await using PeerTransport served = await ServeAsync(new FixedKeys(s_secret));
        string answer = await AskAsync(served, new FixedKeys(s_secret), "echo", "hello", cancellation);
        Assert.That(answer, Is.EqualTo("hello"));
    }

    [Test]
    public async Task A_body_of_many_frames_comes_back_whole(CancellationToken cancellation)
    {
        await using PeerTransport served = await ServeAsync(new FixedKeys(s_secret));
        string text = new('x', (3 * RequestChannel.MaxChunkBytes) + 17);
        Assert.That(await AskAsync(served, new FixedKeys(s_secret), "echo", text, cancellation), Is.EqualTo(text));
    }

    [Test]
    public async Task Another_secret_is_refused_on_the_first_message(CancellationToken cancellation)
    {
        await using PeerTransport served = await ServeAsync(new FixedKeys(s_secret));
        IOException refusal = (await Assert.ThrowsAsync<IOException>(
            () => AskAsync(served, new FixedKeys(new byte[32]), "echo", "hello", cancellation)))!;
        Assert.That(refusal.Message, Does.Contain("it does not know the cluster's secret"));
        Assert.That(served.Metrics.RefusedCount(ProtocolFault.NotAuthorized), Is.EqualTo(1));
    }

    [Test]
    public async Task A_node_that_does_not_know_the_secret_is_not_believed(CancellationToken cancellation)
    {
        await using PeerTransport served = await ServeAsync(new FixedKeys(null));
        IOException refusal = (await Assert.ThrowsAsync<IOException>(
            () => AskAsync(served, new FixedKeys(s_secret), "echo", "hello", cancellation)))!;
        Assert.That(refusal.Message, Does.Contain("does not have the cluster's secret now"));
    }

    [Test]
    public async Task Another_cluster_is_refused(CancellationToken cancellation)
    {
        await using PeerTransport served = await ServeAsync(new FixedKeys(s_secret));
        IOException refusal = (await Assert.ThrowsAsync<IOException>(
            () => AskAsync(served, new FixedKeys(s_secret), "echo", "hello", cancellation, clusterId: 7)))!;
        Assert.That(refusal.Message, Does.Contain("of cluster 7"));
    }

    [Test]
    public async Task An_unknown_service_says_so(CancellationToken cancellation)
    {
        await using PeerTransport served = await ServeAsync(new FixedKeys(s_secret));
        IOException failure = (await Assert.ThrowsAsync<IOException>(
            () => AskAsync(served, new FixedKeys(s_secret), "nothing", "hello", cancellation)))!;
        Assert.That(failure.Message, Does.Contain("this node has no service \"nothing\""));
    }

    [Test]
    public async Task A_service_that_fails_says_why(CancellationToken cancellation)
    {
        await using PeerTransport served = await ServeAsync(new FixedKeys(s_secret));
        IOException failure = (await Assert.ThrowsAsync<IOException>(
            () => AskAsync(served, new FixedKeys(s_secret), "fail", "hello", cancellation)))!;
        Assert.That(failure.Message, Does.Contain("no such journal"));
    }

    [Test]
    public async Task A_service_hears_that_nobody_listens_any_more(CancellationToken cancellation)
    {
        WaitingService waiting = new();
        await using PeerTransport served = await ServeAsync(new FixedKeys(s_secret), ("wait", waiting));
        await using PeerTransport asking = Transport(new FixedKeys(s_secret));
        NodeAnswer answer = await Requests(asking).SendAsync(UrlOf(served), "wait", null, cancellation);
        await waiting.Began.WaitAsync(cancellation);
        await answer.DisposeAsync();
        await waiting.Cancelled.WaitAsync(cancellation);
    }

    [Test]
    public async Task The_token_is_good_for_the_secret_and_for_nothing_else(CancellationToken cancellation)
    {
        await using PeerTransport served = await ServeAsync(new FixedKeys(s_secret, "a token"));
        WorkerKeys keys = new("a token", () => ["http://127.0.0.1:1", UrlOf(served)]);
        await using PeerTransport asking = Transport(keys);
        keys.Bind(Requests(asking));
        Assert.That(await keys.FindSecretAsync(cancellation), Is.EqualTo(s_secret));
        await using NodeAnswer refused = await Requests(asking).SendAsync(
            UrlOf(served), "echo", NodeProof.Token, null, cancellation);
        IOException refusal = (await Assert.ThrowsAsync<IOException>(() => ReadAsync(refused, cancellation)))!;
        Assert.That(refusal.Message, Does.Contain("is for who knows the cluster's secret"));
    }

    [TestCase("another token")]
    [TestCase(null)]
    public async Task A_wrong_or_default_token_gets_nothing(string? token, CancellationToken cancellation)
    {
        await using PeerTransport served = await ServeAsync(new FixedKeys(s_secret, "a token"));
        WorkerKeys keys = new(token, () => [UrlOf(served)]);
        await using PeerTransport asking = Transport(keys);
        keys.Bind(Requests(asking));
        Assert.That(await keys.FindSecretAsync(cancellation), Is.Null);
    }

    [Test]
    public async Task A_listener_can_end_before_it_began_to_accept()
    {
        for (int i = 0; i < 200; i++)
            await (await ServeAsync(new FixedKeys(s_secret))).DisposeAsync();
    }

    [Test]
    public async Task A_member_started_with_the_default_token_gives_its_secret_to_nobody(CancellationToken cancellation)
    {
        await using PeerTransport served = await ServeAsync(new FixedKeys(s_secret));
        await using PeerTransport asking = Transport(new FixedKeys(null, "a token"));
        IOException refusal = (await Assert.ThrowsAsync<IOException>(async () => await Requests(asking).SendAsync(
            UrlOf(served), "secret", NodeProof.Token, null, cancellation)))!;
        Assert.That(refusal.Message, Does.Contain("was started with the default --initial-cluster-token"));
    }

    [Test]
    public async Task A_certificate_is_proof_enough(CancellationToken cancellation)
    {
        using TestAuthority authority = new();
        PeerTransportOptions options = Tls(authority, "corenode:members");
        await using PeerTransport served = await ServeAsync(new FixedKeys(null), options);
        await using PeerTransport asking = Transport(new FixedKeys(null), options);
        Assert.That(await AskAsync(asking, UrlOf(served, "https"), cancellation), Is.EqualTo("hello"));
    }

    [Test]
    public async Task A_node_that_asks_for_no_certificate_asks_for_the_secret(CancellationToken cancellation)
    {
        using TestAuthority authority = new();
        PeerTransportOptions options = Tls(authority, "corenode:members", requiresCertificate: false);
        await using PeerTransport served = await ServeAsync(new FixedKeys(s_secret), options);
        await using PeerTransport knowing = Transport(new FixedKeys(s_secret), options);
        Assert.That(await AskAsync(knowing, UrlOf(served, "https"), cancellation), Is.EqualTo("hello"));
        await using PeerTransport guessing = Transport(new FixedKeys(new byte[32]), options);
        await Assert.ThrowsAsync<IOException>(() => AskAsync(guessing, UrlOf(served, "https"), cancellation));
    }

    [TestCase("corenode:clients")]
    [TestCase("corenode:admins")]
    public async Task A_certificate_of_a_person_is_none_of_a_node(string organisation, CancellationToken cancellation)
    {
        using TestAuthority authority = new();
        await using PeerTransport served = await ServeAsync(
            new FixedKeys(s_secret), Tls(authority, "corenode:members"));
        await using PeerTransport asking = Transport(new FixedKeys(s_secret), Tls(authority, organisation));
        IOException refusal = (await Assert.ThrowsAsync<IOException>(
            () => AskAsync(asking, UrlOf(served, "https"), cancellation)))!;
        Assert.That(refusal.Message, Does.Contain($"is for {organisation}, not for a node"));
    }

    [Test]
    public async Task More_requests_than_allowed_are_refused(CancellationToken cancellation)
    {
        WaitingService waiting = new();
        PeerTransportOptions options = PeerMember.Options with { MaxRequests = 1 };
        await using PeerTransport served = await ServeAsync(new FixedKeys(s_secret), options, ("wait", waiting));
        await using PeerTransport asking = Transport(new FixedKeys(s_secret));
        await using NodeAnswer first = await Requests(asking).SendAsync(UrlOf(served), "wait", null, cancellation);
        await waiting.Began.WaitAsync(cancellation);
        await Assert.ThrowsAsync<IOException>(
            async () => await Requests(asking).SendAsync(UrlOf(served), "wait", null, cancellation));

        // Counted behind what the other side sees of it.
        while (served.Metrics.RefusedCount(ProtocolFault.TooMany) == 0)
            await Task.Delay(1, cancellation);
        Assert.That(served.Metrics.RefusedCount(ProtocolFault.TooMany), Is.EqualTo(1));
    }

    [Test]
    public void A_changed_frame_is_found()
    {
        (RequestCipher sender, RequestCipher receiver) = Ciphers();
        using (sender)
        using (receiver)
        {
            byte[] payload = new byte[5 + RequestCipher.TagLength];
            sender.Seal(FrameType.RequestData, "hello"u8, payload);
            payload[2] ^= 1;
            PeerFrame changed = new(FrameType.RequestData, payload);
            Assert.Throws<PeerProtocolException>(() => receiver.Open(changed));
        }
    }

    [Test]
    public void Frames_cannot_be_repeated_swapped_or_given_another_type()
    {
        (RequestCipher sender, RequestCipher receiver) = Ciphers();
        using (sender)
        using (receiver)
        {
            byte[] first = new byte[1 + RequestCipher.TagLength];
            byte[] second = new byte[1 + RequestCipher.TagLength];
            sender.Seal(FrameType.RequestData, "1"u8, first);
            sender.Seal(FrameType.RequestData, "2"u8, second);
            Assert.That(receiver.Open(new PeerFrame(FrameType.RequestData, first)), Is.EqualTo("1"u8.ToArray()));
            Assert.Throws<PeerProtocolException>(() => receiver.Open(new PeerFrame(FrameType.RequestData, first)));
            (RequestCipher other, RequestCipher otherReceiver) = Ciphers();
            using (other)
            using (otherReceiver)
            {
                Assert.Throws<PeerProtocolException>(
                    () => otherReceiver.Open(new PeerFrame(FrameType.RequestEnd, first)));
            }
        }
    }

    private static (RequestCipher Sender, RequestCipher Receiver) Ciphers() => (new(s_secret), new(s_secret));

    private static string UrlOf(PeerTransport transport, string scheme = "http") =>
        $"{scheme}://127.0.0.1:{transport.BoundEndPoints[0].Port}";

    private static PeerTransportOptions Tls(
        TestAuthority authority, string organisation, bool requiresCertificate = true) => PeerMember.Options with
        {
            ListenPeerUrls = [new Uri("https://127.0.0.1:0")],
            Certificates = new FixedCertificates(authority.Trusting(
                authority.Issue("somebody", ["127.0.0.1"], organisation: organisation), requiresCertificate)),
        };

    private static NodeRequests Requests(PeerTransport transport, ulong clusterId = PeerMember.ClusterId) =>
        transport.RequestsOf(new PeerIdentity(clusterId, s_asker));

    private static PeerTransport Transport(INodeKeys keys, PeerTransportOptions? options = null) => new(
        options ?? PeerMember.Options, new MetricRegistry(), TimeProvider.System, NullLoggerFactory.Instance)
    {
        Keys = keys,
    };

    private static Task<PeerTransport> ServeAsync(INodeKeys keys, params (string Name, INodeService Service)[] more) =>
        ServeAsync(keys, PeerMember.Options, more);

    private static async Task<PeerTransport> ServeAsync(
        INodeKeys keys, PeerTransportOptions options, params (string Name, INodeService Service)[] more)
    {
        Dictionary<string, INodeService> services = more.ToDictionary(static m => m.Name, static m => m.Service);
        services.Add("echo", new EchoService());
        services.Add("fail", new FailingService());
        PeerTransport transport = new(
            options.ListenPeerUrls.Count > 0
                ? options : options with { ListenPeerUrls = [new Uri("http://127.0.0.1:0")] },
            new MetricRegistry(), TimeProvider.System, NullLoggerFactory.Instance)
        {
            Keys = keys,
            Services = new NodeServices(services),
        };
        PeerIdentity worker = new(PeerMember.ClusterId, new NodeId(1));
        await transport.StartAsync(
            worker, new WorkerReceiver(() => new ClusterDescription(PeerMember.ClusterId, [], [])), default);
        return transport;
    }

    private static async Task<string> AskAsync(
        PeerTransport served, INodeKeys keys, string service, string body, CancellationToken cancellation,
        ulong clusterId = PeerMember.ClusterId)
    {
        await using PeerTransport asking = Transport(keys);
        return await AskAsync(asking, UrlOf(served), cancellation, service, body, clusterId);
    }

    private static async Task<string> AskAsync(
        PeerTransport asking, string url, CancellationToken cancellation, string service = "echo",
        string body = "hello", ulong clusterId = PeerMember.ClusterId)
    {
        await using NodeAnswer answer = await Requests(asking, clusterId).SendAsync(
            url, service, (stream, stop) => stream.WriteAsync(Encoding.UTF8.GetBytes(body), stop).AsTask(),
            cancellation);
        return await ReadAsync(answer, cancellation);
    }

    private static async Task<string> ReadAsync(NodeAnswer answer, CancellationToken cancellation)
    {
        using StreamReader reader = new(answer.Body);
        return await reader.ReadToEndAsync(cancellation);
    }

    private sealed class FixedKeys(byte[]? secret, string? token = null) : INodeKeys
    {
        public byte[]? TokenKey => token is null ? null : RequestProof.KeyOf(token);

        public ValueTask<byte[]?> FindSecretAsync(CancellationToken cancellation) => new(secret);
    }

    private sealed class EchoService : INodeService
    {
        public Task ServeAsync(NodeRequest request, CancellationToken cancellation) =>
            request.Body.CopyToAsync(request.Answer, cancellation);
    }

    private sealed class FailingService : INodeService
    {
        public Task ServeAsync(NodeRequest request, CancellationToken cancellation) =>
            throw new InvalidOperationException("no such journal");
    }

    private sealed class WaitingService : INodeService
    {
        private readonly TaskCompletionSource _began = new();
        private readonly TaskCompletionSource _cancelled = new();

        public Task Began => _began.Task;

        public Task Cancelled => _cancelled.Task;

        public async Task ServeAsync(NodeRequest request, CancellationToken cancellation)
        {
            _began.TrySetResult();
            await using CancellationTokenRegistration registration =
                cancellation.Register(() => _cancelled.TrySetResult());
            await Task.Delay(Timeout.Infinite, cancellation);
        }
    }
}
