using CoreNode.Overlay.Model;
using CoreNode.Overlay.Net;

namespace CoreNode.Tests.Overlay.Model;

[TestFixture, Category("Unit")]
internal sealed class ConfigJsonTests
{
    [TestCase("""{"Network":"10.3.0.0/16"}""", "10.3.0.0/16 24 10.3.1.0 10.3.255.0")]
    [TestCase("""{"Network":"10.3.7.9/16"}""", "10.3.0.0/16 24 10.3.1.0 10.3.255.0")]
    [TestCase("""{"network":"10.3.0.0/22"}""", "10.3.0.0/22 24 10.3.1.0 10.3.3.0")]
    [TestCase("""{"Network":"10.3.0.0/23"}""", "10.3.0.0/23 25 10.3.0.128 10.3.1.128")]
    [TestCase("""{"Network":"10.3.0.0/28"}""", "10.3.0.0/28 30 10.3.0.4 10.3.0.12")]
    [TestCase("""{"Network":"10.0.0.0/8","SubnetLen":20,"SubnetMin":"10.10.0.0","SubnetMax":"10.99.0.0"}""",
        "10.0.0.0/8 20 10.10.0.0 10.99.0.0")]
    [TestCase("""{"Network":"10.3.0.0/16","SubnetLen":null,"New":{"a":[1]},"Backend":{"Type":"vxlan","PSK":"x"}}""",
        "10.3.0.0/16 24 10.3.1.0 10.3.255.0")]
    public void Subnets_of_IPv4_come_out_as_in_flannel(string text, string expected)
    {
        OverlayConfig config = OverlaySamples.Config(text);
        Assert.That(Text(config.V4!), Is.EqualTo(expected));
        Assert.That(config.V6, Is.Null);
        Assert.That(config.Backend, Is.EqualTo(new BackendConfig(BackendKind.Vxlan)));
    }

    [TestCase("fd00:1::/48", "fd00:1::/48 64 fd00:1:0:1:: fd00:1:0:ffff::")]
    [TestCase("fd00:1::/62", "fd00:1::/62 64 fd00:1:0:1:: fd00:1:0:3::")]
    [TestCase("fd00:1::/64", "fd00:1::/64 66 fd00:1:0:0:4000:: fd00:1:0:0:c000::")]
    [TestCase("fd00:1::/124", "fd00:1::/124 126 fd00:1::4 fd00:1::c")]
    public void Subnets_of_IPv6_come_out_as_in_flannel(string network, string expected)
    {
        OverlayConfig config = OverlaySamples.Config(
            $$"""{"EnableIPv4":false,"EnableIPv6":true,"IPv6Network":"{{network}}"}""");
        Assert.That(Text(config.V6!), Is.EqualTo(expected));
        Assert.That(config.V4, Is.Null);
    }

    [Test]
    public void Everything_of_a_backend_is_read()
    {
        OverlayConfig config = OverlaySamples.Config(
            """
            {"Network":"10.1.0.0/16","Backend":{"Type":"vxlan","VNI":42,"Port":4789,"DirectRouting":true,"GBP":true,
             "Learning":true,"MTU":1400}}
            """);
        Assert.That(config.Backend, Is.EqualTo(new BackendConfig(BackendKind.Vxlan)
        {
            Vni = 42,
            Port = 4789,
            HasDirectRouting = true,
            HasGroupPolicy = true,
            IsLearning = true,
            Mtu = 1400,
        }));
        Assert.That(
            OverlaySamples.Config("""{"Network":"10.1.0.0/16","Backend":{"Type":"host-gw"}}""").Backend.Kind,
            Is.EqualTo(BackendKind.HostGateway));
        Assert.That(
            OverlaySamples.Config("""{"Network":"10.1.0.0/16","Backend":{"Type":"alloc"}}""").Backend.Kind,
            Is.EqualTo(BackendKind.Allocate));
    }

    [TestCase("nonsense", "", "no JSON")]
    [TestCase("[]", "", "no JSON object")]
    [TestCase("{}", "Network", "is missing")]
    [TestCase("""{"Network":7}""", "Network", "no text in quotes")]
    [TestCase("""{"Network":"10.1.0.0"}""", "Network", "no IPv4 network")]
    [TestCase("""{"Network":"10.1/16"}""", "Network", "no IPv4 network")]
    [TestCase("""{"Network":"10.01.0.0/16"}""", "Network", "no IPv4 network")]
    [TestCase("""{"Network":"10.1.0.0/33"}""", "Network", "no IPv4 network")]
    [TestCase("""{"Network":"fd00::/48"}""", "Network", "no IPv4 network")]
    [TestCase("""{"Network":"127.0.0.0/8"}""", "Network", "cannot be routed")]
    [TestCase("""{"Network":"224.0.0.0/8"}""", "Network", "cannot be routed")]
    [TestCase("""{"Network":"0.0.0.0/0"}""", "Network", "cannot be routed")]
    [TestCase("""{"Network":"10.1.0.0/29"}""", "Network", "too small")]
    [TestCase("""{"Network":"10.1.0.0/16","SubnetLen":17}""", "SubnetLen", "less than four subnets")]
    [TestCase("""{"Network":"10.1.0.0/16","SubnetLen":31}""", "SubnetLen", "less than four addresses")]
    [TestCase("""{"Network":"10.1.0.0/16","SubnetLen":-1}""", "SubnetLen", "no whole number")]
    [TestCase("""{"Network":"10.1.0.0/16","SubnetLen":"24"}""", "SubnetLen", "no whole number")]
    [TestCase("""{"Network":"10.1.0.0/16","SubnetMin":"10.2.0.0"}""", "SubnetMin", "is not in 10.1.0.0/16")]
    [TestCase("""{"Network":"10.1.0.0/16","SubnetMax":"10.1.3.7"}""", "SubnetMax", "not where a /24 begins")]
    [TestCase("""{"Network":"10.1.0.0/16","SubnetMax":"what"}""", "SubnetMax", "no address")]
    [TestCase("""{"Network":"10.1.0.0/16","SubnetMin":"10.1.9.0","SubnetMax":"10.1.3.0"}""", "SubnetMin", "no subnet")]
    [TestCase("""{"Network":"10.1.0.0/16","EnableIPv4":1}""", "EnableIPv4", "neither true nor false")]
    [TestCase("""{"EnableIPv4":false}""", "EnableIPv4", "neither IPv4 nor IPv6")]
    [TestCase("""{"Network":"10.1.0.0/16","EnableIPv6":true}""", "IPv6Network", "is missing")]
    [TestCase("""{"Network":"10.1.0.0/16","EnableIPv6":true,"IPv6Network":"fe80::/48"}""", "IPv6Network", "routed")]
    [TestCase("""{"Network":"10.1.0.0/16","EnableIPv6":true,"IPv6Network":"fd00::/125"}""", "IPv6Network", "small")]
    [TestCase("""{"Network":"10.1.0.0/16","Backend":"vxlan"}""", "Backend", "no JSON object")]
    [TestCase("""{"Network":"10.1.0.0/16","Backend":{}}""", "Backend.Type", "is missing")]
    [TestCase("""{"Network":"10.1.0.0/16","Backend":{"Type":"udp"}}""", "Backend.Type", "udp is not served")]
    [TestCase("""{"Network":"10.1.0.0/16","Backend":{"Type":"wireguard"}}""", "Backend.Type", "no backend")]
    [TestCase("""{"Network":"10.1.0.0/16","Backend":{"Type":"vxlan","VNI":0}}""", "Backend.VNI", "no whole number")]
    [TestCase("""{"Network":"10.1.0.0/16","Backend":{"Type":"vxlan","VNI":16777215}}""", "Backend.VNI", "15 char")]
    [TestCase("""{"Network":"10.1.0.0/16","Backend":{"Type":"vxlan","Port":65536}}""", "Backend.Port", "no whole")]
    [TestCase("""{"Network":"10.1.0.0/16","Backend":{"Type":"vxlan","MTU":500}}""", "Backend.MTU", "too small")]
    public void What_is_wrong_is_said_with_the_field(string text, string field, string reason)
    {
        ConfigReading reading = ConfigJson.Read(text);
        Assert.That(reading.Config, Is.Null);
        Assert.That(reading.Problems, Has.Count.EqualTo(1));
        Assert.That(reading.Problems[0].Field, Is.EqualTo(field));
        Assert.That(reading.Problems[0].ToString(), Does.Contain(reason));
    }

    [Test]
    public void All_that_is_wrong_is_said_at_once()
    {
        ConfigReading reading = ConfigJson.Read(
            """{"Network":"10.1.0.0/16","SubnetLen":40,"Backend":{"Type":"vxlan","VNI":-3,"Port":"x"}}""");
        Assert.That(
            string.Join(' ', reading.Problems.Select(static p => p.Field)),
            Is.EqualTo("SubnetLen Backend.VNI Backend.Port"));
    }

    [TestCase("""{"Network":"10.1.0.0/16","Own":[1,2],"Backend":{"Type":"vxlan","VNI":3,"X":"y"}}""", "VNI", "7",
        """{"Network":"10.1.0.0/16","Own":[1,2],"Backend":{"Type":"vxlan","VNI":7,"X":"y"}}""")]
    [TestCase("""{"Network":"10.1.0.0/16"}""", "VNI", "7", """{"Network":"10.1.0.0/16","Backend":{"VNI":7}}""")]
    [TestCase("""{"Network":"10.1.0.0/16","Backend":{"VNI":3}}""", "VNI", null,
        """{"Network":"10.1.0.0/16","Backend":{}}""")]
    public void A_change_leaves_unknown_fields_alone(string before, string field, string? json, string after) =>
        Assert.That(ConfigJson.Change(before, [new ConfigField("Backend." + field, json)]), Is.EqualTo(after));

    [Test]
    public void A_change_of_what_is_no_object_is_refused() =>
        Assert.That(ConfigJson.Change("[1]", [new ConfigField("Network", "\"10.1.0.0/16\"")]), Is.Null);

    [TestCase("""{"Network":"10.1.128.0/17","Backend":{"Type":"host-gw"}}""", "Network")]
    [TestCase("""{"Network":"10.2.0.0/16"}""", "Backend.VNI")]
    [TestCase("""{"Network":"10.2.0.0/16","Backend":{"Type":"host-gw"}}""", "")]
    public void Networks_must_not_meet(string text, string field)
    {
        IReadOnlyList<ConfigProblem> problems = ConfigCheck.Against(
            OverlaySamples.Config(text), "blue", OverlaySamples.Config(OverlaySamples.Vxlan));
        Assert.That(string.Join(' ', problems.Select(static p => p.Field)), Is.EqualTo(field));
    }

    [Test]
    public void A_network_must_not_take_what_an_interface_has()
    {
        OverlayConfig config = OverlaySamples.Config(OverlaySamples.Vxlan);
        InterfaceFacts docker = new(5, "docker0", 1450, true, [IpPrefix.Parse("10.1.15.1/24")], false);
        InterfaceFacts own = new(6, "flannel.1", 1450, true, [IpPrefix.Parse("10.1.15.0/32")], false);
        LeaseSubnets leased = new(IpPrefix.Parse("10.1.15.0/24"), null);
        Assert.That(ConfigCheck.Against(config, [OverlaySamples.Eth0, docker, own], leased), Is.Empty);
        ConfigProblem problem = ConfigCheck.Against(config, [OverlaySamples.Eth0, docker, own], null).Single();
        Assert.That(
            problem.ToString(), Does.StartWith("Network: 10.1.0.0/16 overlaps with 10.1.15.0/24 of interface docker0"));
    }

    [TestCase("blue-1.x", "")]
    [TestCase("config", "flannel keeps")]
    [TestCase("a/b", "\"/\" is in it")]
    [TestCase("..", "no name")]
    public void Names_of_networks_are_checked(string name, string problem) =>
        Assert.That(OverlayKeys.ProblemOf(name), problem.Length == 0 ? Is.Empty : Does.Contain(problem));

    [Test]
    public void Keys_are_flannels()
    {
        Assert.That(OverlayKeys.Default.Config, Is.EqualTo("/coreos.com/network/config"));
        OverlayKeys blue = new("/coreos.com/network", "blue");
        Assert.That(blue.Lease("10.1.15.0-24"), Is.EqualTo("/coreos.com/network/blue/subnets/10.1.15.0-24"));
        Assert.That(blue.NameOf(blue.Lease("x")), Is.EqualTo("x"));
        Assert.That(blue.NameOf("/coreos.com/network/blue/config"), Is.Null);
    }

    private static string Text(SubnetSpace space) => $"{space.Network} {space.SubnetLength} {space.Min} {space.Max}";
}
