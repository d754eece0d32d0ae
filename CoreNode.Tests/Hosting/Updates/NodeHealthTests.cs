using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using CoreNode.Hosting.Updates;
using CoreNode.Hosting.Updates.Sites;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Hosting.Updates;

/// <summary>What the node finds of its own health.</summary>
[TestFixture, Category("Unit")]
internal sealed class NodeHealthTests
{
    [Test]
    public async Task Node_and_cluster_say_what_is_wrong_with_them()
    {
        HealthReport report = await LookAsync(new UpdatesPlace
        {
            NodeProblem = static () => "the store has ended",
            ClusterProblem = static _ => Task.FromResult(""),
            Others = static () => [],
        });
        Assert.That(report.Checks, Is.EqualTo((HealthCheck[])
        [
            new("node", HealthCheckKind.Node, false, "the store has ended"),
            new("cluster", HealthCheckKind.Cluster, true),
        ]));
    }

    [Test]
    public async Task The_network_is_there_if_one_of_the_others_answers()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Uri there = new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        HealthReport report = await LookAsync(Place(NobodyAt(), there));
        Assert.That(report.Checks[2], Is.EqualTo(new HealthCheck("network", HealthCheckKind.Network, true)));
    }

    [Test]
    public async Task The_network_is_away_if_none_does()
    {
        HealthReport report = await LookAsync(Place(NobodyAt()));
        Assert.That(report.Checks[2].IsPassed, Is.False);
        Assert.That(report.Checks[2].Detail, Does.Contain("none of 1 others answers"));
    }

    [Test]
    public async Task What_fails_is_asked_of_those_that_can_be_reached()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Uri there = Of(listener);
        ConcurrentQueue<Uri> asked = new();
        UpdatesPlace place = Place(NobodyAt(), there) with
        {
            ClusterProblem = static _ => Task.FromResult("no leader"),
            AskAsync = (one, _) =>
            {
                asked.Enqueue(one);
                return Task.FromResult(new SiteReply(new WitnessAccount("b", true)));
            },
        };
        HealthReport report = await LookAsync(place);
        Assert.That(asked, Is.EqualTo((Uri[])[there]));
        Assert.That((report.Site, report.Why), Is.EqualTo((SiteAnswer.OthersAreFine, "b is in the cluster")));
    }

    [Test]
    public async Task While_all_is_well_nobody_is_asked_but_once()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int asked = 0;
        UpdatesPlace place = Place(Of(listener)) with
        {
            AskAsync = (_, _) => Task.FromResult(
                new SiteReply(new WitnessAccount("b", Interlocked.Increment(ref asked) > 0))),
        };
        NodeHealth health = Health(place);
        for (int i = 0; i < 3; i++)
            await health.LookAsync(CancellationToken.None);
        Assert.That(asked, Is.EqualTo(1));
    }

    [Test]
    public async Task While_all_is_well_others_are_asked_until_one_has_answered()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int asked = 0;
        UpdatesPlace place = Place(Of(listener)) with
        {
            AskAsync = (_, _) => Task.FromResult(
                new SiteReply(++asked < 3 ? null : new WitnessAccount("b", true), "not now")),
        };
        NodeHealth health = Health(place);
        for (int i = 0; i < 5; i++)
            await health.LookAsync(CancellationToken.None);
        Assert.That(asked, Is.EqualTo(3));
    }

    [Test]
    public async Task Who_does_not_answer_in_time_has_said_nothing()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        UpdatesPlace place = Place(Of(listener)) with
        {
            ClusterProblem = static _ => Task.FromResult("no leader"),
            AskAsync = static (_, _) => throw new OperationCanceledException(),
        };
        HealthReport report = await LookAsync(place);
        Assert.That(report.Site, Is.EqualTo(SiteAnswer.Unknown));
        Assert.That(report.Why, Does.EndWith(" does not answer in time"));
    }

    [Test]
    public async Task The_update_server_is_a_check_of_its_own_where_there_are_others_to_compare_with()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        UpdateTarget away = new("http://updates", NobodyAt());
        HealthReport report = await LookAsync(Place(Of(listener)) with
        {
            AskAsync = static (_, _) => Task.FromResult(
                new SiteReply(new WitnessAccount("b", true, true, "http://updates", true))),
        }, away);
        Assert.That(report.Checks[2].IsPassed, Is.True, "the network");
        Assert.That(report.Checks[3], Is.EqualTo(new HealthCheck(
            "update-server", HealthCheckKind.Server, false, "http://updates cannot be connected to")));
        Assert.That(report.Server, Is.EqualTo(SiteAnswer.OthersAreFine));
        Assert.That((await LookAsync(Place(), away)).Checks, Has.Count.EqualTo(3), "alone it is the network");
    }

    [Test]
    public async Task A_machine_without_interfaces_says_so()
    {
        NodeHealth health = new(
            Place(NobodyAt()), static () => null, Folder, static () => new MachineLinks(false, "no interface"));
        Assert.That((await health.LookAsync(CancellationToken.None)).Site, Is.EqualTo(SiteAnswer.NoInterface));
    }

    private static HealthFolder Folder => new("/nowhere", TimeSpan.FromSeconds(1));

    private static Uri Of(TcpListener listener) =>
        new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    private static Uri NobodyAt()
    {
        using TcpListener closed = new(IPAddress.Loopback, 0);
        closed.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)closed.LocalEndpoint).Port}");
    }

    private static UpdatesPlace Place(params Uri[] others) => new()
    {
        NodeProblem = static () => "",
        ClusterProblem = static _ => Task.FromResult(""),
        Others = () => others,
    };

    private static NodeHealth Health(UpdatesPlace place, UpdateTarget? server = null) =>
        new(place, () => server, Folder, static () => null);

    private static Task<HealthReport> LookAsync(UpdatesPlace place, UpdateTarget? server = null) =>
        Health(place, server).LookAsync(CancellationToken.None);
}
