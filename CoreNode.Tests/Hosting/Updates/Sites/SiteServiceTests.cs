using System.Net;
using System.Net.Sockets;
using CoreNode.Api.Peers;
using CoreNode.Api.Peers.Requests;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Hosting.Updates;
using CoreNode.Hosting.Updates.Sites;
using CoreNode.Updates.Lifecycle;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Hosting.Updates.Sites;

/// <summary>A member says over the peer listener what it reaches.</summary>
[TestFixture, Category("Unit"), CancelAfter(60_000)]
internal sealed class SiteServiceTests
{
    private const ulong ClusterId = 0xC1;
    private static readonly NodeId s_asker = new(9);

    [Test]
    public async Task It_says_whether_it_is_in_the_cluster_and_reaches_who_asks_and_the_server(
        CancellationToken cancellation)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Uri there = new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        Uri nobody = NobodyAt();
        SitePlace place = new(
            "m1", static () => true, asker => asker == s_asker ? [nobody, there] : [],
            () => new UpdateTarget("https://updates", nobody), static () => false);
        WitnessAccount? account = await AskAsync(place, cancellation);
        Assert.That(account, Is.Not.Null);
        Assert.That(account, Is.EqualTo(new WitnessAccount(account!.Name, true, true, "https://updates", false)
        {
            Member = "m1",
        }));
        Assert.That(account.Name, Does.StartWith("127.0.0.1:"));
        account = await AskAsync(
            place with { IsInCluster = static () => false, Find = _ => [nobody], Server = static () => null },
            cancellation);
        Assert.That(account, Is.EqualTo(new WitnessAccount(account!.Name, false, false) { Member = "m1" }));
        account = await AskAsync(place with { Find = static _ => [], Server = static () => null }, cancellation);
        Assert.That(account!.IsAskerReached, Is.Null, "a worker is none of the members");
        Assert.That(account.IsLeaving, Is.False);
        account = await AskAsync(place with { IsLeaving = static () => true }, cancellation);
        Assert.That(account!.IsLeaving, Is.True);
    }

    [Test]
    public async Task Who_has_no_such_service_or_has_not_begun_has_said_nothing(CancellationToken cancellation)
    {
        Assert.That(await AskAsync((SitePlace?)null, cancellation), Is.Null);
        await using PeerTransport older = Transport([]);
        await older.StartAsync(new PeerIdentity(ClusterId, new NodeId(1)), Receiver(), cancellation);
        Assert.That(await AskAsync(older, cancellation), Is.Null);
    }

    [Test]
    public void Answers_are_read_as_they_are_written_and_nonsense_is_none()
    {
        WitnessAccount[] accounts =
        [
            new("b", true),
            new("b", false, false, "https://u", true),
            new("b", true, true, "https://u", false) { Member = "m" },
            new("b", true) { IsLeaving = true },
        ];
        foreach (WitnessAccount account in accounts)
            Assert.That(SiteJson.Read(SiteJson.Write(account), "b"), Is.EqualTo(account));

        foreach (string text in (string[])["", "[]", "{}", "{\"inCluster\":1}", "\u0000", "{\"inCluster\":true"])
            Assert.That(SiteJson.Read(System.Text.Encoding.UTF8.GetBytes(text), "b"), Is.Null, text);
        byte[] later = "{\"version\":2,\"inCluster\":true,\"more\":{}}"u8.ToArray();
        Assert.That(SiteJson.Read(later, "b"), Is.EqualTo(new WitnessAccount("b", true)));
    }

    private static async Task<WitnessAccount?> AskAsync(SitePlace? place, CancellationToken cancellation)
    {
        SiteService service = new(TimeProvider.System);
        if (place is not null)
            service.Bind(place);
        await using PeerTransport member = Transport(new() { [SiteService.Name] = service });
        await member.StartAsync(new PeerIdentity(ClusterId, new NodeId(1)), Receiver(), cancellation);
        return await AskAsync(member, cancellation);
    }

    private static async Task<WitnessAccount?> AskAsync(PeerTransport member, CancellationToken cancellation)
    {
        await using PeerTransport asking = Transport([]);
        NodeRequests requests = asking.RequestsOf(new PeerIdentity(ClusterId, s_asker));
        Uri url = new($"http://127.0.0.1:{member.BoundEndPoints[0].Port}");
        SiteReply reply = await SiteQuestions.AskAsync(requests, url, cancellation);
        Assert.That(reply.Problem.Length > 0, Is.EqualTo(reply.Account is null));
        return reply.Account;
    }

    private static Uri NobodyAt()
    {
        using TcpListener closed = new(IPAddress.Loopback, 0);
        closed.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)closed.LocalEndpoint).Port}");
    }

    private static WorkerReceiver Receiver() => new(static () => new ClusterDescription(ClusterId, [], []));

    private static PeerTransport Transport(Dictionary<string, INodeService> services) => new(
        new PeerTransportOptions { ListenPeerUrls = [new Uri("http://127.0.0.1:0")] },
        new MetricRegistry(), TimeProvider.System, NullLoggerFactory.Instance)
    {
        Keys = new OneSecret(),
        Services = new NodeServices(services),
    };

    private sealed class OneSecret : INodeKeys
    {
        public byte[]? TokenKey => null;

        public ValueTask<byte[]?> FindSecretAsync(CancellationToken cancellation) => new(new byte[32]);
    }
}
