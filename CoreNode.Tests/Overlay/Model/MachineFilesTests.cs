using CoreNode.Overlay.Model;
using CoreNode.Overlay.Net;

namespace CoreNode.Tests.Overlay.Model;

[TestFixture, Category("Unit")]
internal sealed class MachineFilesTests
{
    private static readonly SubnetEnv s_v4 = new(
        IpPrefix.Parse("10.1.0.0/16"), null, new LeaseSubnets(IpPrefix.Parse("10.1.15.0/24"), null), 1450, true);

    private static readonly SubnetEnv s_dual = new(
        IpPrefix.Parse("10.1.0.0/16"), IpPrefix.Parse("fd00:1::/48"),
        new LeaseSubnets(IpPrefix.Parse("10.1.15.0/24"), IpPrefix.Parse("fd00:1:0:7::/64")), 1430, false);

    [Test]
    public void The_file_of_the_subnet_is_flannels()
    {
        Assert.That(s_v4.Write(), Is.EqualTo(
            "FLANNEL_NETWORK=10.1.0.0/16\nFLANNEL_SUBNET=10.1.15.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n"));
        Assert.That(s_dual.Write(), Is.EqualTo(
            "FLANNEL_NETWORK=10.1.0.0/16\nFLANNEL_SUBNET=10.1.15.1/24\nFLANNEL_IPV6_NETWORK=fd00:1::/48\n"
            + "FLANNEL_IPV6_SUBNET=fd00:1:0:7::1/64\nFLANNEL_MTU=1430\nFLANNEL_IPMASQ=false\n"));
        Assert.That(SubnetEnv.Read(s_v4.Write()), Is.EqualTo(s_v4));
        Assert.That(SubnetEnv.Read(s_dual.Write()), Is.EqualTo(s_dual));
    }

    [TestCase("")]
    [TestCase("FLANNEL_SUBNET=nonsense\nFLANNEL_MTU=x")]
    [TestCase("\0\0\0\0")]
    public void A_file_without_a_subnet_says_nothing(string text) => Assert.That(SubnetEnv.Read(text), Is.Null);

    [Test]
    public void Options_of_docker_are_those_of_flannels_script()
    {
        Assert.That(ContainerFiles.Docker(s_v4), Is.EqualTo(
            "DOCKER_OPT_BIP=\"--bip=10.1.15.1/24\"\nDOCKER_OPT_IPMASQ=\"--ip-masq=false\"\n"
            + "DOCKER_OPT_MTU=\"--mtu=1450\"\n"
            + "DOCKER_OPTS=\" --bip=10.1.15.1/24 --ip-masq=false --mtu=1450 \"\n"));
        Assert.That(ContainerFiles.Docker(s_dual), Does.Contain(
            "DOCKER_OPTS=\" --bip=10.1.15.1/24 --ipv6 --fixed-cidr-v6=fd00:1:0:7::/64 --mtu=1430 \"\n"));
    }

    [Test]
    public void Podman_and_CNI_get_their_own_files()
    {
        string podman = ContainerFiles.Podman(s_dual, "overlay", "cn-overlay");
        Assert.That(podman, Does.Contain("\"gateway\": \"10.1.15.1\"").And.Contain("\"subnet\": \"fd00:1:0:7::/64\"")
            .And.Contain("\"mtu\": \"1430\"").And.Contain("\"ipv6_enabled\": true"));
        Assert.That(podman, Does.Match("\"id\": \"[0-9a-f]{64}\""));
        string cni = ContainerFiles.Cni(s_v4, "overlay", "cn-overlay");
        Assert.That(cni, Does.Contain("\"subnet\": \"10.1.15.0/24\"").And.Contain("\"mtu\": 1450")
            .And.Contain("\"type\": \"portmap\""));
    }

    [TestCase("", "eth0", "172.30.77.1")]
    [TestCase("eth1", "eth1", "192.168.3.4")]
    [TestCase("192.168.3.5", "eth1", "192.168.3.5")]
    public void The_interface_is_chosen_as_flannel_does(string wish, string name, string address)
    {
        InterfaceChoice choice = Choose(wish, OverlaySamples.Vxlan, out _)!;
        Assert.That($"{choice.Facts.Name} {choice.V4}", Is.EqualTo($"{name} {address}"));
    }

    [TestCase("eth9", OverlaySamples.Vxlan, "there is no interface eth9")]
    [TestCase("10.10.10.10", OverlaySamples.Vxlan, "there is no interface 10.10.10.10")]
    [TestCase("eth2", OverlaySamples.Vxlan, "interface eth2 is down")]
    [TestCase("eth3", OverlaySamples.Vxlan, "interface eth3 has no IPv4 address")]
    [TestCase("eth1", OverlaySamples.Dual, "interface eth1 has no IPv6 address")]
    public void An_interface_that_is_missing_is_said(string wish, string config, string problem)
    {
        Assert.That(Choose(wish, config, out string said), Is.Null);
        Assert.That(said, Does.StartWith(problem));
    }

    [Test]
    public void The_address_that_others_see_may_be_another_one()
    {
        OverlayConfig config = OverlaySamples.Config(OverlaySamples.Vxlan);
        InterfaceWish wish = new("", System.Net.IPAddress.Parse("203.0.113.9"), null);
        OwnMachine own = InterfaceChoice.Of([OverlaySamples.Eth0], wish, config, out _)!
            .Own(config, wish, OverlaySamples.Mac(1), null);
        Assert.That(own.Text, Does.StartWith("""{"PublicIP":"203.0.113.9","""));
        Assert.That(own.LocalV4!.ToString(), Is.EqualTo("172.30.77.1"));
    }

    private static InterfaceChoice? Choose(string wish, string config, out string problem) => InterfaceChoice.Of(
        [
            OverlaySamples.Eth0,
            new(3, "eth1", 1500, true,
                [IpPrefix.Parse("169.254.3.3/16"), IpPrefix.Parse("192.168.3.4/24"), IpPrefix.Parse("192.168.3.5/24")],
                false),
            new(4, "eth2", 1500, false, [IpPrefix.Parse("192.168.4.4/24")], false),
            new(5, "eth3", 1500, true, [], false),
        ],
        new InterfaceWish(wish, null, null), OverlaySamples.Config(config), out problem);
}
