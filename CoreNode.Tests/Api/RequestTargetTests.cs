using System.Text;
using CoreNode.Api;

namespace CoreNode.Tests.Api;

[TestFixture, Category("Unit")]
internal sealed class RequestTargetTests
{
    [TestCase("/v2/keys/a", "/v2/keys/a", "")]
    [TestCase("/a?b=c", "/a", "b=c")]
    [TestCase("/a?b?c", "/a", "b?c")]
    [TestCase("/a%3Fb?%3F", "/a?b", "%3F")]
    [TestCase("/a?", "/a", "")]
    [TestCase("//x", "//x", "")]
    [TestCase("http://host:1/a%20b?c", "/a b", "c")]
    [TestCase("http://host:1", "", "")]
    [TestCase("http://host:1?c", "", "c")]
    [TestCase("host:1", "", "")]
    [TestCase("*", "", "")]
    public void Targets_fall_into_path_and_query(string raw, string path, string query)
    {
        Assert.That(RequestTarget.TryParse(raw, new RequestScratch(), out RequestTarget target), Is.True);
        Assert.That(Encoding.UTF8.GetString(target.Path), Is.EqualTo(path));
        Assert.That(Encoding.UTF8.GetString(target.Query), Is.EqualTo(query));
    }

    [TestCase("/%zz")]
    [TestCase("/a\u0001")]
    [TestCase("/a?\u007f")]
    [TestCase("/a?\t")]
    public void What_Go_refuses_is_refused(string raw) =>
        Assert.That(RequestTarget.TryParse(raw, new RequestScratch(), out _), Is.False);

    [Test]
    public void A_bad_escape_in_the_query_is_no_matter_of_the_target() =>
        Assert.That(RequestTarget.TryParse("/a?%zz", new RequestScratch(), out _), Is.True);

    [Test]
    public void Raw_bytes_stay_as_they_are()
    {
        byte[] raw = [.. "/"u8, 0xFF, 0xC3, .. "?"u8, 0xE2];
        Assert.That(RequestTarget.TryParse(raw, new RequestScratch(), out RequestTarget target), Is.True);
        Assert.That(target.Path.ToArray(), Is.EqualTo(new byte[] { (byte)'/', 0xFF, 0xC3 }));
        Assert.That(target.Query.ToArray(), Is.EqualTo(new byte[] { 0xE2 }));
    }
}
