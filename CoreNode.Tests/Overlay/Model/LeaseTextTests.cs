using System.Net;
using CoreNode.Overlay.Model;
using CoreNode.Overlay.Net;

namespace CoreNode.Tests.Overlay.Model;

[TestFixture, Category("Unit")]
internal sealed class LeaseTextTests
{
    [TestCase("10.1.15.0-24", "10.1.15.0/24")]
    [TestCase("10.1.15.0-24&fd00:1:0:7::-64", "10.1.15.0/24 and fd00:1:0:7::/64")]
    [TestCase("0.0.0.0-0&fd00:1:0:7::-64", "fd00:1:0:7::/64")]
    public void Names_of_leases_go_both_ways(string name, string subnets)
    {
        LeaseSubnets read = LeaseKey.Read(name, out string problem)!;
        Assert.That(problem, Is.Empty);
        Assert.That(read.ToString(), Is.EqualTo(subnets));
        Assert.That(LeaseKey.Write(read), Is.EqualTo(name));
    }

    [TestCase("", "names no subnet")]
    [TestCase("10.1.15.0", "names no subnet")]
    [TestCase("10.1.15.0-33", "names no subnet")]
    [TestCase("10.1.15.0-0", "names no subnet")]
    [TestCase("10.1.15.1-24", "names no subnet")]
    [TestCase("010.1.15.0-24", "names no subnet")]
    [TestCase("10.1.15.0-024", "names no subnet")]
    [TestCase("0.0.0.0-0", "names no subnet")]
    [TestCase("10.1.15.0-24&", "names no subnet")]
    [TestCase("10.1.15.0-24&10.2.0.0-24", "names no subnet")]
    [TestCase("fd00:1:0:7::-64", "names no subnet")]
    [TestCase("10.1.15.0-24&fd00-1-0-7---64", "names no subnet")]
    [TestCase("10.1.15.0-24&FD00:1:0:7::-64", "should be 10.1.15.0-24&fd00:1:0:7::-64")]
    [TestCase("10.1.15.0-24&fd00:1:0:7:0:0:0:0-64", "should be 10.1.15.0-24&fd00:1:0:7::-64")]
    public void Other_spellings_are_no_leases(string name, string problem)
    {
        Assert.That(LeaseKey.Read(name, out string said), Is.Null);
        Assert.That(said, Does.Contain(problem));
    }

    [Test]
    public void Values_are_flannels_byte_for_byte()
    {
        MacAddress mac = MacAddress.Parse("36:06:b5:2a:67:f2");
        IPAddress v4 = IPAddress.Parse("172.30.77.1");
        IPAddress v6 = IPAddress.Parse("fd77::1");
        Check(new LeaseValue(v4, null, "vxlan", mac, null),
            """{"PublicIP":"172.30.77.1","BackendType":"vxlan","BackendData":{"VtepMAC":"36:06:b5:2a:67:f2"}}""");
        Check(new LeaseValue(v4, null, "host-gw", null, null),
            """{"PublicIP":"172.30.77.1","BackendType":"host-gw"}""");
        Check(new LeaseValue(v4, null, "", null, null), """{"PublicIP":"172.30.77.1"}""");
        Check(new LeaseValue(v4, v6, "vxlan", mac, OverlaySamples.Mac(7)),
            """
            {"PublicIP":"172.30.77.1","PublicIPv6":"fd77::1","BackendType":"vxlan",
            "BackendData":{"VtepMAC":"36:06:b5:2a:67:f2"},"BackendV6Data":{"VtepMAC":"02:00:00:00:00:07"}}
            """.Replace("\n", "", StringComparison.Ordinal));
        Check(new LeaseValue(null, v6, "host-gw", null, null),
            """{"PublicIP":"0.0.0.0","PublicIPv6":"fd77::1","BackendType":"host-gw"}""");
    }

    [TestCase(
        """
        {"PublicIP":"1.2.3.4","PublicIPv6":null,"BackendType":"vxlan",
         "BackendData":{"VNI":1,"VtepMAC":"36:06:b5:2a:67:f2"}}
        """,
        "1.2.3.4 (36:06:b5:2a:67:f2)")]
    [TestCase("""{"publicip":"1.2.3.4","BackendType":"host-gw","BackendData":null,"Other":1}""", "1.2.3.4")]
    [TestCase("""{"PublicIP":"1.2.3.4","BackendType":"wireguard","BackendData":"key"}""", "1.2.3.4")]
    public void Values_of_flannel_of_today_are_read(string text, string expected)
    {
        LeaseValue? value = LeaseJson.Read(text, out string problem);
        Assert.That(problem, Is.Empty);
        Assert.That(value!.ToString(), Is.EqualTo(expected));
    }

    [TestCase("", "no JSON")]
    [TestCase("null", "no JSON")]
    [TestCase("[]", "no JSON")]
    [TestCase("{}", "PublicIP: is missing")]
    [TestCase("""{"PublicIP":"0.0.0.0"}""", "PublicIP: is missing")]
    [TestCase("""{"PublicIP":5}""", "PublicIP: 5 is no text")]
    [TestCase("""{"PublicIP":"1.2.3"}""", "PublicIP: \"1.2.3\" is no address")]
    [TestCase("""{"PublicIP":"fd77::1"}""", "PublicIP: \"fd77::1\" is no address")]
    [TestCase("""{"PublicIP":"1.2.3.4","BackendData":{"VtepMAC":"what"}}""", "BackendData.VtepMAC: \"what\" is no MAC")]
    [TestCase("""{"PublicIP":"\ud800"}""", "no JSON")]
    public void Nonsense_is_no_value(string text, string problem)
    {
        Assert.That(LeaseJson.Read(text, out string said), Is.Null);
        Assert.That(said, Does.Contain(problem));
    }

    [Test]
    public void A_value_of_a_megabyte_is_not_even_read()
    {
        string text = $$"""{"PublicIP":"1.2.3.4","X":"{{new string('x', 1 << 20)}}"}""";
        Assert.That(LeaseJson.Read(text, out _), Is.Null);
    }

    private static void Check(LeaseValue value, string text)
    {
        Assert.That(LeaseJson.Write(value), Is.EqualTo(text));
        Assert.That(LeaseJson.Read(text, out _), Is.EqualTo(value));
    }
}
