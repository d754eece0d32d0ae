using System.Net;
using System.Net.Sockets;
using CoreNode.Hosting.Updates;
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
            ClusterProblem = static () => "",
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

    private static Uri NobodyAt()
    {
        using TcpListener closed = new(IPAddress.Loopback, 0);
        closed.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)closed.LocalEndpoint).Port}");
    }

    private static UpdatesPlace Place(params Uri[] others) => new()
    {
        NodeProblem = static () => "",
        ClusterProblem = static () => "",
        Others = () => others,
    };

    private static Task<HealthReport> LookAsync(UpdatesPlace place) =>
        new NodeHealth(place, static () => null, new HealthFolder("/nowhere", TimeSpan.FromSeconds(1)))
            .LookAsync(CancellationToken.None);
}
