using System.Net;
using System.Net.Sockets;
using CoreNode.Api.Client;
using CoreNode.Hosting.Updates.Sites;
using CoreNode.Store;
using CoreNode.Tests.Api;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Hosting.Updates.Sites;

/// <summary>A node on another's store is in its cluster if the store answers a read and holds the lease.</summary>
[TestFixture, Category("Unit"), CancelAfter(60_000)]
internal sealed class GuestStoreTests
{
    private const string Key = "/_coreos.com/fleet/machines/m/object";

    [Test]
    public async Task The_store_has_to_answer_and_to_hold_the_lease(CancellationToken cancellation)
    {
        await using ApiHarness node = await ApiHarness.StartAsync();
        ClientOptions options = Options(node.Url);
        using V2Client client = new(options);
        GuestStore guest = new(client, options, Key);
        Assert.That(await guest.ProblemAsync(cancellation), Is.EqualTo("this machine holds no lease in the store"));
        KvOutcome set = await client.SetAsync(Key, "{}", new KvSetOptions(), cancellation);
        Assert.That(set, Is.InstanceOf<KvOutcome.Done>());
        Assert.That(await guest.ProblemAsync(cancellation), Is.Empty);
        SiteReply reply = await guest.AskAsync(node.Url, cancellation);
        Assert.That(reply.Account, Is.EqualTo(new WitnessAccount(node.Url.Authority, true)));
    }

    [Test]
    public async Task A_store_that_is_away_is_no_cluster_and_no_witness(CancellationToken cancellation)
    {
        using TcpListener closed = new(IPAddress.Loopback, 0);
        closed.Start();
        Uri nobody = new($"http://127.0.0.1:{((IPEndPoint)closed.LocalEndpoint).Port}");
        closed.Stop();
        ClientOptions options = Options(nobody);
        using V2Client client = new(options);
        GuestStore guest = new(client, options, Key);
        Assert.That(await guest.ProblemAsync(cancellation), Does.StartWith("the store does not answer: "));
        Assert.That((await guest.AskAsync(nobody, cancellation)).Account, Is.Null);
        using CancellationTokenSource over = new();
        await over.CancelAsync();
        Assert.That(await guest.ProblemAsync(over.Token), Is.Not.Empty);
    }

    private static ClientOptions Options(Uri url)
    {
        Assert.That(
            ClientEndpoint.TryParse(url.GetLeftPart(UriPartial.Authority), out ClientEndpoint? endpoint, out _));
        return new ClientOptions { Endpoints = [endpoint!] };
    }
}
