using CoreNode.Foundation;
using CoreNode.Proxy;
using CoreNode.Tests.Simulation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Tests.Proxy;

[TestFixture, Category("Unit")]
internal sealed class MemberFollowerTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private SimulatedFiles _files = new(new Prng(1));

    [SetUp]
    public void Make_an_empty_disk() => _files = new SimulatedFiles(new Prng(1));

    [Test]
    public async Task Members_are_found_by_the_peer_urls_of_the_options_once_one_of_them_runs()
    {
        ScriptedProbe probe = new();
        await using Running worker = Start(probe, 1, 2, 3);
        await UntilAsync(() => probe.Asked.Count(url => url.EndsWith(":2380", StringComparison.Ordinal)) >= 6);
        Assert.That(worker.Follower.View, Has.Property("List").Null);
        probe.Run(ProxyMembers.List(1, 2, 3), except: ["m1", "m2"]);
        await UntilAsync(() => worker.Follower.View.HasWorking);
        Assert.That(worker.Follower.View.Order[0].Name, Is.EqualTo("m3"), "the only one that answers");
    }

    [Test]
    public async Task A_worker_follows_while_all_members_are_replaced_and_restarts_among_the_new_ones()
    {
        ScriptedProbe probe = new();
        probe.Run(ProxyMembers.List(1, 2, 3));
        await using (Running worker = Start(probe, 1, 2, 3))
        {
            await UntilAsync(() => worker.Follower.View.HasWorking);
            foreach (int[] members in new int[][] { [4, 2, 3], [4, 5, 3], [4, 5, 6] })
            {
                Route home = worker.Follower.View.Order[0];
                probe.Run(ProxyMembers.List(members));

                // Whoever left does not answer any more; a request that meets that makes the worker ask at once.
                foreach (Route route in worker.Follower.View.Order)
                {
                    if (!members.Contains(route.Name[1] - '0'))
                        worker.Follower.ReportFailure(route, "connection refused");
                }

                await UntilAsync(() => worker.Follower.View.List!.Matches(ProxyMembers.List(members)), home.Name);
            }
        }

        await using Running again = Start(probe, 1, 2, 3);
        await UntilAsync(() => again.Follower.View.HasWorking);
        Assert.That(again.Follower.View.List!.Matches(ProxyMembers.List(4, 5, 6)), Is.True);
        Assert.That(probe.Clients.Keys, Does.Not.Contain("http://10.0.0.1:2379"), "the test replaced them");
    }

    [Test]
    public async Task Members_of_another_cluster_at_the_same_urls_are_never_asked_by_clients()
    {
        ScriptedProbe probe = new();
        probe.Run(ProxyMembers.List(1, 2, 3));
        await using (Running worker = Start(probe, 1, 2, 3))
            await UntilAsync(() => worker.Follower.View.HasWorking);
        MemberList other = ProxyMembers.List(1, 2, 3) with { ClusterId = 0xdead };
        probe.Run(other);
        Lines lines = new();
        await using Running again = Start(probe, lines, 1, 2, 3);
        await UntilAsync(() => again.Follower.View.Reports.All(r => r.Standing == RouteStanding.Fails));
        Assert.That(again.Follower.View.Reports[0].Reason, Does.Contain("another cluster, dead"));
        Assert.That(again.Follower.View.List!.ClusterId, Is.EqualTo(ProxyMembers.Cluster));
        await UntilAsync(() => lines.All.Any(l => l.Contains("remove /data/proxy/members.json")));
    }

    [Test]
    public async Task A_damaged_file_is_told_and_written_anew()
    {
        _files.CreateFolder("/data/proxy");
        _files.Put("/data/proxy/members.json", "{nonsense"u8);
        ScriptedProbe probe = new();
        probe.Run(ProxyMembers.List(1));
        Lines lines = new();
        await using Running worker = Start(probe, lines, 1);
        await UntilAsync(() => worker.Follower.View.HasWorking);
        Assert.That(lines.All, Has.Some.Contains("/data/proxy/members.json cannot be used"));
        await UntilAsync(() => new MemberFile(_files, "/data/proxy").Read() is { List: not null });
    }

    [Test]
    public async Task A_member_that_ails_is_passed_over_and_comes_back()
    {
        ScriptedProbe probe = new();
        MemberList list = ProxyMembers.List(1, 2, 3);
        probe.Run(list);
        await using Running worker = Start(probe, 1, 2, 3);
        await UntilAsync(() => worker.Follower.View.Reports.Count(r => r.Standing == RouteStanding.Answers) == 3);
        Route home = worker.Follower.View.Order[0];
        probe.Clients[home.Url] = new ProbeAnswer.Ailing("no leader");
        worker.Follower.ReportDoubt(home);
        await UntilAsync(() => worker.Follower.View.Order[^1] == home);
        Assert.That(worker.Follower.View.Reports[^1].Standing, Is.EqualTo(RouteStanding.Ails));
        probe.Clients[home.Url] = new ProbeAnswer.Healthy(list);
        await UntilAsync(() => worker.Follower.View.Order[0] == home);
    }

    [Test]
    public async Task A_full_disk_does_not_keep_a_worker_from_following()
    {
        ScriptedProbe probe = new();
        probe.Run(ProxyMembers.List(1));
        _files.QuotaBytes = 0;
        Lines lines = new();
        await using Running worker = Start(probe, lines, 1);
        await UntilAsync(() => worker.Follower.View.HasWorking);
        await UntilAsync(() => lines.All.Any(l => l.Contains("members.json cannot be written")));
    }

    private Running Start(ScriptedProbe probe, params int[] initial) => Start(probe, new Lines(), initial);

    private Running Start(ScriptedProbe probe, Lines lines, params int[] initial)
    {
        FollowerOptions options = new()
        {
            Folder = "/data/proxy",
            InitialPeerUrls = [.. initial.SelectMany(n => ProxyMembers.Make(n).PeerUrls)],
            Seed = 42,
            MinSearchWait = TimeSpan.FromMilliseconds(5),
            MaxSearchWait = TimeSpan.FromMilliseconds(20),
        };
        return new Running(new MemberFollower(options, _files, probe, TimeProvider.System, lines));
    }

    private static async Task UntilAsync(Func<bool> condition, string what = "")
    {
        using CancellationTokenSource deadline = new(s_patience);
        while (!condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Delay(2, CancellationToken.None);
            if (deadline.IsCancellationRequested)
                Assert.Fail($"it did not come to it {what}");
        }
    }

    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _loop;

        public Running(MemberFollower follower)
        {
            Follower = follower;
            _loop = follower.RunAsync(_stop.Token);
        }

        public MemberFollower Follower { get; }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _loop;
            _stop.Dispose();
        }
    }

    private sealed class Lines : ILoggerFactory, ILogger
    {
        private readonly Lock _gate = new();
        private readonly List<string> _all = [];

        public IReadOnlyList<string> All
        {
            get
            {
                lock (_gate)
                    return [.. _all];
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            lock (_gate)
                _all.Add(formatter(state, exception));
        }
    }
}
