using CoreNode.Api.Client;

namespace CoreNode.Tests.Api.Client;

[TestFixture, Category("Unit")]
internal sealed class KeyPathTests
{
    [TestCase("", "/")]
    [TestCase("/", "/")]
    [TestCase("a", "/a")]
    [TestCase("/a/b/", "/a/b")]
    [TestCase("//a//b", "/a/b")]
    [TestCase("/a/./b/../c", "/a/c")]
    [TestCase("/../../a", "/a")]
    [TestCase("/...", "/...")]
    public void A_key_is_cleaned_and_stays_below_the_root(string key, string clean) =>
        Assert.That(KeyPath.Clean(key), Is.EqualTo(clean));

    [TestCase("/", "/v2/keys/")]
    [TestCase("/a b", "/v2/keys/a%20b")]
    [TestCase("/ü?#%", "/v2/keys/%C3%BC%3F%23%25")]
    [TestCase("/a+b=c", "/v2/keys/a+b=c")]
    [TestCase("/\0\\", "/v2/keys/%00%5C")]
    public void A_request_path_carries_any_key(string key, string path) =>
        Assert.That(KeyPath.OfKey(key), Is.EqualTo(path));

    [TestCase("http://a:1", "http://a:1")]
    [TestCase("a:2379", "http://a:2379")]
    [TestCase("https://a/", "https://a")]
    [TestCase("http://[::1]:2379", "http://[::1]:2379")]
    [TestCase("unix:///run/x.sock", "unix:///run/x.sock")]
    public void An_endpoint_is_read_as_it_is_written(string text, string shown)
    {
        Assert.That(ClientEndpoint.TryParse(text, out ClientEndpoint? endpoint, out _), Is.True);
        Assert.That(endpoint!.ToString(), Is.EqualTo(shown));
    }

    [TestCase("ftp://a")]
    [TestCase("unix://run/x")]
    [TestCase("http://")]
    [TestCase("http://a/path")]
    [TestCase("http://u:p@a")]
    public void A_wrong_endpoint_is_told_with_its_text(string text)
    {
        Assert.That(ClientEndpoint.TryParse(text, out _, out string? problem), Is.False);
        Assert.That(problem, Does.Contain(text));
    }
}
