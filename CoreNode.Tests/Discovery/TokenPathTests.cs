using System.Net;
using System.Text;
using CoreNode.Discovery;

namespace CoreNode.Tests.Discovery;

/// <summary>What the token service serves at all, and to whom how often.</summary>
[TestFixture, Category("Unit")]
internal sealed class TokenPathTests
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    [TestCase("/" + Token, "")]
    [TestCase("/" + Token + "/", "")]
    [TestCase("/" + Token + "/_config/size", "/_config/size")]
    [TestCase("/" + Token + "/1da75e8244cea0fc", "/1da75e8244cea0fc")]
    public void A_token_and_what_is_below_it_is_served(string path, string rest)
    {
        Assert.That(TokenPath.TryParse(Encoding.ASCII.GetBytes(path), out TokenPath parsed), Is.True);
        Assert.That((parsed.Token, parsed.Rest), Is.EqualTo((Token, rest)));
        Assert.That(parsed.Key, Is.EqualTo($"/_etcd/registry/{Token}{rest}"));
    }

    [TestCase("/")]
    [TestCase("")]
    [TestCase("/0123")]
    [TestCase("/0123456789ABCDEF0123456789ABCDEF")]
    [TestCase("/" + Token + "0")]
    [TestCase("/" + Token + "//")]
    [TestCase("/" + Token + "/_config")]
    [TestCase("/" + Token + "/_config/other")]
    [TestCase("/" + Token + "/a/b")]
    [TestCase("/" + Token + "/..")]
    [TestCase("/" + Token + "/_hidden")]
    [TestCase("/v2/keys/_etcd/registry")]
    [TestCase("/_etcd/registry/" + Token)]
    public void Everything_else_is_not(string path) =>
        Assert.That(TokenPath.TryParse(Encoding.ASCII.GetBytes(path), out _), Is.False);

    [Test]
    public void An_id_that_is_too_long_is_not_served() => Assert.That(
        TokenPath.TryParse(Encoding.ASCII.GetBytes($"/{Token}/{new string('a', 65)}"), out _), Is.False);

    [Test]
    public void A_client_has_its_share_of_each_minute_and_takes_none_of_others()
    {
        SteppedTime time = new();
        ClientQuota quota = new(2, time);
        IPAddress first = IPAddress.Parse("10.0.0.1");
        Assert.That(Take(quota, first, first, first, IPAddress.Parse("::ffff:10.0.0.1")), Is.EqualTo("yes yes no no"));
        Assert.That(Take(quota, IPAddress.Parse("10.0.0.2")), Is.EqualTo("yes"));
        time.Step(TimeSpan.FromSeconds(60));
        Assert.That(Take(quota, first), Is.EqualTo("yes"));
    }

    [Test]
    public void An_ipv6_client_is_its_network()
    {
        ClientQuota quota = new(1, new SteppedTime());
        Assert.That(
            Take(quota, [.. new[] { "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1" }.Select(IPAddress.Parse)]),
            Is.EqualTo("yes no yes"));
    }

    [Test]
    public void More_clients_than_are_counted_wait_for_the_next_minute()
    {
        SteppedTime time = new();
        ClientQuota quota = new(2, time);
        for (int i = 0; i < ClientQuota.MostClients; i++)
            Assert.That(quota.TryTake(new IPAddress(i + 1)), Is.True);
        Assert.That(Take(quota, IPAddress.Parse("200.0.0.1"), new IPAddress(1)), Is.EqualTo("no yes"));
        time.Step(TimeSpan.FromSeconds(60));
        Assert.That(Take(quota, IPAddress.Parse("200.0.0.1")), Is.EqualTo("yes"));
    }

    private static string Take(ClientQuota quota, params IPAddress[] clients) =>
        string.Join(' ', clients.Select(c => quota.TryTake(c) ? "yes" : "no"));

    private sealed class SteppedTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Step(TimeSpan by) => _now += by.Ticks;
    }
}
