using CoreNode.Updates.Client.Exchange;

namespace CoreNode.Tests.Updates.Client;

/// <summary>Which proxy a URL is reached by, as curl decides it.</summary>
[TestFixture, Category("Unit")]
internal sealed class ProxySettingsTests
{
    private static ProxySettings Of(params string[] variables)
    {
        Dictionary<string, string> set = variables.Select(v => v.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
        return ProxySettings.Of(set.GetValueOrDefault);
    }

    private static string For(ProxySettings proxies, string url) =>
        proxies.GetProxy(new Uri(url))?.Authority ?? "direct";

    [TestCase("http://a.example/", "p1:3128")]
    [TestCase("https://a.example/", "p2:8080")]
    [TestCase("http://corp.example/", "direct")]
    [TestCase("http://x.corp.example/", "direct")]
    [TestCase("http://notcorp.example/", "p1:3128")]
    [TestCase("http://b.example:8000/", "direct")]
    [TestCase("http://b.example/", "p1:3128")]
    [TestCase("http://10.0.0.1/", "direct")]
    [TestCase("http://[fd00::1]:8000/", "direct")]
    [TestCase("http://LOCALHOST/", "direct")]
    public void Each_scheme_has_its_proxy_and_some_hosts_have_none(string url, string expected)
    {
        ProxySettings proxies = Of(
            "http_proxy=p1:3128", "HTTPS_PROXY=http://p2:8080/",
            "no_proxy=localhost, .corp.example,b.example:8000 10.0.0.1,[fd00::1]");
        Assert.That(For(proxies, url), Is.EqualTo(expected));
    }

    [Test]
    public void The_variable_that_a_CGI_server_sets_from_a_header_means_nothing()
    {
        ProxySettings proxies = Of("HTTP_PROXY=http://evil:1");
        Assert.That(proxies.IsEmpty);
        Assert.That(For(proxies, "http://a.example/"), Is.EqualTo("direct"));
    }

    [Test]
    public void One_for_all_serves_where_there_is_no_other()
    {
        ProxySettings proxies = Of("all_proxy=socks5://s:1080", "https_proxy=http://p:1", "no_proxy=");
        Assert.That(For(proxies, "http://a.example/"), Is.EqualTo("s:1080"));
        Assert.That(For(proxies, "https://a.example/"), Is.EqualTo("p:1"));
        Assert.That(For(Of("all_proxy=p:1", "NO_PROXY=*"), "http://a.example/"), Is.EqualTo("direct"));
    }

    [Test]
    public void What_names_no_proxy_is_told_without_its_password()
    {
        ProxySettings proxies = Of("http_proxy=gopher://u:secret@p:1");
        Assert.That(proxies.IsEmpty);
        Assert.That(
            proxies.Problems.Single(), Is.EqualTo("http_proxy names no proxy (http://HOST:PORT): it does not count"));
    }

    [Test]
    public void User_and_password_belong_to_their_proxy()
    {
        ProxySettings proxies = Of("http_proxy=http://u%3A:p%40@p:1", "https_proxy=http://q:2");
        Assert.That(proxies.Credentials!.GetCredential(new Uri("http://p:1"), "Basic")?.UserName, Is.EqualTo("u:"));
        Assert.That(proxies.Credentials!.GetCredential(new Uri("http://p:1"), "Basic")?.Password, Is.EqualTo("p@"));
        Assert.That(proxies.Credentials!.GetCredential(new Uri("http://q:2"), "Basic"), Is.Null);
    }
}
