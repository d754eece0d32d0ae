using CoreNode.Api.Peers;
using CoreNode.Api.Peers.Requests;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Hosting;
using CoreNode.Proxy;
using CoreNode.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Hosting;

/// <summary>A worker answers other nodes once it knows its cluster, by the secret that a member gave it.</summary>
[TestFixture, Category("Unit")]
[CancelAfter(60_000)]
internal sealed class WorkerPeersTests
{
    private const ulong ClusterId = 0xC1;
    private const string Token = "a token that nobody else knows";

    [Test]
    public async Task A_worker_lets_in_who_knows_the_secret_that_it_got_from_a_member(CancellationToken cancellation)
    {
        byte[] secret = [.. Enumerable.Range(0, 32).Select(static i => (byte)i)];
        await using PeerTransport member = Transport(new KnownKeys(secret, Token));
        await member.StartAsync(
            new PeerIdentity(ClusterId, new NodeId(1)),
            new WorkerReceiver(() => new ClusterDescription(ClusterId, [], [])), cancellation);
        FollowerView view = FollowerView.Empty;
        WorkerPeers peers = new(Token, () => view, NullLogger.Instance);
        await using PeerTransport worker = Transport(peers.Keys);
        Task listening = peers.ListenAsync(worker, cancellation);
        Assert.That(worker.BoundEndPoints, Is.Empty, "it does not know its cluster yet");
        Member one = new(new NodeId(1), "a", [Url(member)], []);
        view = view with { List = new MemberList(ClusterId, [one]) };
        peers.Look();
        await listening;

        // Let in, and told that there is nothing to be had.
        Assert.That(await AskAsync(worker, new KnownKeys(secret, null)), Does.Contain("no service \"journal\""));
        Assert.That(await AskAsync(worker, new KnownKeys(new byte[32], null)), Does.Contain("does not know"));
    }

    [Test]
    public async Task A_worker_whose_peer_address_is_taken_goes_on_without(CancellationToken cancellation)
    {
        await using PeerTransport other = Transport(new KnownKeys(null, null));
        await other.StartAsync(
            new PeerIdentity(ClusterId, new NodeId(1)),
            new WorkerReceiver(() => new ClusterDescription(ClusterId, [], [])), cancellation);
        FollowerView view = FollowerView.Empty with { List = new MemberList(ClusterId, []) };
        WorkerPeers peers = new(null, () => view, NullLogger.Instance);
        await using PeerTransport worker = Transport(peers.Keys, Url(other));
        await peers.ListenAsync(worker, cancellation);
        Assert.That(worker.BoundEndPoints, Is.Empty);
    }

    private static string Url(PeerTransport transport) => $"http://127.0.0.1:{transport.BoundEndPoints[0].Port}";

    private static PeerTransport Transport(INodeKeys keys, string url = "http://127.0.0.1:0") => new(
        new PeerTransportOptions { ListenPeerUrls = [new Uri(url)] },
        new MetricRegistry(), TimeProvider.System, NullLoggerFactory.Instance)
    {
        Keys = keys,
    };

    private static async Task<string> AskAsync(PeerTransport worker, INodeKeys keys)
    {
        await using PeerTransport asking = Transport(keys);
        NodeRequests requests = asking.RequestsOf(new PeerIdentity(ClusterId, new NodeId(9)));
        IOException refusal = (await Assert.ThrowsAsync<IOException>(async () =>
        {
            await using NodeAnswer answer = await requests.SendAsync(Url(worker), "journal", null, default);
            await answer.Body.ReadExactlyAsync(new byte[1]);
        }))!;
        return refusal.Message;
    }

    private sealed class KnownKeys(byte[]? secret, string? token) : INodeKeys
    {
        public byte[]? TokenKey => token is null ? null : RequestProof.KeyOf(token);

        public ValueTask<byte[]?> FindSecretAsync(CancellationToken cancellation) => new(secret);
    }
}
