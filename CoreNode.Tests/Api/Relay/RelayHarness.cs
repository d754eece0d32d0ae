using CoreNode.Api;
using CoreNode.Api.Relay;
using CoreNode.Foundation;
using CoreNode.Pki;
using CoreNode.Proxy;
using CoreNode.Store;
using CoreNode.Tests.Proxy;
using CoreNode.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Api.Relay;

/// <summary>A worker's surface on a free loopback port, in front of the URLs that a test gives.</summary>
internal sealed class RelayHarness : IAsyncDisposable
{
    private readonly Upstreams _upstreams;
    private readonly RelayServer _server;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reviewing;

    private RelayHarness(
        RelayOptions options, IReadOnlyList<string> urls, ApiOptions api, ICertificateSource? certificates = null,
        IAdminSurface? surface = null)
    {
        _upstreams = new Upstreams(options, certificates, TimeProvider.System);
        Probe = new ScriptedProbe();

        // The order of the URLs is that of the members: a file of the worker says so, and nobody is asked.
        SimulatedFiles files = new(new Prng(1));
        List<Member> members =
            [.. urls.Select((url, i) => new Member(new NodeId((ulong)i + 1), $"m{i + 1}", [], [url]))];
        if (members.Count > 0)
        {
            new MemberFile(files, "/data/proxy").Write(
                new RememberedMembers(HomeOf(members), new MemberList(ProxyMembers.Cluster, members)));
        }

        Follower = new MemberFollower(
            new FollowerOptions { Folder = "/data/proxy", InitialPeerUrls = [], Seed = 1 },
            files,
            Probe,
            TimeProvider.System,
            NullLoggerFactory.Instance);
        _upstreams.Follow(() => Follower.View);
        Follower.Changed += () => _upstreams.Follow(() => Follower.View);
        _server = new RelayServer(
            api, options, _upstreams, Follower, Metrics,
            TimeProvider.System, NullLoggerFactory.Instance)
        {
            AdminSurface = surface,
        };
        _reviewing = _upstreams.RunAsync(_stop.Token);
    }

    public MemberFollower Follower { get; }

    public ScriptedProbe Probe { get; }

    public MetricRegistry Metrics { get; } = new();

    public Uri Url => new UriBuilder(_server.BoundUrls[0]) { Host = "127.0.0.1" }.Uri;

    public static Task<RelayHarness> StartAsync(params string[] urls) => StartAsync(new RelayOptions(), urls);

    public static async Task<RelayHarness> StartAsync(RelayOptions options, params string[] urls)
    {
        RelayHarness harness = new(options, urls, ListenOn("http://127.0.0.1:0"));
        await harness._server.StartAsync(CancellationToken.None);
        return harness;
    }

    /// <summary>One that shows these certificates to members.</summary>
    public static async Task<RelayHarness> StartAsync(ICertificateSource certificates, params string[] urls)
    {
        RelayHarness harness = new(new RelayOptions(), urls, ListenOn("http://127.0.0.1:0"), certificates);
        await harness._server.StartAsync(CancellationToken.None);
        return harness;
    }

    /// <summary>One that others than this machine reach.</summary>
    public static async Task<RelayHarness> StartOpenAsync(params string[] urls)
    {
        RelayHarness harness = new(new RelayOptions(), urls, ListenOn("http://0.0.0.0:0"));
        await harness._server.StartAsync(CancellationToken.None);
        return harness;
    }

    /// <summary>One that administers something itself, on loopback.</summary>
    public static async Task<RelayHarness> StartAsync(IAdminSurface surface, params string[] urls)
    {
        ApiOptions api = ListenOn("http://127.0.0.1:0") with { AdministersOnLoopback = true };
        RelayHarness harness = new(new RelayOptions(), urls, api, surface: surface);
        await harness._server.StartAsync(CancellationToken.None);
        return harness;
    }

    /// <summary>Asks the members that are due once, as <see cref="Probe"/> says.</summary>
    public async Task FollowAsync()
    {
        using CancellationTokenSource stop = new();
        Task following = Follower.RunAsync(stop.Token);
        while (!Follower.View.IsAuthOn)
            await Task.Delay(2, CancellationToken.None);
        await stop.CancelAsync();
        await following;
    }

    public Task<RawClient> OpenAsync() => RawClient.OpenAsync(Url);

    /// <summary>One request on a connection of its own.</summary>
    public async Task<RawAnswer> AskAsync(string method, string target, string headers = "", string body = "")
    {
        await using RawClient client = await OpenAsync();
        return await client.AskAsync(method, target, headers, body);
    }

    public Task StopAsync() => _server.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _stop.CancelAsync();
        await _reviewing;
        _upstreams.Dispose();
        _stop.Dispose();
    }

    private static ApiOptions ListenOn(string url) => new() { ListenClientUrls = [new Uri(url)] };

    // An identity whose order is that of the list.
    private static ulong HomeOf(List<Member> members)
    {
        for (ulong worker = 1; ; worker++)
        {
            MemberDirectory directory = new(worker, new Prng(1));
            directory.Learn(new MemberList(ProxyMembers.Cluster, members), DateTimeOffset.UnixEpoch);
            if (directory.Order.Select(static r => r.Url).SequenceEqual(members.Select(static m => m.ClientUrls[0])))
                return worker;
        }
    }
}
