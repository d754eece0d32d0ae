using System.Net;
using CoreNode.Overlay.Links;
using CoreNode.Overlay.Net;

namespace CoreNode.Tests.Overlay.Links;

/// <summary>A fault says what failed, why, and what to do.</summary>
[TestFixture, Category("Unit")]
internal sealed class FaultTextsTests
{
    private static readonly NetworkChange s_link = new NetworkChange.AddLink(
        new VxlanLink("flannel.1", 1, 8472, IPAddress.Loopback, 2, 1450, null, false, false));

    private static readonly NetworkChange s_firewall = new NetworkChange.SetFirewall(new FirewallRules([], []));

    private static IEnumerable<TestCaseData> Faults()
    {
        yield return new TestCaseData(s_link, ErrorNumbers.NotPermitted, "CAP_NET_ADMIN");
        yield return new TestCaseData(s_link, ErrorNumbers.NotSupported, "no vxlan; load the module (modprobe vxlan)");
        yield return new TestCaseData(s_link, ErrorNumbers.AddressInUse, "another program has its UDP port");
        yield return new TestCaseData(s_firewall, ErrorNumbers.NotSupported, "this kernel has no nf_tables");
        yield return new TestCaseData(s_firewall, ErrorNumbers.NotPermitted, "CAP_NET_ADMIN");
        yield return new TestCaseData(s_firewall, ErrorNumbers.NoBuffers, "No buffer space available, errno 105");
    }

    [TestCaseSource(nameof(Faults))]
    public void Each_says_what_to_do(NetworkChange change, int error, string expected)
    {
        NetworkFault fault = FaultTexts.Of(change, new NetlinkAnswer(error, ""));
        Assert.That(fault.Message, Does.StartWith($"{change}: ").And.Contain(expected));
        Assert.That(fault.Message, Does.Not.EndWith("."));
        Assert.That(fault.IsDone, Is.False);
        Assert.That(fault.ErrorNumber, Is.EqualTo(error));
    }

    [Test]
    public void A_unit_that_forbids_the_sockets_is_named()
    {
        NetworkException fault = FaultTexts.NoSocket("socket", ErrorNumbers.NoFamily);
        Assert.That(fault.Message, Does.Contain("RestrictAddressFamilies=").And.Contain("AF_NETLINK"));
    }
}
