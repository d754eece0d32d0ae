using System.Net;
using CoreNode.Overlay.Net;

namespace CoreNode.Tests.Overlay.Net;

/// <summary>Networks and hardware addresses as text and as bits.</summary>
[TestFixture, Category("Unit")]
internal sealed class IpPrefixTests
{
    [TestCase("10.1.2.0/24")]
    [TestCase("0.0.0.0/0")]
    [TestCase("10.1.2.3/32")]
    [TestCase("fd00:1::/64")]
    [TestCase("::/0")]
    [TestCase("fd00::1/128")]
    public void A_network_is_read_and_written(string text)
    {
        Assert.That(IpPrefix.Parse(text).ToString(), Is.EqualTo(text));
        Assert.That(IpPrefix.Parse(text), Is.EqualTo(IpPrefix.Parse(text)));
        Assert.That(IpPrefix.Parse(text).GetHashCode(), Is.EqualTo(IpPrefix.Parse(text).GetHashCode()));
    }

    [TestCase("")]
    [TestCase("10.1.2.0")]
    [TestCase("10.1.2.0/")]
    [TestCase("10.1.2.0/33")]
    [TestCase("10.1.2.0/-1")]
    [TestCase("10.1.2.0/ 8")]
    [TestCase("10.1/16")]
    [TestCase("1/8")]
    [TestCase("fd00::/129")]
    [TestCase("corenode/8")]
    public void Anything_else_is_none(string text)
    {
        Assert.That(IpPrefix.TryParse(text, out _), Is.False);
        Assert.That(() => IpPrefix.Parse(text), Throws.TypeOf<FormatException>());
    }

    [TestCase("10.1.2.3/24", "10.1.2.0/24", "255.255.255.0")]
    [TestCase("10.1.2.3/0", "0.0.0.0/0", "0.0.0.0")]
    [TestCase("10.1.255.3/20", "10.1.240.0/20", "255.255.240.0")]
    [TestCase("10.1.2.3/32", "10.1.2.3/32", "255.255.255.255")]
    [TestCase("fd00:1:2:3::9/45", "fd00:1::/45", "ffff:ffff:fff8::")]
    public void The_network_of_an_address_has_no_further_bits(string text, string network, string mask)
    {
        Assert.That(IpPrefix.Parse(text).Network.ToString(), Is.EqualTo(network));
        Assert.That(new IPAddress(IpPrefix.Parse(text).MaskBytes()), Is.EqualTo(IPAddress.Parse(mask)));
    }

    [TestCase("10.1.0.0/16", "10.1.255.255", true)]
    [TestCase("10.1.0.0/16", "10.2.0.0", false)]
    [TestCase("10.1.0.0/16", "fd00::1", false)]
    [TestCase("0.0.0.0/0", "192.0.2.1", true)]
    [TestCase("fd00::/7", "fc00::1", true)]
    public void An_address_is_inside_or_not(string network, string address, bool isInside) =>
        Assert.That(IpPrefix.Parse(network).Contains(IPAddress.Parse(address)), Is.EqualTo(isInside));

    [TestCase("10.1.0.0/16", "10.1.2.0/24", true)]
    [TestCase("10.1.2.0/24", "10.1.0.0/16", true)]
    [TestCase("10.1.2.0/24", "10.1.3.0/24", false)]
    [TestCase("10.1.2.0/24", "fd00::/8", false)]
    public void Two_overlap_or_not(string first, string second, bool isSo) =>
        Assert.That(IpPrefix.Parse(first).Overlaps(IpPrefix.Parse(second)), Is.EqualTo(isSo));

    [Test]
    public void A_hardware_address_is_read_and_written()
    {
        MacAddress mac = MacAddress.Parse("36:06:B5:2a:67:f2");
        Assert.That(mac.ToString(), Is.EqualTo("36:06:b5:2a:67:f2"));
        Assert.That(MacAddress.FromBytes(mac.GetBytes()), Is.EqualTo(mac));
        Assert.That(mac.IsOfDevice, Is.True);
        string[] none = ["", "36:06:b5:2a:67", "36:06:b5:2a:67:f2:", "36-06-b5-2a-67-f2", "36:06:b5:2a:67:g2"];
        foreach (string wrong in none)
            Assert.That(MacAddress.TryParse(wrong, out _), Is.False, wrong);
        Assert.That(MacAddress.Parse("01:00:5e:00:00:01").IsOfDevice, Is.False);
        Assert.That(MacAddress.Parse("00:00:00:00:00:00").IsOfDevice, Is.False);
        Assert.That(MacAddress.Local(ulong.MaxValue).ToString(), Is.EqualTo("fe:ff:ff:ff:ff:ff"));
        Assert.That(MacAddress.Local(0).ToString(), Is.EqualTo("02:00:00:00:00:00"));
    }
}
