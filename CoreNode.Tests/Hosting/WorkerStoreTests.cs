using CoreNode.Api;
using CoreNode.Api.Client;
using CoreNode.Foundation;
using CoreNode.Hosting;
using CoreNode.Pki;
using CoreNode.Proxy;
using CoreNode.Store;
using CoreNode.Tests.Api;
using CoreNode.Tests.Api.Client;
using CoreNode.Tests.Pki;
using CoreNode.Tests.Proxy;
using CoreNode.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Hosting;

/// <summary>The store as a worker's modules see it: they follow the members as the worker does.</summary>
[TestFixture, Category("Unit"), CancelAfter(30_000)]
internal sealed class WorkerStoreTests
{
    [Test]
    public async Task The_client_goes_where_the_members_are(CancellationToken cancellation)
    {
        await using ScriptedServer one = ScriptedServer.Start(_ => (200, Found("one"), 4));
        await using ScriptedServer two = ScriptedServer.Start(_ => (200, Found("two"), 4));
        ScriptedProbe probe = new();
        MemberList before = new(ProxyMembers.Cluster, [ProxyMembers.Make(1, one.Endpoint)]);
        MemberList after = new(ProxyMembers.Cluster, [ProxyMembers.Make(2, two.Endpoint)]);
        probe.Run(before);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        MemberFollower follower = Follower(probe);
        Task following = follower.RunAsync(stop.Token);
        using V2Client client = WorkerStore.Connect(follower, null);
        await UntilAsync(client, "one", cancellation);

        probe.Run(after);
        probe.Clients[one.Endpoint] = new ProbeAnswer.Healthy(after);
        follower.ReportFailure(follower.View.Order[0], "removed");
        await UntilAsync(client, "two", cancellation);
        await stop.CancelAsync();
        await following;
    }

    [Test]
    public async Task Members_with_https_are_shown_the_certificate_of_the_worker(CancellationToken cancellation)
    {
        string folder = Directory.CreateTempSubdirectory("corenode-worker-store").FullName;
        using TestAuthority authority = new();
        authority.Write(folder, "worker", "127.0.0.1");
        string authorities = Path.Combine(folder, "ca.crt");
        await File.WriteAllTextAsync(authorities, authority.Pem, cancellation);
        await using ApiHarness member = await ApiHarness.StartAsync(new ApiOptions
        {
            Certificates = new FixedCertificates(authority.Trusting(authority.Issue("member", ["127.0.0.1"]))),
        });
        ScriptedProbe probe = new();
        string url = member.Url.GetLeftPart(UriPartial.Authority);
        probe.Run(new MemberList(ProxyMembers.Cluster, [ProxyMembers.Make(1, url)]));
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        MemberFollower follower = Follower(probe);
        Task following = follower.RunAsync(stop.Token);
        TlsFiles files = new(
            Path.Combine(folder, "worker.crt"), Path.Combine(folder, "worker.key"), authorities, true);
        using (V2Client client = WorkerStore.Connect(follower, files))
            await UntilAsync(client, "refused", cancellation);
        await stop.CancelAsync();
        await following;
        Directory.Delete(folder, recursive: true);
    }

    private static string Found(string value) =>
        $$$"""{"action":"get","node":{"key":"/a","value":"{{{value}}}","modifiedIndex":4,"createdIndex":4}}""";

    private static MemberFollower Follower(ScriptedProbe probe) => new(
        new FollowerOptions
        {
            Folder = "/data/proxy",
            InitialPeerUrls = [.. ProxyMembers.Make(1).PeerUrls],
            Seed = 42,
            MinSearchWait = TimeSpan.FromMilliseconds(5),
            MaxSearchWait = TimeSpan.FromMilliseconds(20),
        },
        new SimulatedFiles(new Prng(1)), probe, TimeProvider.System, NullLoggerFactory.Instance);

    // A key that is not there is an answer, too: of the node itself.
    private static async Task UntilAsync(V2Client client, string answer, CancellationToken cancellation)
    {
        while (true)
        {
            string now = await client.GetAsync("/a", new KvGetOptions(), cancellation) switch
            {
                KvOutcome.Done done => done.Change.Node.Value ?? "",
                KvOutcome.Unreachable => "unreachable",
                _ => "refused",
            };
            if (now == answer)
                return;
            await Task.Delay(2, cancellation);
        }
    }
}
