using System.Net;
using CoreNode.Hosting;
using CoreNode.Overlay.Model;

namespace CoreNode.Tests.Hosting.Overlay;

/// <summary>What `corenode node` takes about overlay networks.</summary>
[TestFixture, Category("Unit")]
internal sealed class OverlayFlagsTests
{
    [TestCase("--overlay", "a/b", "letters, digits")]
    [TestCase("--overlay", "config", "flannel keeps other things there")]
    [TestCase("--overlay-prefix", "network", "a key such as /coreos.com/network is needed")]
    [TestCase("--overlay-prefix", "/", "a key such as /coreos.com/network is needed")]
    [TestCase("--overlay-public-ip", "10.1", "an address is needed")]
    public void Each_mistake_is_named(string flag, string value, string problem)
    {
        NodeOptionsReader reader = new(static _ => null, static _ => "");
        Assert.That(reader.Read([flag, value]), Is.Null);
        Assert.That(reader.Problems, Has.Count.EqualTo(1));
        Assert.That(reader.Problems[0], Does.Contain(problem));
    }

    [Test]
    public void What_is_said_counts()
    {
        OverlayNodeOptions options = Read(
            "--overlay", "default, blue,default", "--overlay-prefix", "/net/", "--overlay-interface", "eth1",
            "--overlay-public-ip", "192.0.2.7,2001:db8::7", "--overlay-ip-masq", "--overlay-subnet-file", "none",
            "--overlay-docker", "/run/docker.env", "--overlay-podman", "/etc/containers/networks/o.json",
            "--overlay-cni", "/etc/cni/net.d/o.conflist");
        Assert.That(options.Networks, Is.EqualTo((string[])["", "blue"]));
        Assert.That((options.Prefix, options.IsMasqueraded, options.SubnetFile), Is.EqualTo(("/net", true, "")));
        Assert.That(options.Interface, Is.EqualTo(
            new InterfaceWish("eth1", IPAddress.Parse("192.0.2.7"), IPAddress.Parse("2001:db8::7"))));
        Assert.That(
            (options.DockerFile, options.PodmanFile, options.CniFile),
            Is.EqualTo(("/run/docker.env", "/etc/containers/networks/o.json", "/etc/cni/net.d/o.conflist")));
    }

    [Test]
    public void By_default_a_machine_takes_part_in_none()
    {
        OverlayNodeOptions options = Read();
        Assert.That(options.Networks, Is.Empty);
        Assert.That(
            (options.Prefix, options.SubnetFile), Is.EqualTo(("/coreos.com/network", "/run/flannel/subnet.env")));
    }

    private static OverlayNodeOptions Read(params string[] arguments)
    {
        NodeOptionsReader reader = new(static _ => null, static _ => "");
        NodeOptions? options = reader.Read(arguments);
        Assert.That(reader.Problems, Is.Empty);
        return options!.Overlay;
    }
}
