using System.Net;
using CoreNode.Platform;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.Platform;

/// <summary>Which address a machine is told to others by, on machines of the test's own.</summary>
[TestFixture, Category("EndToEnd")]
internal sealed class OwnAddressTests
{
    [SetUp]
    public void NeedNamespaces()
    {
        if (NetworkNamespace.Obstacle is { } obstacle)
            Assert.Ignore(obstacle);
    }

    [Test]
    public void A_machine_without_a_network_has_none()
    {
        using NetworkNamespace home = new();
        Assert.That(home.Run(() => OwnAddress.Find(allowsIPv6: true)), Is.Null);
    }

    [Test]
    public void Without_a_default_route_it_is_the_first_address()
    {
        using NetworkNamespace home = new();
        int device = home.Run(() =>
        {
            int tun = NetworkCalls.OpenTun("net0");
            NetworkCalls.Configure("net0", [10, 77, 0, 5]);
            return tun;
        });
        OwnAddress? found = home.Run(() => OwnAddress.Find(allowsIPv6: false));
        NetworkCalls.Close(device);
        Assert.That(found?.Address, Is.EqualTo(IPAddress.Parse("10.77.0.5")));
        Assert.That(found!.Reason, Does.Contain("net0"));
    }
}
