using System.Net;
using System.Text;
using CoreNode.Hosting.Provision;
using CoreNode.Platform;
using CoreNode.Provision.Model;

namespace CoreNode.Tests.Hosting.Provision;

/// <summary>Addresses that a configuration may name and its source does not tell.</summary>
[TestFixture, Category("Unit")]
internal sealed class AddressesTests
{
    // What the kernel leaves from towards an address of everybody's and one of a private network.
    [TestCase("2a00:1::5", "fd00::5", "", "2a00:1::5", "fd00::5")]
    [TestCase("fd00::5", "fd00::5", "", "", "fd00::5")]
    [TestCase("2a00:1::5", "2a00:1::5", "", "2a00:1::5", "")]
    [TestCase("", "", "fe80::1 fd00::5 ::1 2a00:1::5 2a00:1::6", "2a00:1::5", "fd00::5")]
    [TestCase("", "", "fe80::1 ::1", "", "")]
    [TestCase("2a00:1::5", "", "fd00::5", "2a00:1::5", "")]
    public void Own_addresses_of_ipv6_are_those_of_the_default_route(
        string publicSource, string privateSource, string all, string publicOne, string privateOne)
    {
        (IPAddress? found, IPAddress? own) = OwnAddress.ChooseIPv6(
            target => Parse(target.IsIPv6UniqueLocal ? privateSource : publicSource),
            () => [.. all.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse)]);
        Assert.That((found, own), Is.EqualTo((Parse(publicOne), Parse(privateOne))));
    }

    [Test]
    public void The_environment_tells_them_first_and_only_addresses()
    {
        Dictionary<string, string> told = new()
        {
            ["COREOS_PRIVATE_IPV6"] = " fd00::9\n",
            ["COREOS_PUBLIC_IPV6"] = "a\nb: c",
            ["COREOS_PRIVATE_IPV4"] = "10.0.0.9",
        };
        Assert.That(
            Addresses.Find(told.GetValueOrDefault, isRunning: false),
            Is.EqualTo(new MachineAddresses { PrivateIPv6 = "fd00::9", PrivateIPv4 = "10.0.0.9" }));
    }

    [TestCase("$private_ipv6", "", 0, true)]
    [TestCase("$public_ipv6", "", 14, true)]
    [TestCase("$public_ipv6", "", 15, false)]
    [TestCase("$private_ipv6", "fd00::1", 0, false)]
    [TestCase("nothing", "", 0, false)]
    public void An_address_of_ipv6_that_is_named_is_awaited_for_some_seconds(
        string text, string known, int seconds, bool isAwaited)
    {
        UserData input = new("x", Encoding.UTF8.GetBytes(text));
        MachineAddresses addresses = new() { PrivateIPv4 = "10.0.0.1", PublicIPv4 = "10.0.0.1", PrivateIPv6 = known };
        Assert.That(Addresses.AreAwaited([input], addresses, TimeSpan.FromSeconds(seconds)), Is.EqualTo(isAwaited));
        UserData telling = input with
        {
            Addresses = new MachineAddresses { PrivateIPv6 = "fd00::2", PublicIPv6 = "2001:db8::2" },
        };
        Assert.That(Addresses.AreAwaited([telling], addresses, TimeSpan.Zero), Is.False);
    }

    private static IPAddress? Parse(string text) => text.Length == 0 ? null : IPAddress.Parse(text);
}
