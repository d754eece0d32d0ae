using System.Net;
using CoreNode.Api.UpdateServer;
using Microsoft.Extensions.Primitives;

namespace CoreNode.Tests.Api.UpdateServer;

/// <summary>Where a request comes from when proxies stand between.</summary>
[TestFixture, Category("Unit")]
internal sealed class TrustedProxiesTests
{
    [TestCase("10.0.0.1", "", ExpectedResult = "10.0.0.1")]
    [TestCase("10.0.0.1", "7.7.7.7", ExpectedResult = "7.7.7.7")]
    [TestCase("10.0.0.1", " 7.7.7.7 ", ExpectedResult = "7.7.7.7")]
    [TestCase("10.0.0.1", "7.7.7.7:1234", ExpectedResult = "7.7.7.7")]
    [TestCase("10.0.0.1", "[2001:db8::7]:1234", ExpectedResult = "2001:db8::7")]
    [TestCase("10.0.0.1", "2001:db8::7", ExpectedResult = "2001:db8::7")]
    [TestCase("10.0.0.1", "::ffff:7.7.7.7", ExpectedResult = "7.7.7.7")]
    [TestCase("::ffff:10.0.0.1", "7.7.7.7", ExpectedResult = "7.7.7.7")]
    [TestCase("fd00::1", "7.7.7.7", ExpectedResult = "7.7.7.7")]
    public string? Whom_a_trusted_proxy_was_asked_by_counts(string remote, string forwarded) =>
        Origin(remote, forwarded);

    [TestCase("10.0.1.0", "7.7.7.7", ExpectedResult = "10.0.1.0")]
    [TestCase("8.8.8.8", "7.7.7.7", ExpectedResult = "8.8.8.8")]
    [TestCase("fd01::1", "7.7.7.7", ExpectedResult = "fd01::1")]
    [TestCase("192.168.1.8", "7.7.7.7", ExpectedResult = "192.168.1.8")]
    public string? What_anybody_else_says_does_not(string remote, string forwarded) => Origin(remote, forwarded);

    [TestCase("1.1.1.1, 7.7.7.7", ExpectedResult = "7.7.7.7")]
    [TestCase("1.1.1.1, 7.7.7.7, 10.0.0.2", ExpectedResult = "7.7.7.7")]
    [TestCase("1.1.1.1, 7.7.7.7, 192.168.1.7,fd00::9", ExpectedResult = "7.7.7.7")]
    [TestCase("10.0.0.4, 10.0.0.3", ExpectedResult = "10.0.0.4")]
    [TestCase("unknown", ExpectedResult = "10.0.0.1")]
    [TestCase("7.7.7.7, unknown, 10.0.0.2", ExpectedResult = "10.0.0.2")]
    [TestCase("7.7.7.7,,10.0.0.2", ExpectedResult = "10.0.0.2")]
    [TestCase("7.7.7.7,", ExpectedResult = "10.0.0.1")]
    public string? Of_a_chain_the_last_one_that_is_not_trusted_counts(string forwarded) =>
        Origin("10.0.0.1", forwarded);

    [Test]
    public void Lines_are_one_list_and_chains_without_an_end_are_not_followed()
    {
        Assert.That(Origin("10.0.0.1", "7.7.7.7", "10.0.0.2"), Is.EqualTo("7.7.7.7"));
        string endless = "7.7.7.7" + string.Concat(Enumerable.Repeat(",10.0.0.2", 100));
        Assert.That(Origin("10.0.0.1", endless), Is.EqualTo("10.0.0.2"));
        Assert.That(Proxies().Origin(null, "7.7.7.7"), Is.Null, "on a unix socket there is no address");
        Assert.That(
            new TrustedProxies().Origin(IPAddress.Loopback, "7.7.7.7"), Is.EqualTo(IPAddress.Loopback));
    }

    [TestCase("10.0.0.0/0")]
    [TestCase("10.0.0.0/33")]
    [TestCase("::/0")]
    [TestCase("10.0.0.0/x")]
    [TestCase("10.0.0.0/")]
    [TestCase("proxy")]
    [TestCase("")]
    public void What_is_no_network_is_not_taken(string text) =>
        Assert.That(new TrustedProxies().TryAdd(text), Is.False);

    private static TrustedProxies Proxies()
    {
        TrustedProxies proxies = new();
        foreach (string one in new[] { "10.0.0.0/24", "192.168.1.7", "fd00::/17" })
            Assert.That(proxies.TryAdd(one), Is.True, one);
        return proxies;
    }

    private static string? Origin(string remote, params string[] forwarded) =>
        Proxies().Origin(IPAddress.Parse(remote), new StringValues(forwarded))?.ToString();
}
