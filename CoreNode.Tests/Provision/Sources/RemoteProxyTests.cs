using CoreNode.Provision.Model;
using CoreNode.Provision.Sources;

namespace CoreNode.Tests.Provision.Sources;

/// <summary>Which hosts are reached through a proxy that a configuration names.</summary>
[TestFixture, Category("Unit")]
internal sealed class RemoteProxyTests
{
    [TestCase("http://a.b/", "", "http://p:1/")]
    [TestCase("https://a.b/", "", "https://s:2/")]
    [TestCase("http://a.b/", "*", null)]
    [TestCase("http://a.b/", "a.b", null)]
    [TestCase("http://x.a.b/", "a.b", null)]
    [TestCase("http://xa.b/", "a.b", "http://p:1/")]
    [TestCase("http://a.b/", ".a.b", "http://p:1/")]
    [TestCase("http://x.a.b/", ".a.b", null)]
    [TestCase("http://a.b:81/", "a.b:80", "http://p:1/")]
    [TestCase("http://a.b/", "a.b:80", null)]
    [TestCase("http://10.1.2.3/", "10.0.0.0/8", null)]
    [TestCase("http://11.1.2.3/", "10.0.0.0/8", "http://p:1/")]
    [TestCase("http://10.1.2.3/", "10.1.2.3", null)]
    [TestCase("http://10.1.2.3:8080/", "10.1.2.3:80", "http://p:1/")]
    [TestCase("http://[fd00::1]/", "fd00::/8", null)]
    [TestCase("http://[fd00::1]:99/", "[fd00::1]:99", null)]
    [TestCase("http://[fd00::1]/", "fd00::1", null)]
    public void Hosts_are_told_as_Ignition_tells_them(string url, string direct, string? proxy)
    {
        RemoteProxy proxies = new(new FetchOptions
        {
            HttpProxy = new Uri("http://p:1/"),
            HttpsProxy = new Uri("https://s:2/"),
            NoProxy = [direct],
        });
        Assert.That(proxies.GetProxy(new Uri(url))?.AbsoluteUri, Is.EqualTo(proxy));
    }

    [Test]
    public void Without_one_of_its_own_https_goes_by_the_proxy_for_http()
    {
        RemoteProxy proxies = new(new FetchOptions { HttpProxy = new Uri("http://u:p%40@p:1/") });
        Assert.That(proxies.GetProxy(new Uri("https://a.b/"))!.Host, Is.EqualTo("p"));
        System.Net.NetworkCredential user = proxies.Credentials!.GetCredential(new Uri("http://p:1/"), "Basic")!;
        Assert.That($"{user.UserName} {user.Password}", Is.EqualTo("u p@"));
        RemoteProxy other = new(new FetchOptions { HttpsProxy = new Uri("http://p:1/") });
        Assert.That(other.IsBypassed(new Uri("http://a.b/")), Is.True);
    }
}
